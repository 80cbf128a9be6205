//! Money that goes back: never more of an intent than was captured.

use rusqlite::{Row, named_params};
use serde::Serialize;

use crate::answer::{self, Answer};
use crate::book::Entries;
use crate::form::Refunding;
use crate::intent::Status;
use crate::transfers::Category;

/// One refund, as it stands in the book.
#[derive(Clone, Debug)]
pub(crate) struct Refund {
    id: String,
    created: i64,
    intent: String,
    amount: i64,
    currency: String,
    order_id: String,
    number: String,
}

/// A refund as Stripe shows it, in the fields that the shop can meet.
#[derive(Debug, Serialize)]
pub(crate) struct RefundBody<'a> {
    id: &'a str,
    object: &'static str,
    amount: i64,
    created: i64,
    currency: &'a str,
    metadata: Metadata<'a>,
    payment_intent: &'a str,
    status: &'static str,
}

#[derive(Debug, Serialize)]
struct Metadata<'a> {
    order_id: &'a str,
    refund: &'a str,
}

#[derive(Debug, Serialize)]
struct RefundList<'a> {
    object: &'static str,
    data: Vec<RefundBody<'a>>,
    has_more: bool,
    url: &'static str,
}

/// Why nothing goes back.
pub(crate) enum RefundRefused {
    NoSuchIntent,
    NotCaptured,
    /// It is disputed, or a dispute took it.
    Disputed,
    /// More than what is left of it.
    TooMuch,
}

impl Refund {
    /// Makes a refund of a captured intent, in the transaction that it is asked for in.
    pub(crate) fn make(
        entries: &Entries<'_>,
        asked: &Refunding,
    ) -> rusqlite::Result<Result<Self, RefundRefused>> {
        let Some(intent) = entries.intent(&asked.intent)? else {
            return Ok(Err(RefundRefused::NoSuchIntent));
        };
        if intent.status != Status::Succeeded {
            return Ok(Err(RefundRefused::NotCaptured));
        }
        if entries.withholds(&intent.id)? {
            return Ok(Err(RefundRefused::Disputed));
        }
        let refund = Self {
            id: entries.fresh_id("re")?,
            created: entries.now()?,
            intent: intent.id,
            amount: asked.amount,
            currency: intent.currency,
            order_id: asked.order_id.clone(),
            number: asked.number.clone(),
        };
        Ok(if entries.give_back(&refund)? { Ok(refund) } else { Err(RefundRefused::TooMuch) })
    }

    pub(crate) fn shown(&self) -> RefundBody<'_> {
        RefundBody {
            id: &self.id,
            object: "refund",
            amount: self.amount,
            created: self.created,
            currency: &self.currency,
            metadata: Metadata { order_id: &self.order_id, refund: &self.number },
            payment_intent: &self.intent,
            status: "succeeded",
        }
    }

    /// How much, in minor units and lower-case letters.
    pub(crate) fn money(&self) -> (i64, &str) {
        (self.amount, &self.currency)
    }

    pub(crate) fn answer(&self) -> Answer {
        Answer::of(200, &self.shown())
    }
}

impl RefundRefused {
    pub(crate) fn answer(&self) -> Answer {
        match self {
            Self::NoSuchIntent => answer::no_such_intent(),
            Self::NotCaptured => answer::invalid(
                None,
                "payment_intent",
                "This PaymentIntent does not have a successful charge.",
            ),
            Self::Disputed => answer::invalid(
                Some("charge_disputed"),
                "payment_intent",
                "The charge has been charged back.",
            ),
            Self::TooMuch => answer::invalid(
                Some("charge_already_refunded"),
                "amount",
                "More than what is left of the charge.",
            ),
        }
    }
}

/// Every refund of an intent, newest first.
pub(crate) fn list(refunds: &[Refund]) -> Answer {
    let data = refunds.iter().map(Refund::shown).collect();
    Answer::of(200, &RefundList { object: "list", data, has_more: false, url: "/v1/refunds" })
}

impl Entries<'_> {
    /// Moves the money back and writes the refund down, if so much of the charge is left.
    fn give_back(&self, refund: &Refund) -> rusqlite::Result<bool> {
        let moved = self
            .0
            .prepare_cached(
                "UPDATE intents SET refunded = refunded + :amount
                 WHERE id = :intent AND refunded + :amount <= amount",
            )?
            .execute(named_params! { ":amount": refund.amount, ":intent": refund.intent })?;
        if moved == 0 {
            return Ok(false);
        }
        let mut statement = self.0.prepare_cached(
            "INSERT INTO refunds (id, created, intent, amount, currency, order_id, number)
             VALUES (:id, :created, :intent, :amount, :currency, :order_id, :number)",
        )?;
        statement.execute(named_params! {
            ":id": refund.id,
            ":created": refund.created,
            ":intent": refund.intent,
            ":amount": refund.amount,
            ":currency": refund.currency,
            ":order_id": refund.order_id,
            ":number": refund.number,
        })?;
        self.note_transfer(Category::Refund, &refund.id, refund.created)?;
        Ok(true)
    }

    pub(crate) fn refund(&self, id: &str) -> rusqlite::Result<Refund> {
        self.0.prepare_cached("SELECT * FROM refunds WHERE id = ?1")?.query_row([id], read_refund)
    }

    pub(crate) fn refunds_of(&self, intent: &str) -> rusqlite::Result<Vec<Refund>> {
        let mut statement =
            self.0.prepare_cached("SELECT * FROM refunds WHERE intent = ?1 ORDER BY rowid DESC")?;
        statement.query_map([intent], read_refund)?.collect()
    }
}

fn read_refund(row: &Row<'_>) -> rusqlite::Result<Refund> {
    Ok(Refund {
        id: row.get("id")?,
        created: row.get("created")?,
        intent: row.get("intent")?,
        amount: row.get("amount")?,
        currency: row.get("currency")?,
        order_id: row.get("order_id")?,
        number: row.get("number")?,
    })
}
