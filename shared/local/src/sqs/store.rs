use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use domain::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params};
use tokio::sync::watch;

use super::{Message, NewMessage, Refusal};
use crate::id;
use crate::sqlite::Sqlite;
use crate::template::Queue;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        queue TEXT NOT NULL,
        message_id TEXT NOT NULL,
        body TEXT NOT NULL,
        attributes TEXT NOT NULL,
        sent_at INTEGER NOT NULL,
        visible_at INTEGER NOT NULL,
        receives INTEGER NOT NULL DEFAULT 0,
        first_received_at INTEGER,
        receipt TEXT,
        came_from TEXT
    );
    CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages (queue, visible_at, id);
    CREATE INDEX IF NOT EXISTS messages_by_receipt ON messages (receipt);
    CREATE INDEX IF NOT EXISTS messages_by_age ON messages (queue, sent_at);
";

/// The queues and their messages.
#[derive(Debug)]
pub struct Store {
    sqlite: Sqlite,
    queues: BTreeMap<String, OpenQueue>,
}

#[derive(Debug)]
struct OpenQueue {
    rules: Queue,
    changes: watch::Sender<()>,
}

/// How many messages a queue holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// That could be received now.
    pub visible: u64,
    /// Received and neither deleted nor visible again.
    pub in_flight: u64,
    /// Not yet visible for the first time.
    pub delayed: u64,
}

