use std::path::Path;

use rusqlite::OptionalExtension;

use crate::sqlite::Sqlite;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS checkpoints (
        consumer TEXT NOT NULL,
        stream TEXT NOT NULL,
        sequence_number TEXT NOT NULL,
        PRIMARY KEY (consumer, stream)
    );
";

/// How far each function has come in each table's stream.
#[derive(Debug)]
pub(crate) struct Checkpoints(Sqlite);

impl Checkpoints {
    pub(crate) fn open(path: &Path) -> rusqlite::Result<Self> {
        Sqlite::open(path, SCHEMA).map(Self)
    }

    /// The last change that the consumer has done with.
    pub(super) fn of(&self, consumer: &str, stream: &str) -> rusqlite::Result<Option<String>> {
        self.0
            .lock()
            .prepare_cached("SELECT sequence_number FROM checkpoints WHERE consumer = ?1 AND stream = ?2")?
            .query_row([consumer, stream], |row| row.get(0))
            .optional()
    }

    pub(super) fn advance(&self, consumer: &str, stream: &str, to: &str) -> rusqlite::Result<()> {
        self.0
            .lock()
            .prepare_cached(
                "INSERT OR REPLACE INTO checkpoints (consumer, stream, sequence_number) VALUES (?1, ?2, ?3)",
            )?
            .execute([consumer, stream, to])
            .map(|_| ())
    }

    /// How far all of a stream's consumers have come; nothing while one of them has not begun.
    pub(super) fn passed_by(&self, consumers: &[String], stream: &str) -> rusqlite::Result<Option<String>> {
        let mut slowest: Option<String> = None;
        for consumer in consumers {
            // Sequence numbers have a fixed width, so text order is their order.
            let Some(checkpoint) = self.of(consumer, stream)? else { return Ok(None) };
            slowest = Some(slowest.map_or(checkpoint.clone(), |slowest| slowest.min(checkpoint)));
        }
        Ok(slowest)
    }
}
