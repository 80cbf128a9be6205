use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::WebhookError;

/// The one way in which PayPal signs (<https://developer.paypal.com/api/rest/webhooks/rest>).
const ALGORITHM: &str = "SHA256withRSA";
/// How long an id or a time may be; PayPal's have 36 and 20 characters.
const FIELD_MAX: usize = 100;

/// What the headers say, as it is written; nothing of it is proven yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Transmission<'a> {
    id: &'a str,
    time: &'a str,
    pub(super) certificate_url: &'a str,
    pub(super) signature: Vec<u8>,
}

impl<'a> Transmission<'a> {
    pub(super) fn read(header: impl Fn(&'static str) -> Option<&'a str>) -> Result<Self, WebhookError> {
        let header = |name| header(name).ok_or(WebhookError::NotAuthentic("there is no signature"));
        if header("PAYPAL-AUTH-ALGO")? != ALGORITHM {
            return Err(WebhookError::NotAuthentic("it is signed in a way that is not known"));
        }
        let malformed = WebhookError::NotAuthentic("the signature is malformed");
        let field =
            |name| header(name).and_then(|text| if is_field(text) { Ok(text) } else { Err(malformed) });
        Ok(Self {
            id: field("PAYPAL-TRANSMISSION-ID")?,
            time: field("PAYPAL-TRANSMISSION-TIME")?,
            certificate_url: header("PAYPAL-CERT-URL")?,
            signature: STANDARD.decode(header("PAYPAL-TRANSMISSION-SIG")?).map_err(|_| malformed)?,
        })
    }

    /// What was signed before the checksum of the body.
    pub(super) fn prefix(&self, webhook_id: &str) -> String {
        format!("{}|{}|{webhook_id}|", self.id, self.time)
    }
}

/// A separator within a field would make one text of two different transmissions.
fn is_field(text: &str) -> bool {
    (1..=FIELD_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'|')
}
