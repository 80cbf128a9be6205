use std::sync::Arc;

use application::receive_webhook::VerifiedEvent;
use application::{SecretName, Secrets};
use domain::Timestamp;
use domain::payment::GatewayName;

use crate::adyen::AdyenWebhooks;
use crate::paypal::PayPalWebhooks;
use crate::stripe::StripeWebhooks;
use crate::{SettingError, WebhookError};

/// The settings of whoever is told by gateways: the names under which the secrets are kept that two of them sign with, and
/// which merchant account at Adyen is the shop's; and where PayPal is reached, whose certificates are pinned by that, and
/// which webhook there is the shop's.
pub const WEBHOOK_SETTINGS: [&str; 5] = [
    "STRIPE_WEBHOOK_SECRET",
    "ADYEN_WEBHOOK_SECRET",
    "ADYEN_MERCHANT_ACCOUNT",
    "PAYPAL_ENDPOINT",
    "PAYPAL_WEBHOOK_ID",
];

/// Verifies what each gateway tells by itself.
pub struct Webhooks {
    stripe: StripeWebhooks,
    paypal: PayPalWebhooks,
    adyen: AdyenWebhooks,
}

impl Webhooks {
    /// Verifies as the values of [`WEBHOOK_SETTINGS`] say.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(
        [stripe, adyen, merchant_account, paypal, webhook_id]: [String; WEBHOOK_SETTINGS.len()],
        secrets: &Arc<dyn Secrets>,
    ) -> Result<Self, SettingError> {
        Ok(Self {
            stripe: StripeWebhooks::new(Arc::clone(secrets), SecretName(stripe)),
            paypal: PayPalWebhooks::new(&paypal, webhook_id)?,
            adyen: AdyenWebhooks::new(Arc::clone(secrets), SecretName(adyen), merchant_account),
        })
    }

    /// Verifies the very bytes that came, and reads the events of theirs that the shop follows.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn verify<'a>(
        &self,
        gateway: GatewayName,
        header: impl Fn(&'static str) -> Option<&'a str> + Send + Sync,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Vec<VerifiedEvent>, WebhookError> {
        match gateway {
            GatewayName::Stripe => Ok(self.stripe.verify(header, body, now).await?.into_iter().collect()),
            GatewayName::PayPal => Ok(self.paypal.verify(header, body, now).await?.into_iter().collect()),
            GatewayName::Adyen => self.adyen.verify(body, now).await,
        }
    }
}
