//! What Stripe tells by itself: its signature, and what is read of it
//! (<https://docs.stripe.com/webhooks/signature>).

use std::sync::Arc;

use application::receive_webhook::{Authentic, VerifiedEvent};
use application::{Failure, Secret, SecretName, Secrets};
use domain::Timestamp;
use domain::payment::GatewayName;

use crate::webhook_secret::WebhookSecret;
use crate::{WebhookError, WebhookSignature, capability};

mod event; // what is read of an event
mod signature; // the header, as it is written

use signature::Signature;

/// Verifies what comes as a webhook of Stripe, or of the sandbox gateway, which signs in the same way.
pub struct StripeWebhooks {
    secret: WebhookSecret,
}

impl StripeWebhooks {
    /// Verifies with the endpoint's signing secret that is kept under `secret_name`.
    pub fn new(secrets: Arc<dyn Secrets>, secret_name: SecretName) -> Self {
        Self { secret: WebhookSecret::new(secrets, secret_name) }
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
        let verify = |secret: &Secret| {
            let key = secret.expose().as_bytes();
            Authentic::by_hmac_sha256(key, &signature.prefix(), body, signature.signatures())
        };
        let authentic = self.secret.verify(now, verify).await?;
        Ok(VerifiedEvent::read(authentic, event::read)?)
    }
}

#[cfg(test)]
mod tests;
