use std::sync::Arc;

use application::receive_webhook::VerifiedEvent;
use application::{SecretName, Secrets};
use domain::Timestamp;
use domain::payment::GatewayName;

use crate::WebhookError;
use crate::adyen::AdyenWebhooks;
use crate::stripe::StripeWebhooks;

/// The settings of whoever is told by gateways: the names under which the secrets are kept that each signs with.
pub const WEBHOOK_SETTINGS: [&str; 2] = ["STRIPE_WEBHOOK_SECRET", "ADYEN_WEBHOOK_SECRET"];

/// Verifies what each gateway tells by itself.
pub struct Webhooks {
    stripe: StripeWebhooks,
    adyen: AdyenWebhooks,
}

impl Webhooks {
    /// Verifies with the secrets of these names, the values of [`WEBHOOK_SETTINGS`].
    pub fn new([stripe, adyen]: [String; WEBHOOK_SETTINGS.len()], secrets: &Arc<dyn Secrets>) -> Self {
        Self {
            stripe: StripeWebhooks::new(Arc::clone(secrets), SecretName(stripe)),
            adyen: AdyenWebhooks::new(Arc::clone(secrets), SecretName(adyen)),
        }
    }

    /// Verifies the very bytes that came, and reads the events of theirs that the shop follows.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn verify<'a>(
        &self,
        gateway: GatewayName,
        header: impl FnOnce(&'static str) -> Option<&'a str> + Send,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Vec<VerifiedEvent>, WebhookError> {
        match gateway {
            GatewayName::Stripe => Ok(self.stripe.verify(header, body, now).await?.into_iter().collect()),
            // Its orders are looked up; nothing that it would tell is verified here.
            GatewayName::PayPal => Err(WebhookError::NotTaken),
            GatewayName::Adyen => self.adyen.verify(body, now).await,
        }
    }
}
