use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use serde::Serialize;

use crate::answer::Answer;
use crate::intent::{Intent, Status};
use crate::token::Token;
use crate::transfers::{self, Category};
use crate::{adyen, dispute, paypal};

/// The gateway's memory. Whatever was answered is in it, also after `kill -9`.
pub(crate) struct Book {
    connection: Mutex<Connection>,
}

/// The book inside one transaction.
pub(crate) struct Entries<'connection>(pub(crate) Transaction<'connection>);

/// What an idempotency key was first used for, and what was answered.
pub(crate) struct KeptAnswer {
    pub(crate) fingerprint: [u8; 32],
    pub(crate) answer: Answer,
}

/// What the gateway tells of by itself, as it was when it happened.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// Its place in the order in which things happened.
    pub(crate) place: i64,
    pub(crate) id: String,
    pub(crate) body: String,
}

/// A charge that was really made.
#[derive(Clone, Debug, Serialize)]
pub struct ChargeEntry {
    /// The order that the shop named.
    pub order_id: String,
    /// What was asked for, in minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// What was moved to the shop.
    pub captured: i64,
    /// What was moved back.
    pub refunded: i64,
    /// What its shopper demands back, or won back, newest first.
    pub disputes: Vec<DisputeEntry>,
    /// Whether it was captured although the gateway had said no to it.
    pub after_no: bool,
    /// The charge's state.
    pub state: &'static str,
}

/// A dispute of a charge.
#[derive(Clone, Debug, Serialize)]
pub struct DisputeEntry {
    /// The gateway's id of it.
    pub id: String,
    /// How much, in minor units.
    pub amount: i64,
    /// `open`, `won` or `lost`, for the shop.
    pub state: &'static str,
}

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS intents (
        id TEXT NOT NULL UNIQUE,
        created INTEGER NOT NULL,
        order_id TEXT NOT NULL,
        attempt TEXT NOT NULL,
        amount INTEGER NOT NULL CHECK (amount > 0),
        currency TEXT NOT NULL,
        token TEXT NOT NULL,
        status TEXT NOT NULL,
        return_url TEXT,
        charge TEXT,
        refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND amount)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS refunds (
        id TEXT NOT NULL UNIQUE,
        created INTEGER NOT NULL,
        intent TEXT NOT NULL REFERENCES intents (id),
        amount INTEGER NOT NULL CHECK (amount > 0),
        currency TEXT NOT NULL,
        order_id TEXT NOT NULL,
        number TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS answers (
        idempotency_key TEXT PRIMARY KEY,
        fingerprint BLOB NOT NULL,
        status INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS events (
        place INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        body TEXT NOT NULL,
        settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1))
    ) STRICT;
";

const STRIPE_CHARGES: &str = "SELECT * FROM intents WHERE status = 'succeeded' ORDER BY rowid";

impl Book {
    /// Without a path, the book is in memory.
    pub(crate) fn open(path: Option<&Path>) -> rusqlite::Result<Self> {
        let connection = match path {
            None => Connection::open_in_memory()?,
            Some(path) => {
                let connection = Connection::open(path)?;
                // A commit reaches the operating system before it is answered, so a killed process loses nothing
                // answered; only a power cut could, and this is no bank.
                connection.pragma_update(None, "journal_mode", "WAL")?;
                connection.pragma_update(None, "synchronous", "NORMAL")?;
                connection
            }
        };
        connection.execute_batch(SCHEMA)?;
        connection.execute_batch(dispute::SCHEMA)?;
        connection.execute_batch(transfers::SCHEMA)?;
        connection.execute_batch(paypal::SCHEMA)?;
        connection.execute_batch(adyen::SCHEMA)?;
        connection.execute_batch(adyen::REPORT_SCHEMA)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Runs `work` in one transaction, which is kept when `work` succeeds.
    pub(crate) fn transaction<T>(
        &self,
        work: impl FnOnce(&Entries<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        // A transaction that panicked was rolled back when it was dropped, so the connection is sound.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = Entries(connection.transaction()?);
        let outcome = work(&entries)?;
        entries.0.commit()?;
        Ok(outcome)
    }

    /// Every charge that was really made: the captured intents, then PayPal's captured orders and Adyen's payments, each oldest first.
    pub(crate) fn charges(&self) -> rusqlite::Result<Vec<ChargeEntry>> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let read = |row: &Row<'_>| {
            let currency: String = row.get("currency")?;
            let token: Option<Token> = row.get("token")?;
            let id: String = row.get("id")?;
            let disputes = dispute::disputes_of(&connection, &id)?;
            Ok(ChargeEntry {
                order_id: row.get("order_id")?,
                amount: row.get("amount")?,
                currency: currency.to_ascii_uppercase(),
                captured: row.get("amount")?,
                refunded: row.get("refunded")?,
                disputes: disputes.into_iter().map(DisputeEntry::from).collect(),
                after_no: token.is_some_and(|token| token.on_confirm().captures_after_no()),
                state: "captured",
            })
        };
        let mut charges = Vec::new();
        for query in [STRIPE_CHARGES, paypal::CHARGES, adyen::CHARGES] {
            let mut statement = connection.prepare_cached(query)?;
            for charge in statement.query_map([], read)? {
                charges.push(charge?);
            }
        }
        Ok(charges)
    }
}

