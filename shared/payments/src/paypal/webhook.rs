//! What PayPal tells by itself: the signature of each transmission, and what is read of it
//! (<https://developer.paypal.com/api/rest/webhooks/rest>).

use std::sync::Arc;

use application::Failure;
use application::receive_webhook::{Authentic, VerifiedEvent};
use domain::Timestamp;

use crate::{SettingError, WebhookError};

mod certificate; // a certificate, and who vouches for it
mod certificates; // those that were fetched
mod event; // what is read of an event
mod pin; // where certificates may come from, and for whom they must be
mod transmission; // the headers, as they are written

use certificates::Certificates;
use pin::Pin;
use transmission::Transmission;

/// Verifies what comes as a webhook of PayPal, or of the sandbox gateway, which signs in the same way.
pub struct PayPalWebhooks {
    /// None where nothing that PayPal would tell is taken.
    listening: Option<Listening>,
}

struct Listening {
    pin: Arc<Pin>,
    webhook_id: String,
    certificates: Certificates,
}

impl PayPalWebhooks {
    /// Verifies what the PayPal at `endpoint` tells the webhook of this id. Without an id nothing is taken, and neither
    /// where it is not known with which certificates that endpoint signs.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(endpoint: &str, webhook_id: String) -> Result<Self, SettingError> {
        let Some(pin) = Pin::of(endpoint).filter(|_| !webhook_id.is_empty()).map(Arc::new) else {
            return Ok(Self { listening: None });
        };
        let certificates = Certificates::new(Arc::clone(&pin))?;
        Ok(Self { listening: Some(Listening { pin, webhook_id, certificates }) })
    }

    /// Verifies the very bytes that came, and reads their event; none when it is of a kind that the shop does not follow.
    ///
    /// It counts whenever it comes: PayPal tells an event again for three days, and does not say whether it signs it anew.
    /// Only a checksum of the bytes is signed, so an event is a hint here and carries no fact.
    ///
    /// # Errors
    /// See [`WebhookError`]. When the certificate cannot be fetched, that is a failure of ours.
    pub async fn verify<'a>(
        &self,
        header: impl Fn(&'static str) -> Option<&'a str> + Send + Sync,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Option<VerifiedEvent>, WebhookError> {
        let Listening { pin, webhook_id, certificates } =
            self.listening.as_ref().ok_or(WebhookError::NotTaken)?;
        let transmission = Transmission::read(header)?;
        let id = pin.certificate_id(transmission.certificate_url);
        let id = id.ok_or(WebhookError::NotAuthentic("the certificate is not PayPal's to serve"))?;
        let bundle = certificates.bundle(id, now).await?;
        let certificate = certificates.trusted(&bundle, now)?;
        certificates.keep(id, &bundle);
        let prefix = transmission.prefix(webhook_id);
        let authentic = Authentic::by_signed_checksum(&certificate, &prefix, body, &transmission.signature);
        let authentic = authentic.ok_or(WebhookError::NotAuthentic("no signature is right"))?;
        Ok(VerifiedEvent::read::<Failure>(authentic, |bytes| event::read(bytes, pin.mode()))?)
    }
}

#[cfg(test)]
mod tests;
