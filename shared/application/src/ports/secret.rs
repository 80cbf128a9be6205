use core::fmt;

use async_trait::async_trait;

use crate::Failure;

/// The name of a secret in the secret store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SecretName(pub String);

/// A secret's text. It has no way into a log line.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(***)")
    }
}

/// The secret store.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The current value; may be a few minutes old.
    async fn current(&self, name: &SecretName) -> Result<Secret, Failure>;

    /// The current value, read anew because the one in hand was refused.
    async fn refreshed(&self, name: &SecretName) -> Result<Secret, Failure>;

    /// The value that the current one replaced, while the rotation may not have reached everybody; may be a few minutes
    /// old.
    ///
    /// MUST be none once the rotation is over: a value that was replaced because it leaked is not to count for ever.
    async fn previous(&self, name: &SecretName) -> Result<Option<Secret>, Failure>;
}