impl Book {
    /// The events after this place of which somebody must still be told, oldest first.
    pub(crate) fn events_after(&self, place: i64) -> rusqlite::Result<Vec<Event>> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection.prepare_cached(
            "SELECT place, id, body FROM events WHERE settled = 0 AND place > ?1 ORDER BY place",
        )?;
        let read = |row: &Row<'_>| Ok(Event { place: row.get(0)?, id: row.get(1)?, body: row.get(2)? });
        statement.query_map([place], read)?.collect()
    }

    /// Nobody need be told of this event again.
    pub(crate) fn settle_event(&self, event: &Event) -> rusqlite::Result<()> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        connection.execute("UPDATE events SET settled = 1 WHERE place = ?1", [event.place])?;
        Ok(())
    }
}

impl Entries<'_> {
    /// Adds an event that somebody must be told of.
    pub(crate) fn add_event(&self, id: &str, body: &str) -> rusqlite::Result<()> {
        let mut statement = self.0.prepare_cached("INSERT INTO events (id, body) VALUES (?1, ?2)")?;
        statement.execute([id, body])?;
        Ok(())
    }

    /// The transaction, for entries of other kinds.
    pub(crate) fn connection(&self) -> &Connection {
        &self.0
    }

    /// A new id, such as `pi_5d41402abc4b2a76b9719d91`.
    pub(crate) fn fresh_id(&self, prefix: &str) -> rusqlite::Result<String> {
        let mut statement = self.0.prepare_cached("SELECT ?1 || '_' || lower(hex(randomblob(12)))")?;
        statement.query_row([prefix], |row| row.get(0))
    }

    /// Seconds since the Unix epoch.
    pub(crate) fn now(&self) -> rusqlite::Result<i64> {
        self.0.prepare_cached("SELECT unixepoch()")?.query_row([], |row| row.get(0))
    }

    /// The same in the Internet's format.
    pub(crate) fn moment(&self) -> rusqlite::Result<String> {
        let mut statement = self.0.prepare_cached("SELECT strftime('%Y-%m-%dT%H:%M:%SZ')")?;
        statement.query_row([], |row| row.get(0))
    }

    pub(crate) fn intent(&self, id: &str) -> rusqlite::Result<Option<Intent>> {
        let mut statement = self.0.prepare_cached("SELECT * FROM intents WHERE id = ?1")?;
        statement.query_row([id], read_intent).optional()
    }

    /// The last intent of an order whose money was captured.
    pub(crate) fn captured_intent(&self, order_id: &str) -> rusqlite::Result<Option<Intent>> {
        let mut statement = self.0.prepare_cached(
            "SELECT * FROM intents WHERE order_id = ?1 AND status = 'succeeded' ORDER BY rowid DESC LIMIT 1",
        )?;
        statement.query_row([order_id], read_intent).optional()
    }

    /// Adds an intent, or moves on the one that is there. What was asked for in the beginning never changes.
    pub(crate) fn save(&self, intent: &Intent) -> rusqlite::Result<()> {
        let mut statement = self.0.prepare_cached(
            "INSERT INTO intents
               (id, created, order_id, attempt, amount, currency, token, status, return_url, charge)
             VALUES
               (:id, :created, :order_id, :attempt, :amount, :currency, :token, :status, :return_url, :charge)
             ON CONFLICT (id) DO UPDATE SET
               status = excluded.status, return_url = excluded.return_url, charge = excluded.charge",
        )?;
        statement.execute(named_params! {
            ":id": intent.id,
            ":created": intent.created,
            ":order_id": intent.order_id,
            ":attempt": intent.attempt,
            ":amount": intent.amount,
            ":currency": intent.currency,
            ":token": intent.token,
            ":status": intent.status,
            ":return_url": intent.return_url,
            ":charge": intent.charge,
        })?;
        match intent.status {
            Status::Succeeded => self.note_transfer(Category::Charge, &intent.id, self.now()?),
            Status::RequiresConfirmation
            | Status::RequiresAction
            | Status::RequiresPaymentMethod
            | Status::RequiresCapture
            | Status::Canceled => Ok(()),
        }
    }

    pub(crate) fn kept_answer(&self, key: &str) -> rusqlite::Result<Option<KeptAnswer>> {
        let mut statement = self
            .0
            .prepare_cached("SELECT fingerprint, status, body FROM answers WHERE idempotency_key = ?1")?;
        let read = |row: &Row<'_>| {
            let answer = Answer { status: row.get("status")?, body: row.get("body")? };
            Ok(KeptAnswer { fingerprint: row.get("fingerprint")?, answer })
        };
        statement.query_row([key], read).optional()
    }

    pub(crate) fn keep_answer(
        &self,
        key: &str,
        fingerprint: [u8; 32],
        answer: &Answer,
    ) -> rusqlite::Result<()> {
        let mut statement = self.0.prepare_cached(
            "INSERT INTO answers (idempotency_key, fingerprint, status, body) VALUES (?1, ?2, ?3, ?4)",
        )?;
        statement.execute((key, fingerprint, answer.status, &answer.body))?;
        Ok(())
    }
}

fn read_intent(row: &Row<'_>) -> rusqlite::Result<Intent> {
    Ok(Intent {
        id: row.get("id")?,
        created: row.get("created")?,
        order_id: row.get("order_id")?,
        attempt: row.get("attempt")?,
        amount: row.get("amount")?,
        currency: row.get("currency")?,
        token: row.get("token")?,
        status: row.get("status")?,
        return_url: row.get("return_url")?,
        charge: row.get("charge")?,
    })
}
