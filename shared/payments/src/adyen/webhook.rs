//! What Adyen tells by itself: the signature of each item, and what is read of it
//! (<https://docs.adyen.com/development-resources/webhooks/verify-hmac-signatures>).

use std::sync::Arc;

use application::receive_webhook::{Authentic, VerifiedEvent};
use application::{Failure, Secret, SecretName, Secrets};
use domain::Timestamp;

use crate::WebhookError;
use crate::adyen::risk;
use crate::hex::decoded;
use crate::webhook_secret::WebhookSecret;

mod event; // what is read of what was signed
mod item; // an item as it is written, and the text of it that is signed

use item::{Notification, Signed};

/// Verifies what comes as a webhook of Adyen, or of the sandbox gateway, which signs in the same way.
pub struct AdyenWebhooks {
    secret: WebhookSecret,
    merchant_account: String,
}

impl AdyenWebhooks {
    /// Verifies with the HMAC key, in hexadecimal, that is kept under `secret_name`, and reads what is about this account.
    pub fn new(secrets: Arc<dyn Secrets>, secret_name: SecretName, merchant_account: String) -> Self {
        Self { secret: WebhookSecret::new(secrets, secret_name), merchant_account }
    }

    /// Verifies every item that came, and reads the events of those that the shop follows. Only fields that are signed
    /// are believed, but for whether it is the test environment that tells, which decides nothing but for whom it is, and for
    /// what Adyen thinks of a payment, which can only hold that up.
    ///
    /// # Errors
    /// See [`WebhookError`]. When one item is not authentic, none is read.
    pub async fn verify(&self, body: &[u8], now: Timestamp) -> Result<Vec<VerifiedEvent>, WebhookError> {
        let notification: Notification =
            serde_json::from_slice(body).map_err(|_| WebhookError::NotAuthentic("it is no notification"))?;
        let (mode, items) = (notification.mode()?, notification.signed()?);
        let authentic = self.secret.verify(now, |secret| authentic(secret, &items)).await?;
        let mut events = Vec::new();
        for (item, Signed { risk, .. }) in authentic.into_iter().zip(&items) {
            let read = |bytes: &[u8]| {
                let event = event::read(bytes, &self.merchant_account, mode, now)?;
                Ok(event.map(|event| risk::told(event, *risk)))
            };
            events.extend(VerifiedEvent::read::<Failure>(item, read)?);
        }
        Ok(events)
    }
}

/// Every item, if each of them is signed with this secret.
fn authentic<'a>(secret: &Secret, items: &'a [Signed]) -> Option<Vec<Authentic<'a>>> {
    let key = decoded(secret.expose().trim())?;
    let verify =
        |item: &'a Signed| Authentic::by_hmac_sha256(&key, &[], item.text.as_bytes(), &[item.signature]);
    items.iter().map(verify).collect()
}

#[cfg(test)]
mod tests;
