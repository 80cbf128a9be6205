//! The embedded DynamoDB: dynoxide over one SQLite file, with what it lacks for a shop that runs for long.
//!
//! Its stream records are never trimmed, and each write looks for the newest one. So there is a second connection to
//! the same file: it gives those records an index, and deletes what every consumer has passed.

use std::path::Path;

use dynoxide::Database;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::aws;
use crate::shop::Stop;
use crate::sqlite::Sqlite;
use crate::template::Table;

/// Serves all three statements that dynoxide makes on stream records: the newest number of a table on each write, a
/// shard's records after a number on each read, and the trimming below.
const STREAM_INDEX: &str = "
    CREATE INDEX IF NOT EXISTS matchday_stream_records
        ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
";

/// How many records one statement deletes: few, because a write to any table waits for it.
const TRIMMED_AT_ONCE: u32 = 500;

/// What dynoxide adds to a stored sequence number before it shows it, so that all have 21 digits.
const SEQUENCE_NUMBER_OFFSET: u128 = 100_000_000_000_000_000_000;

/// Why the embedded DynamoDB did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DynamoDbError {
    /// The database refused.
    #[error("DynamoDB: {0}")]
    Refused(#[from] dynoxide::DynoxideError),
    /// The file failed.
    #[error("the tables' file: {0}")]
    File(#[from] rusqlite::Error),
    /// A table's definition or a record is not what it should be.
    #[error("DynamoDB's JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A number that no stream has given out.
    #[error("{0} is no sequence number")]
    SequenceNumber(String),
    /// The template has moved on from a table that was kept.
    #[error("table {0} was made from another template; start with another --data folder")]
    Outdated(String),
}

/// The tables.
pub(crate) struct DynamoDb {
    database: Database,
    upkeep: Sqlite,
}

/// One change of a table.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// Its place in the stream.
    pub(crate) sequence_number: String,
    /// The record as Lambda hands it to a function.
    pub(crate) record: Value,
}

impl DynamoDb {
    pub(crate) fn open(path: &Path, tables: &[Table]) -> Result<Self, DynamoDbError> {
        let database = Database::new(&path.to_string_lossy())?;
        // Ends in `synchronous = NORMAL`: with the write-ahead log, a killed process still loses nothing.
        database.disable_bulk_loading()?;
        let upkeep = Sqlite::open(path, STREAM_INDEX)?;
        let dynamodb = Self { database, upkeep };
        tables.iter().try_for_each(|table| dynamodb.create(table))?;
        Ok(dynamodb)
    }

    fn create(&self, table: &Table) -> Result<(), DynamoDbError> {
        // dynoxide does not remember a definition word for word, so it is kept beside it.
        let definition = table.definition.to_string();
        let connection = self.upkeep.lock();
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS matchday_tables (name TEXT PRIMARY KEY, definition TEXT NOT NULL)",
        )?;
        if self.database.get_table_metadata(&table.name)?.is_none() {
            let insert = "INSERT OR REPLACE INTO matchday_tables (name, definition) VALUES (?1, ?2)";
            connection.execute(insert, [&table.name, &definition])?;
            let request: CreateTableRequest = serde_json::from_value(table.definition.clone())?;
            self.database.create_table(request)?;
        }
        let kept: String = connection.query_row(
            "SELECT definition FROM matchday_tables WHERE name = ?1",
            [&table.name],
            |row| row.get(0),
        )?;
        if kept == definition { Ok(()) } else { Err(DynamoDbError::Outdated(table.name.clone())) }
    }

    /// Serves the tables until told to stop.
    pub(crate) fn serve(
        &self,
        listener: TcpListener,
        stop: Stop,
    ) -> impl Future<Output = Result<(), String>> + use<> {
        dynoxide::server::serve_with_shutdown(listener, self.database.clone(), stop.wait())
    }

    /// The changes of a table after a place in its stream, oldest first.
    pub(crate) fn changes(
        &self,
        table: &str,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<Change>, DynamoDbError> {
        let kind = if after.is_some() { "AFTER_SEQUENCE_NUMBER" } else { "TRIM_HORIZON" };
        let iterator = self.database.get_shard_iterator(GetShardIteratorRequest {
            stream_arn: aws::stream_arn(table),
            shard_id: shard(table),
            shard_iterator_type: kind.to_owned(),
            sequence_number: after.map(str::to_owned),
        })?;
        let shard_iterator = iterator.shard_iterator.unwrap_or_default();
        let answer = self.database.get_records(GetRecordsRequest { shard_iterator, limit: Some(most) })?;
        answer.records.into_iter().map(|record| change(table, record)).collect()
    }

    /// Deletes the changes before a place that every consumer has passed, and answers how many there were.
    ///
    /// The change at that place stays: without any, dynoxide would number the next one by the clock alone, and a clock
    /// that was set back would put it before the consumers' checkpoint.
    pub(crate) fn trim(&self, table: &str, before: &str) -> Result<usize, DynamoDbError> {
        let stored = before.parse::<u128>().ok().and_then(|shown| shown.checked_sub(SEQUENCE_NUMBER_OFFSET));
        let stored = stored.and_then(|stored| i64::try_from(stored).ok());
        let stored = stored.ok_or_else(|| DynamoDbError::SequenceNumber(before.to_owned()))?;
        let mut trimmed = 0;
        loop {
            let deleted = self.upkeep.lock().execute(
                "DELETE FROM _stream_records WHERE id IN (
                    SELECT id FROM _stream_records WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) < ?2
                    ORDER BY CAST(sequence_number AS INTEGER) LIMIT ?3)",
                rusqlite::params![table, stored, TRIMMED_AT_ONCE],
            )?;
            trimmed += deleted;
            if deleted == 0 {
                return Ok(trimmed);
            }
        }
    }
}

/// dynoxide keeps each table's stream as one shard.
pub(crate) fn shard(table: &str) -> String {
    dynoxide::streams::shard_id(table)
}

fn change(table: &str, mut record: Record) -> Result<Change, DynamoDbError> {
    record.aws_region = aws::REGION.to_owned();
    let sequence_number = record.dynamodb.sequence_number.clone();
    let mut record = serde_json::to_value(record)?;
    if let Some(record) = record.as_object_mut() {
        record.insert("eventSourceARN".to_owned(), aws::stream_arn(table).into());
    }
    Ok(Change { sequence_number, record })
}

#[cfg(test)]
pub(crate) mod tests;
