//! What Stripe tells by itself: its signature, and what is read of it
//! (<https://docs.stripe.com/webhooks/signature>).

use core::time::Duration;
use std::sync::{Arc, Mutex, PoisonError};

use application::receive_webhook::{Authentic, VerifiedEvent};
use application::{Failure, Secret, SecretName, Secrets};
use domain::Timestamp;
use domain::payment::GatewayName;

use crate::{WebhookSignature, capability};

mod event; // what is read of an event
mod signature; // the header, as it is written

use signature::Signature;

/// Whoever forges signatures must not make the shop ask for its secret more often than this.
const REFRESH_PAUSE: Duration = Duration::from_secs(60);

/// Verifies what comes as a webhook of Stripe, or of the sandbox gateway, which signs in the same way.
pub struct StripeWebhooks {
    secrets: Arc<dyn Secrets>,
    secret_name: SecretName,
    refreshed_at: Mutex<Option<Timestamp>>,
}

/// Why a webhook was not read. Nothing of it may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// It may be anybody's.
    #[error("the webhook is not authentic: {0}")]
    NotAuthentic(&'static str),
    /// The world broke; or what the gateway says cannot be read by this version.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl StripeWebhooks {
    /// Verifies with the endpoint's signing secret that is kept under `secret_name`.
    pub fn new(secrets: Arc<dyn Secrets>, secret_name: SecretName) -> Self {
        Self { secrets, secret_name, refreshed_at: Mutex::new(None) }
    }

    /// Verifies the very bytes that came, by what a header of theirs says, and reads their event; none when it is of a kind that the shop does not
    /// follow.
    ///
    /// While Stripe rolls a secret it signs with both, so that either is enough
    /// (<https://docs.stripe.com/webhooks#roll-endpoint-secrets>).
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn verify<'a>(
        &self,
        header: impl FnOnce(&'static str) -> Option<&'a str> + Send,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Option<VerifiedEvent>, WebhookError> {
        let WebhookSignature::TimestampedHmac { header: name, scheme, tolerance } =
            capability(GatewayName::Stripe).webhook_signature
        else {
            return Err(Failure::Unreadable("how Stripe signs").into());
        };
        let header = header(name).ok_or(WebhookError::NotAuthentic("there is no signature"))?;
        let signature = Signature::parse(header, scheme)?;
        if !signature.is_of_now(now, tolerance) {
            return Err(WebhookError::NotAuthentic("it was signed too long ago, or in the future"));
        }
        let authentic = self.authentic(&signature, body, now).await?;
        Ok(VerifiedEvent::read(authentic, event::read)?)
    }

    /// Verifies with the secret in hand and the one before it, and with newer ones where both are wrong.
    async fn authentic<'a>(
        &self,
        signature: &Signature<'_>,
        body: &'a [u8],
        now: Timestamp,
    ) -> Result<Authentic<'a>, WebhookError> {
        let current = self.secrets.current(&self.secret_name).await?;
        if let Some(authentic) = self.by_either(current, signature, body).await? {
            return Ok(authentic);
        }
        let forged = WebhookError::NotAuthentic("no signature is right");
        if !self.may_refresh(now) {
            return Err(forged);
        }
        let current = self.secrets.refreshed(&self.secret_name).await?;
        self.by_either(current, signature, body).await?.ok_or(forged)
    }

    /// Verifies with a secret, or with the one that it replaced: until everybody has heard of a rotation, what is signed
    /// with either is authentic.
    async fn by_either<'a>(
        &self,
        current: Secret,
        signature: &Signature<'_>,
        body: &'a [u8],
    ) -> Result<Option<Authentic<'a>>, Failure> {
        let verify = |secret: &Secret| {
            Authentic::by_hmac_sha256(secret, &signature.prefix(), body, signature.signatures())
        };
        if let Some(authentic) = verify(&current) {
            return Ok(Some(authentic));
        }
        let previous = self.secrets.previous(&self.secret_name).await?;
        Ok(previous.as_ref().and_then(verify))
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

#[cfg(test)]
mod tests;
