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
use tokio::sync::Mutex;

use crate::kept::Kept;

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

    async fn read(&self, name: &SecretName) -> Result<Secret, Failure> {
        let read = self.client.get_secret_value().secret_id(&name.0).send().await;
        let value = read.map_err(|error| failure::of(&error))?;
        match value.secret_string {
            Some(text) => Ok(Secret::new(text)),
            None => Err(Failure::Unreadable("the secret is not text")),
        }
    }
}

#[async_trait]
impl Secrets for SecretsManager {
    async fn current(&self, name: &SecretName) -> Result<Secret, Failure> {
        // Held while reading, so that a crowd that finds nothing asks once.
        let mut kept = self.kept.lock().await;
        if let Some(known) = kept.get(name)
            && known.is_fresh(self.clock.now())
        {
            return Ok(known.secret.clone());
        }
        match self.read(name).await {
            Ok(secret) => {
                kept.insert(name.clone(), Kept { secret: secret.clone(), read_at: self.clock.now() });
                Ok(secret)
            }
            Err(failure) => {
                let usable = kept.get(name).filter(|known| known.is_usable_after(failure, self.clock.now()));
                tracing::warn!(secret = name.0, %failure, stale = usable.is_some(), "the secret cannot be read");
                usable.map(|known| known.secret.clone()).ok_or(failure)
            }
        }
    }

    async fn refreshed(&self, name: &SecretName) -> Result<Secret, Failure> {
        let mut kept = self.kept.lock().await;
        let secret = self.read(name).await.inspect_err(|failure| {
            tracing::warn!(secret = name.0, %failure, "the secret cannot be read anew");
        })?;
        kept.insert(name.clone(), Kept { secret: secret.clone(), read_at: self.clock.now() });
        Ok(secret)
    }
}
