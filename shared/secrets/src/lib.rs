//! The secret store: AWS Secrets Manager, remembered for a few minutes.

#![deny(missing_docs)]

mod failure; // what the SDK's errors mean
mod kept; // what was read, and how long it may be used

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use application::{Clock, Failure, Secret, SecretName, Secrets};
use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use domain::Timestamp;
use tokio::sync::Mutex;

use crate::kept::{Kept, Version};

/// The stage of the value that counts.
const CURRENT: &str = "AWSCURRENT";
/// The stage of the value that it replaced.
const PREVIOUS: &str = "AWSPREVIOUS";

/// AWS Secrets Manager, asked once in five minutes for each secret.
pub struct SecretsManager {
    client: Client,
    clock: Arc<dyn Clock>,
    kept: Mutex<HashMap<SecretName, Kept>>,
}

impl SecretsManager {
    /// Nothing is read before it is asked for.
    pub fn new(client: Client, clock: Arc<dyn Clock>) -> Self {
        Self { client, clock, kept: Mutex::new(HashMap::new()) }
    }

    /// Reads the version that a stage is on; none where it is on no version.
    async fn read(&self, name: &SecretName, stage: &str) -> Result<Option<Version>, Failure> {
        let read = self.client.get_secret_value().secret_id(&name.0).version_stage(stage).send().await;
        let value = match read {
            Ok(value) => value,
            Err(error) if stage == PREVIOUS && failure::is_missing(&error) => return Ok(None),
            Err(error) => return Err(failure::of(&error)),
        };
        let created_at = value.created_date.and_then(|at| at.to_millis().ok()).map(Timestamp::from_millis);
        match value.secret_string {
            Some(text) => Ok(Some(Version { secret: Secret::new(text), created_at })),
            None => Err(Failure::Unreadable("the secret is not text")),
        }
    }

    async fn read_current(&self, name: &SecretName) -> Result<Kept, Failure> {
        let version =
            self.read(name, CURRENT).await?.ok_or(Failure::Unreadable("the secret has no value"))?;
        Ok(Kept::of(version, self.clock.now()))
    }

    /// What is kept of a secret, read anew where that is too old.
    async fn known<'a>(
        &self,
        kept: &'a mut HashMap<SecretName, Kept>,
        name: &SecretName,
    ) -> Result<&'a mut Kept, Failure> {
        if !kept.get(name).is_some_and(|known| known.is_fresh(self.clock.now())) {
            match self.read_current(name).await {
                Ok(read) => {
                    kept.insert(name.clone(), read);
                }
                Err(failure) => {
                    let now = self.clock.now();
                    let stale = kept.get(name).is_some_and(|known| known.is_usable_after(failure, now));
                    tracing::warn!(secret = name.0, %failure, stale, "the secret cannot be read");
                    if !stale {
                        return Err(failure);
                    }
                }
            }
        }
        kept.get_mut(name).ok_or(Failure::Unavailable)
    }
}

#[async_trait]
impl Secrets for SecretsManager {
    async fn current(&self, name: &SecretName) -> Result<Secret, Failure> {
        // Held while reading, so that a crowd that finds nothing asks once.
        let mut kept = self.kept.lock().await;
        Ok(self.known(&mut kept, name).await?.secret.clone())
    }

    async fn refreshed(&self, name: &SecretName) -> Result<Secret, Failure> {
        let mut kept = self.kept.lock().await;
        let read = self.read_current(name).await.inspect_err(|failure| {
            tracing::warn!(secret = name.0, %failure, "the secret cannot be read anew");
        })?;
        let secret = read.secret.clone();
        kept.insert(name.clone(), read);
        Ok(secret)
    }

    async fn previous(&self, name: &SecretName) -> Result<Option<Secret>, Failure> {
        let mut kept = self.kept.lock().await;
        let known = self.known(&mut kept, name).await?;
        if !known.is_rotating(self.clock.now()) {
            return Ok(None);
        }
        if let Some(replaced) = &known.replaced {
            return Ok(replaced.clone());
        }
        let replaced = self.read(name, PREVIOUS).await.inspect_err(|failure| {
            tracing::warn!(secret = name.0, %failure, "the secret's previous value cannot be read");
        })?;
        let replaced = replaced.map(|version| version.secret);
        known.replaced = Some(replaced.clone());
        Ok(replaced)
    }
}
