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
    /// Nothing that this gateway would tell is taken.
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

    /// Verifies with the secret in hand, and with a newer one where that is wrong.
    pub(crate) async fn verify<T>(
        &self,
        now: Timestamp,
        verify: impl Fn(&Secret) -> Option<T> + Send,
    ) -> Result<T, WebhookError> {
        if let Some(authentic) = verify(&self.secrets.current(&self.name).await?) {
            return Ok(authentic);
        }
        let forged = WebhookError::NotAuthentic("no signature is right");
        if !self.may_refresh(now) {
            return Err(forged);
        }
        verify(&self.secrets.refreshed(&self.name).await?).ok_or(forged)
    }

    fn may_refresh(&self, now: Timestamp) -> bool {
        let mut refreshed_at = self.refreshed_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = refreshed_at.is_some_and(|at| at <= now && now.since(at) < REFRESH_PAUSE);
        if !is_recent {
            *refreshed_at = Some(now);
        }
        !is_recent
    }
}
