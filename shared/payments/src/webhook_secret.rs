use core::time::Duration;
use std::sync::{Arc, Mutex, PoisonError};

use application::{Failure, Secret, SecretName, Secrets};
use domain::Timestamp;

/// Whoever forges signatures must not make the shop ask for its secret more often than this.
const REFRESH_PAUSE: Duration = Duration::from_secs(60);

/// Why a webhook was not read. Nothing of it may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// It may be anybody's.
    #[error("the webhook is not authentic: {0}")]
    NotAuthentic(&'static str),
    /// Nothing that this gateway would tell is taken, as the shop is set up.
    #[error("webhooks of this gateway are not taken")]
    NotTaken,
    /// The world broke; or what the gateway says cannot be read by this version.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// The secret that a gateway signs webhooks with. It may be rotated at any time.
pub(crate) struct WebhookSecret {
    secrets: Arc<dyn Secrets>,
    name: SecretName,
    refreshed_at: Mutex<Option<Timestamp>>,
}

impl WebhookSecret {
    pub(crate) fn new(secrets: Arc<dyn Secrets>, name: SecretName) -> Self {
        Self { secrets, name, refreshed_at: Mutex::new(None) }
    }

    /// Verifies with the secret in hand and the one before it, and with newer ones where both are wrong.
    pub(crate) async fn verify<T>(
        &self,
        now: Timestamp,
        verify: impl Fn(&Secret) -> Option<T> + Send + Sync,
    ) -> Result<T, WebhookError> {
        if let Some(authentic) = self.by_either(self.secrets.current(&self.name).await?, &verify).await? {
            return Ok(authentic);
        }
        let forged = WebhookError::NotAuthentic("no signature is right");
        if !self.may_refresh(now) {
            return Err(forged);
        }
        self.by_either(self.secrets.refreshed(&self.name).await?, &verify).await?.ok_or(forged)
    }

    /// Verifies with a secret, or with the one that it replaced: until everybody has heard of a rotation, what is signed
    /// with either is authentic.
    async fn by_either<T>(
        &self,
        current: Secret,
        verify: &(impl Fn(&Secret) -> Option<T> + Sync),
    ) -> Result<Option<T>, Failure> {
        if let Some(authentic) = verify(&current) {
            return Ok(Some(authentic));
        }
        let previous = self.secrets.previous(&self.name).await?;
        Ok(previous.as_ref().and_then(verify))
    }

    fn may_refresh(&self, now: Timestamp) -> bool {
        let mut refreshed_at = self.refreshed_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = refreshed_at.is_some_and(|at| now.is_within(REFRESH_PAUSE, at));
        if !is_recent {
            *refreshed_at = Some(now);
        }
        !is_recent
    }
}