impl Store {
    /// Opens the file. Whoever had received a message died with the process, so every such message is visible again.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn open(path: &Path, queues: &[Queue], now: Timestamp) -> rusqlite::Result<Self> {
        let sqlite = Sqlite::open(path, SCHEMA)?;
        sqlite.lock().execute(
            "UPDATE messages SET visible_at = ?1, receipt = NULL WHERE receipt IS NOT NULL",
            [now.as_millis()],
        )?;
        let open = |queue: &Queue| OpenQueue { rules: queue.clone(), changes: watch::Sender::new(()) };
        let queues = queues.iter().map(|queue| (queue.name.clone(), open(queue))).collect();
        Ok(Self { sqlite, queues })
    }

    /// A queue's rules.
    ///
    /// # Errors
    /// When there is no such queue.
    pub fn rules(&self, queue: &str) -> Result<&Queue, Refusal> {
        self.open_queue(queue).map(|queue| &queue.rules)
    }

    /// Changes whenever a message came or may be visible earlier than it was.
    ///
    /// # Errors
    /// When there is no such queue.
    pub fn changes(&self, queue: &str) -> Result<watch::Receiver<()>, Refusal> {
        self.open_queue(queue).map(|queue| queue.changes.subscribe())
    }

    fn open_queue(&self, queue: &str) -> Result<&OpenQueue, Refusal> {
        self.queues.get(queue).ok_or_else(Refusal::no_queue)
    }

    /// Stores messages, all or none, and answers their ids.
    ///
    /// # Errors
    /// When there is no such queue, or the file fails.
    pub fn send(&self, queue: &str, messages: &[NewMessage], now: Timestamp) -> Result<Vec<String>, Refusal> {
        let open = self.open_queue(queue)?;
        let mut connection = self.sqlite.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut ids = vec![];
        for message in messages {
            let id = id::uuid();
            let visible_at = now.plus(message.delay.unwrap_or(open.rules.delay));
            transaction
                .prepare_cached(
                    "INSERT INTO messages (queue, message_id, body, attributes, sent_at, visible_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![
                    queue,
                    id,
                    message.body,
                    serde_json::to_string(&message.attributes)
                        .map_err(|error| Refusal::parameter(error.to_string()))?,
                    now.as_millis(),
                    visible_at.as_millis()
                ])?;
            ids.push(id);
        }
        transaction.commit()?;
        open.changes.send_replace(());
        Ok(ids)
    }

    /// Receives at most `most` messages and hides them. One that was received too often already goes to the dead
    /// letters instead; one that is older than the queue keeps messages is gone.
    ///
    /// # Errors
    /// When there is no such queue, or the file fails.
    pub fn receive(
        &self,
        queue: &str,
        most: usize,
        visibility: Option<Duration>,
        now: Timestamp,
    ) -> Result<Vec<Message>, Refusal> {
        let rules = &self.open_queue(queue)?.rules;
        let hidden_until = now.plus(visibility.unwrap_or(rules.visibility_timeout));
        let mut connection = self.sqlite.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction
            .prepare_cached("DELETE FROM messages WHERE queue = ?1 AND sent_at < ?2")?
            .execute(params![queue, now.minus(rules.retention).as_millis()])?;
        let moved = self.redrive(&transaction, rules, now)?;
        let mut received = vec![];
        for row in visible(&transaction, queue, most, now)? {
            let receipt = id::uuid();
            transaction
                .prepare_cached(
                    "UPDATE messages SET receives = receives + 1, visible_at = ?2, receipt = ?3,
                        first_received_at = COALESCE(first_received_at, ?4) WHERE id = ?1
                     RETURNING message_id, body, attributes, sent_at, receives, first_received_at, came_from, receipt",
                )?
                .query_row(params![row, hidden_until.as_millis(), receipt, now.as_millis()], message)
                .map(|message| received.push(message))?;
        }
        transaction.commit()?;
        drop(connection);
        if let Some(dead_letters) = moved {
            dead_letters.changes.send_replace(());
        }
        Ok(received)
    }

    /// Moves what is visible and was received too often, and answers the queue that got it.
    fn redrive(
        &self,
        transaction: &Transaction<'_>,
        rules: &Queue,
        now: Timestamp,
    ) -> Result<Option<&OpenQueue>, Refusal> {
        let Some(dead_letters) = &rules.dead_letters else { return Ok(None) };
        let moved = transaction
            .prepare_cached(
                "UPDATE messages SET queue = ?3, came_from = ?1, visible_at = ?2, receipt = NULL
                 WHERE queue = ?1 AND visible_at <= ?2 AND receives >= ?4",
            )?
            .execute(params![rules.name, now.as_millis(), dead_letters.queue, dead_letters.after_receives])?;
        if moved == 0 { Ok(None) } else { self.open_queue(&dead_letters.queue).map(Some) }
    }

    /// Deletes the message of a receipt. A receipt from an earlier receive deletes nothing, and is no error.
    ///
    /// # Errors
    /// When there is no such queue, the text is no receipt, or the file fails.
    pub fn delete(&self, queue: &str, receipt: &str) -> Result<(), Refusal> {
        self.open_queue(queue)?;
        check_receipt(receipt)?;
        let connection = self.sqlite.lock();
        connection
            .prepare_cached("DELETE FROM messages WHERE receipt = ?1 AND queue = ?2")?
            .execute(params![receipt, queue])?;
        Ok(())
    }

    /// Hides a received message for this long from now; zero shows it at once.
    ///
    /// # Errors
    /// When there is no such queue, the text is no receipt, the message is not in flight, or the file fails.
    pub fn change_visibility(
        &self,
        queue: &str,
        receipt: &str,
        visibility: Duration,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let open = self.open_queue(queue)?;
        check_receipt(receipt)?;
        let changed = self.sqlite.lock().execute(
            "UPDATE messages SET visible_at = ?3 WHERE receipt = ?1 AND queue = ?2 AND visible_at > ?4",
            params![receipt, queue, now.plus(visibility).as_millis(), now.as_millis()],
        )?;
        if changed == 0 {
            return Err(Refusal::not_in_flight());
        }
        open.changes.send_replace(());
        Ok(())
    }

    /// When the next message will be visible, if there is one at all.
    ///
    /// # Errors
    /// When the file fails.
    pub fn next_visible(&self, queue: &str) -> Result<Option<Timestamp>, Refusal> {
        let connection = self.sqlite.lock();
        let mut statement =
            connection.prepare_cached("SELECT MIN(visible_at) FROM messages WHERE queue = ?1")?;
        let next: Option<i64> = statement.query_row([queue], |row| row.get(0))?;
        Ok(next.map(Timestamp::from_millis))
    }

    /// How many messages there are.
    ///
    /// # Errors
    /// When there is no such queue, or the file fails.
    pub fn counts(&self, queue: &str, now: Timestamp) -> Result<Counts, Refusal> {
        self.open_queue(queue)?;
        Ok(self.sqlite.lock().query_row(
            "SELECT COUNT(*) FILTER (WHERE visible_at <= ?2),
                    COUNT(*) FILTER (WHERE visible_at > ?2 AND receipt IS NOT NULL),
                    COUNT(*) FILTER (WHERE visible_at > ?2 AND receipt IS NULL)
             FROM messages WHERE queue = ?1",
            params![queue, now.as_millis()],
            |row| Ok(Counts { visible: row.get(0)?, in_flight: row.get(1)?, delayed: row.get(2)? }),
        )?)
    }
}

/// Receipts are what this store gives out; anything else was never one.
fn check_receipt(receipt: &str) -> Result<(), Refusal> {
    let is_receipt =
        receipt.len() == 36 && receipt.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if is_receipt { Ok(()) } else { Err(Refusal::receipt()) }
}

fn visible(connection: &Connection, queue: &str, most: usize, now: Timestamp) -> rusqlite::Result<Vec<i64>> {
    connection
        .prepare_cached(
            "SELECT id FROM messages WHERE queue = ?1 AND visible_at <= ?2 ORDER BY visible_at, id LIMIT ?3",
        )?
        .query_map(params![queue, now.as_millis(), i64::try_from(most).unwrap_or(i64::MAX)], |row| {
            row.get(0)
        })?
        .collect()
}

fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    let attributes: String = row.get("attributes")?;
    Ok(Message {
        id: row.get("message_id")?,
        receipt: row.get("receipt")?,
        body: row.get("body")?,
        attributes: serde_json::from_str(&attributes)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(2, Type::Text, error.into()))?,
        sent_at: Timestamp::from_millis(row.get("sent_at")?),
        receives: row.get("receives")?,
        first_received_at: Timestamp::from_millis(row.get("first_received_at")?),
        came_from: row.get("came_from")?,
    })
}

#[cfg(test)]
mod tests;
