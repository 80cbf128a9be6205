use std::path::Path;

use domain::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use crate::sqlite::Sqlite;
use crate::{aws, id};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS versions (
        secret TEXT NOT NULL,
        version TEXT NOT NULL,
        value TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (secret, version)
    );
    CREATE TABLE IF NOT EXISTS stages (
        secret TEXT NOT NULL,
        stage TEXT NOT NULL,
        version TEXT NOT NULL,
        PRIMARY KEY (secret, stage)
    );
";

/// The stage that is read when none is named.
pub(crate) const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";

/// The secrets and their versions.
#[derive(Debug)]
pub struct Store {
    sqlite: Sqlite,
}

/// Which version of a secret is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one with this id.
    Version(String),
    /// The one that this stage is on.
    Stage(String),
}

/// A value to be put.
#[derive(Clone, PartialEq, Eq)]
pub struct NewVersion {
    /// The value.
    pub value: String,
    /// The client's id for it, by which a repetition is recognised.
    pub version: Option<String>,
    /// The stages that move to it.
    pub stages: Vec<String>,
}

/// A version as it is read.
#[derive(Clone, PartialEq, Eq)]
pub struct Version {
    /// Its secret's name.
    pub secret: String,
    /// Its id.
    pub id: String,
    /// Its value.
    pub value: String,
    /// The stages that are on it.
    pub stages: Vec<String>,
    /// When it was put.
    pub created_at: Timestamp,
}

/// An error in Secrets Manager's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The name of the error's shape.
    pub shape: &'static str,
    /// What a person reads.
    pub message: String,
}

impl Refusal {
    pub(crate) fn of(shape: &'static str, message: impl Into<String>) -> Self {
        Self { shape, message: message.into() }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!("the secrets' file: {error}");
        Self::of("InternalServiceError", "An error occurred on the server side.")
    }
}

impl Store {
    /// Opens the file.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn open(path: &Path) -> rusqlite::Result<Self> {
        Ok(Self { sqlite: Sqlite::open(path, SCHEMA)? })
    }

    /// Makes sure that a secret exists; its first value is put only if it has none.
    ///
    /// # Errors
    /// When the file fails.
    pub fn seed(&self, name: &str, value: Option<&str>, now: Timestamp) -> Result<(), Refusal> {
        self.sqlite.lock().execute("INSERT OR IGNORE INTO secrets (name) VALUES (?1)", [name])?;
        let Some(value) = value else { return Ok(()) };
        if self.get(name, &Which::Stage(CURRENT.to_owned())).is_ok() {
            return Ok(());
        }
        let version = NewVersion { value: value.to_owned(), version: None, stages: vec![CURRENT.to_owned()] };
        self.put(name, version, now).map(|_| ())
    }

    /// Reads one version of the secret with this name or ARN.
    ///
    /// # Errors
    /// When there is no such secret or version, or the file fails.
    pub fn get(&self, secret: &str, which: &Which) -> Result<Version, Refusal> {
        let connection = self.sqlite.lock();
        let name = name(&connection, secret)?;
        let id = match which {
            Which::Version(id) => id.clone(),
            Which::Stage(stage) => holder(&connection, &name, stage)?.ok_or_else(|| {
                let message = format!(
                    "Secrets Manager can't find the specified secret value for staging label: {stage}"
                );
                Refusal::of("ResourceNotFoundException", message)
            })?,
        };
        read(&connection, &name, &id)?.ok_or_else(|| {
            let message =
                format!("Secrets Manager can't find the specified secret value for VersionId: {id}");
            Refusal::of("ResourceNotFoundException", message)
        })
    }

    /// Puts a version and moves stages to it. Whoever loses `AWSCURRENT` becomes `AWSPREVIOUS`.
    ///
    /// # Errors
    /// When there is no such secret, the version's id is taken by another value, or the file fails.
    pub fn put(&self, secret: &str, new: NewVersion, now: Timestamp) -> Result<Version, Refusal> {
        let mut connection = self.sqlite.lock();
        let name = name(&connection, secret)?;
        let id = new.version.unwrap_or_else(id::uuid);
        if let Some(existing) = read(&connection, &name, &id)? {
            return if existing.value == new.value {
                Ok(existing)
            } else {
                let message = format!(
                    "You can't modify an existing version, you can only create a new version ({id})."
                );
                Err(Refusal::of("ResourceExistsException", message))
            };
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO versions (secret, version, value, created_at) VALUES (?1, ?2, ?3, ?4)",
            params![name, id, new.value, now.as_millis()],
        )?;
        for stage in &new.stages {
            let before = holder(&transaction, &name, stage)?;
            place(&transaction, &name, stage, &id)?;
            if let (CURRENT, Some(before)) = (stage.as_str(), before) {
                place(&transaction, &name, PREVIOUS, &before)?;
            }
        }
        transaction.commit()?;
        read(&connection, &name, &id)?
            .ok_or_else(|| Refusal::of("InternalServiceError", "The version is gone after it was put."))
    }
}

fn name(connection: &Connection, secret: &str) -> Result<String, Refusal> {
    let mut statement = connection.prepare_cached("SELECT name FROM secrets")?;
    let names =
        statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    names.into_iter().find(|name| name == secret || aws::secret_arn(name) == secret).ok_or_else(|| {
        Refusal::of("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    })
}

fn holder(connection: &Connection, secret: &str, stage: &str) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT version FROM stages WHERE secret = ?1 AND stage = ?2")?
        .query_row([secret, stage], |row| row.get(0))
        .optional()
}

fn place(connection: &Connection, secret: &str, stage: &str, version: &str) -> rusqlite::Result<usize> {
    connection.execute(
        "INSERT OR REPLACE INTO stages (secret, stage, version) VALUES (?1, ?2, ?3)",
        [secret, stage, version],
    )
}

fn read(connection: &Connection, secret: &str, version: &str) -> rusqlite::Result<Option<Version>> {
    let stages = connection
        .prepare_cached("SELECT stage FROM stages WHERE secret = ?1 AND version = ?2 ORDER BY stage")?
        .query_map([secret, version], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    connection
        .prepare_cached(
            "SELECT secret, version, value, created_at FROM versions WHERE secret = ?1 AND version = ?2",
        )?
        .query_row([secret, version], |row: &Row<'_>| {
            Ok(Version {
                secret: row.get(0)?,
                id: row.get(1)?,
                value: row.get(2)?,
                stages,
                created_at: Timestamp::from_millis(row.get(3)?),
            })
        })
        .optional()
}

#[cfg(test)]
mod tests;
