//! Money that shoppers demand back over the shop's head. Whoever plays with the sandbox decides about it.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, named_params};
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::book::{DisputeEntry, Entries};

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS disputes (
        id TEXT NOT NULL UNIQUE,
        created INTEGER NOT NULL,
        payment TEXT NOT NULL,
        amount INTEGER NOT NULL CHECK (amount > 0),
        currency TEXT NOT NULL,
        standing TEXT NOT NULL
    ) STRICT;
";

/// One dispute, as it stands in the book.
#[derive(Clone, Debug)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    /// Seconds since the Unix epoch.
    pub(crate) created: i64,
    /// The disputed intent, order or payment.
    pub(crate) payment: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) standing: Standing,
}

/// Where a dispute stands. Nothing leads out of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Open,
    Won,
    Lost,
}

/// Money that a shopper demands back without anybody being told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Demand {
    /// The order that it was paid for.
    pub(crate) order_id: String,
    /// When it was taken back, in seconds since the Unix epoch.
    pub(crate) withdrawn_at: i64,
}

/// A dispute as Stripe shows it, in the fields that the shop can meet.
#[derive(Debug, Serialize)]
pub(crate) struct DisputeBody<'a> {
    id: &'a str,
    object: &'static str,
    amount: i64,
    created: i64,
    currency: &'a str,
    is_charge_refundable: bool,
    livemode: bool,
    metadata: Metadata,
    payment_intent: &'a str,
    reason: &'static str,
    status: &'static str,
}

/// A dispute's own, which is not its payment's.
#[derive(Debug, Serialize)]
struct Metadata {}

#[derive(Debug, Serialize)]
struct DisputeList<'a> {
    object: &'static str,
    data: Vec<DisputeBody<'a>>,
    has_more: bool,
    url: &'static str,
}

impl Dispute {
    pub(crate) fn shown(&self) -> DisputeBody<'_> {
        DisputeBody {
            id: &self.id,
            object: "dispute",
            amount: self.amount,
            created: self.created,
            currency: &self.currency,
            is_charge_refundable: false,
            livemode: false,
            metadata: Metadata {},
            payment_intent: &self.payment,
            reason: "fraudulent",
            status: match self.standing {
                Standing::Open => "needs_response",
                Standing::Won => "won",
                Standing::Lost => "lost",
            },
        }
    }
}

/// Every dispute of an intent, newest first.
pub(crate) fn list(disputes: &[Dispute]) -> Answer {
    let data = disputes.iter().map(Dispute::shown).collect();
    Answer::of(200, &DisputeList { object: "list", data, has_more: false, url: "/v1/disputes" })
}

impl Standing {
    const ALL: [Self; 3] = [Self::Open, Self::Won, Self::Lost];

    /// The word in the book.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// The decision of that name.
    pub(crate) fn decision(name: &str) -> Option<Self> {
        [Self::Won, Self::Lost].into_iter().find(|standing| standing.as_str() == name)
    }
}

impl Entries<'_> {
    pub(crate) fn add_dispute(&self, dispute: &Dispute) -> rusqlite::Result<()> {
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO disputes (id, created, payment, amount, currency, standing)
             VALUES (:id, :created, :payment, :amount, :currency, :standing)",
        )?;
        statement.execute(named_params! {
            ":id": dispute.id,
            ":created": dispute.created,
            ":payment": dispute.payment,
            ":amount": dispute.amount,
            ":currency": dispute.currency,
            ":standing": dispute.standing,
        })?;
        Ok(())
    }

    pub(crate) fn dispute(&self, id: &str) -> rusqlite::Result<Option<Dispute>> {
        let mut statement = self.connection().prepare_cached("SELECT * FROM disputes WHERE id = ?1")?;
        statement.query_row([id], read).optional()
    }

    /// Decides a dispute. Answers whether it was open.
    pub(crate) fn decide_dispute(&self, dispute: &Dispute, decision: Standing) -> rusqlite::Result<bool> {
        let mut statement = self
            .connection()
            .prepare_cached("UPDATE disputes SET standing = :decision WHERE id = :id AND standing = :open")?;
        let params = named_params! { ":decision": decision, ":id": dispute.id, ":open": Standing::Open };
        Ok(statement.execute(params)? > 0)
    }

    /// Whether nothing goes back of a payment, because it is disputed or a dispute took it.
    pub(crate) fn withholds(&self, payment: &str) -> rusqlite::Result<bool> {
        Ok(disputes_of(self.connection(), payment)?.iter().any(|dispute| dispute.standing != Standing::Won))
    }
}

/// The disputes of an intent, an order or a payment, newest first.
pub(crate) fn disputes_of(connection: &Connection, payment: &str) -> rusqlite::Result<Vec<Dispute>> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM disputes WHERE payment = ?1 ORDER BY rowid DESC")?;
    statement.query_map([payment], read)?.collect()
}

impl From<Dispute> for DisputeEntry {
    fn from(dispute: Dispute) -> Self {
        Self { id: dispute.id, amount: dispute.amount, state: dispute.standing.as_str() }
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Dispute> {
    Ok(Dispute {
        id: row.get("id")?,
        created: row.get("created")?,
        payment: row.get("payment")?,
        amount: row.get("amount")?,
        currency: row.get("currency")?,
        standing: row.get("standing")?,
    })
}

impl ToSql for Standing {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }
}

impl FromSql for Standing {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        Self::ALL.into_iter().find(|standing| standing.as_str() == word).ok_or(FromSqlError::InvalidType)
    }
}
