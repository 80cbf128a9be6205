//! What moved at Stripe, listed as balance transactions, and money that moves without the shop's doing.

use form_urlencoded::parse;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Row, ToSql, named_params};
use serde::{Deserialize, Serialize};

use crate::answer::{self, Answer};
use crate::book::Entries;
use crate::dispute::{Dispute, DisputeBody};
use crate::intent::{Intent, Status};
use crate::refund::{Refund, RefundBody};
use crate::token::Token;

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS balance_transactions (
        id TEXT NOT NULL UNIQUE,
        created INTEGER NOT NULL,
        category TEXT NOT NULL,
        source TEXT NOT NULL,
        UNIQUE (category, source)
    ) STRICT;
";

/// What a balance transaction is about, in Stripe's words
/// (<https://docs.stripe.com/reports/reporting-categories>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Category {
    /// The charge of an intent.
    Charge,
    Refund,
    Dispute,
    /// A dispute that was won.
    DisputeReversal,
}

/// Which page of which time is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    from: i64,
    to: i64,
    limit: i64,
    after: Option<String>,
}

/// Money that moves although the shop has not asked for it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Taking {
    /// The intent that it moves for, whatever the gateway had said of it; a new one without.
    payment_intent: Option<String>,
    #[serde(default)]
    order_id: String,
    #[serde(default)]
    attempt: String,
    #[serde(default)]
    amount: i64,
    #[serde(default)]
    currency: String,
    /// When, in seconds since the Unix epoch; now without.
    captured_at: Option<i64>,
}

#[derive(Debug, Serialize)]
struct List<'a> {
    object: &'static str,
    data: Vec<BalanceTransaction<'a>>,
    has_more: bool,
    url: &'static str,
}

#[derive(Debug, Serialize)]
struct BalanceTransaction<'a> {
    id: &'a str,
    object: &'static str,
    amount: i64,
    created: i64,
    currency: &'a str,
    reporting_category: &'static str,
    source: Source<'a>,
    status: &'static str,
    r#type: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Source<'a> {
    Charge(ChargeBody<'a>),
    Refund(RefundBody<'a>),
    Dispute(DisputeBody<'a>),
}

/// A charge as Stripe shows it, with the metadata of its intent.
#[derive(Debug, Serialize)]
struct ChargeBody<'a> {
    id: &'a str,
    object: &'static str,
    amount: i64,
    amount_captured: i64,
    captured: bool,
    created: i64,
    currency: &'a str,
    metadata: Metadata<'a>,
    payment_intent: &'a str,
    status: &'static str,
}

#[derive(Debug, Serialize)]
struct Metadata<'a> {
    order_id: &'a str,
    attempt: &'a str,
}

/// One line of the book.
struct Line {
    id: String,
    created: i64,
    about: About,
}

enum About {
    Charge(Intent),
    Refund(Refund),
    /// With what it did to the balance.
    Dispute(Dispute, Category),
}

impl Category {
    const ALL: [Self; 4] = [Self::Charge, Self::Refund, Self::Dispute, Self::DisputeReversal];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::Dispute => "dispute",
            Self::DisputeReversal => "dispute_reversal",
        }
    }
}

impl ToSql for Category {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }
}

impl FromSql for Category {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        Self::ALL.into_iter().find(|category| category.as_str() == word).ok_or(FromSqlError::InvalidType)
    }
}

impl Asked {
    pub(crate) fn parse(query: &[u8]) -> Result<Self, Answer> {
        let mut asked = Self { from: 0, to: i64::MAX, limit: 10, after: None };
        let number = |name: &str, value: &str| {
            value
                .parse()
                .map_err(|_| answer::invalid(Some("parameter_invalid_integer"), name, "Invalid integer."))
        };
        for (name, value) in parse(query) {
            match &*name {
                "created[gte]" => asked.from = number(&name, &value)?,
                "created[lt]" => asked.to = number(&name, &value)?,
                "limit" => asked.limit = number(&name, &value)?,
                "starting_after" => asked.after = Some(value.into_owned()),
                "expand[]" if value == "data.source" => {}
                _ => {
                    return Err(answer::invalid(
                        Some("parameter_unknown"),
                        &name,
                        "Received an unknown parameter.",
                    ));
                }
            }
        }
        if !(1..=100).contains(&asked.limit) {
            return Err(answer::invalid(None, "limit", "Must be between 1 and 100."));
        }
        Ok(asked)
    }
}

/// A page of what moved, newest first.
pub(crate) fn list(entries: &Entries<'_>, asked: &Asked) -> rusqlite::Result<Answer> {
    let mut lines = entries.transfers(asked)?;
    let limit = usize::try_from(asked.limit).unwrap_or(usize::MAX);
    let has_more = lines.len() > limit;
    lines.truncate(limit);
    let data = lines.iter().map(shown).collect();
    Ok(Answer::of(200, &List { object: "list", data, has_more, url: "/v1/balance_transactions" }))
}

fn shown(line: &Line) -> BalanceTransaction<'_> {
    let (category, amount, currency, source) = match &line.about {
        About::Charge(intent) => {
            (Category::Charge, intent.amount, intent.currency.as_str(), Source::Charge(charge(intent)))
        }
        About::Refund(refund) => {
            let (amount, currency) = refund.money();
            (Category::Refund, amount.saturating_neg(), currency, Source::Refund(refund.shown()))
        }
        About::Dispute(dispute, category) => {
            let is_back = *category == Category::DisputeReversal;
            let amount = if is_back { dispute.amount } else { dispute.amount.saturating_neg() };
            (*category, amount, dispute.currency.as_str(), Source::Dispute(dispute.shown()))
        }
    };
    BalanceTransaction {
        id: &line.id,
        object: "balance_transaction",
        amount,
        created: line.created,
        currency,
        reporting_category: category.as_str(),
        source,
        status: "pending",
        r#type: category.as_str(),
    }
}

fn charge(intent: &Intent) -> ChargeBody<'_> {
    ChargeBody {
        id: intent.charge.as_deref().unwrap_or_default(),
        object: "charge",
        amount: intent.amount,
        amount_captured: intent.amount,
        captured: true,
        created: intent.created,
        currency: &intent.currency,
        metadata: Metadata { order_id: &intent.order_id, attempt: &intent.attempt },
        payment_intent: &intent.id,
        status: "succeeded",
    }
}

impl Entries<'_> {
    /// Notes that money moved for an intent, a refund or a dispute. What moved once is not noted again.
    pub(crate) fn note_transfer(&self, category: Category, source: &str, at: i64) -> rusqlite::Result<()> {
        let mut statement = self.0.prepare_cached(
            "INSERT OR IGNORE INTO balance_transactions (id, created, category, source) VALUES (?1, ?2, ?3, ?4)",
        )?;
        statement.execute((self.fresh_id("txn")?, at, category, source))?;
        Ok(())
    }

    /// One more than was asked for tells whether there are others.
    fn transfers(&self, asked: &Asked) -> rusqlite::Result<Vec<Line>> {
        let mut statement = self.0.prepare_cached(
            "SELECT id, created, category, source FROM balance_transactions
             WHERE created >= :from AND created < :to
               AND (:after IS NULL OR rowid < (SELECT rowid FROM balance_transactions WHERE id = :after))
             ORDER BY rowid DESC LIMIT :limit + 1",
        )?;
        let read = |row: &Row<'_>| {
            let (category, source): (Category, String) = (row.get("category")?, row.get("source")?);
            let missing = rusqlite::Error::QueryReturnedNoRows;
            let about = match category {
                Category::Charge => About::Charge(self.intent(&source)?.ok_or(missing)?),
                Category::Refund => About::Refund(self.refund(&source)?),
                Category::Dispute | Category::DisputeReversal => {
                    About::Dispute(self.dispute(&source)?.ok_or(missing)?, category)
                }
            };
            Ok(Line { id: row.get("id")?, created: row.get("created")?, about })
        };
        let parameters = named_params! {
            ":from": asked.from, ":to": asked.to, ":after": asked.after, ":limit": asked.limit,
        };
        statement.query_map(parameters, read)?.collect()
    }

    /// Moves money without anybody being told. Answers the intent that it moved for, or none where there is none such, or its
    /// money has moved before.
    pub(crate) fn take(&self, taking: &Taking) -> rusqlite::Result<Option<String>> {
        let now = self.now()?;
        let intent = match &taking.payment_intent {
            Some(id) => {
                let waits = |intent: &Intent| intent.status != Status::Succeeded;
                let Some(mut intent) = self.intent(id)?.filter(waits) else { return Ok(None) };
                // The book knows by the token which charges came after a no.
                let said_no = matches!(intent.status, Status::Canceled | Status::RequiresPaymentMethod);
                if said_no {
                    let mut statement =
                        self.0.prepare_cached("UPDATE intents SET token = ?1 WHERE id = ?2")?;
                    statement.execute((Token::CapturedAfterDecline, id))?;
                }
                intent.charge = Some(intent.charge.map_or_else(|| self.fresh_id("ch"), Ok)?);
                intent
            }
            None => Intent {
                id: self.fresh_id("pi")?,
                created: now,
                order_id: taking.order_id.clone(),
                attempt: taking.attempt.clone(),
                amount: taking.amount,
                currency: taking.currency.clone(),
                token: Token::Pays,
                status: Status::Succeeded,
                return_url: None,
                charge: Some(self.fresh_id("ch")?),
            },
        };
        self.note_transfer(Category::Charge, &intent.id, taking.captured_at.unwrap_or(now))?;
        self.save(&Intent { status: Status::Succeeded, ..intent.clone() })?;
        Ok(Some(intent.id))
    }
}
