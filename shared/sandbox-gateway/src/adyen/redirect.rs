use serde_json::json;

use super::desk::Desk;
use super::payment::Payment;
use crate::answer::Answer;

/// A payment whose shopper was sent to their bank.
#[derive(Clone, Debug)]
pub(crate) struct Redirect {
    pub(super) payment: Payment,
    return_url: String,
    /// What is brought back, once the shopper has acted.
    result: Option<String>,
    /// Whether they proved who they are, once they have acted.
    pub(super) proven: Option<bool>,
}

impl Redirect {
    pub(super) fn new(
        payment: Payment,
        return_url: String,
        result: Option<String>,
        proven: Option<bool>,
    ) -> Self {
        Self { payment, return_url, result, proven }
    }

    /// How much the shopper is asked for, in minor units of which currency.
    pub(crate) fn amount(&self) -> (i64, &str) {
        (self.payment.amount, &self.payment.currency)
    }

    /// Where the shopper goes back to, with what came of it; nothing before they act.
    pub(crate) fn way_back(&self) -> Option<String> {
        let result = self.result.as_deref()?;
        let separator = if self.return_url.contains('?') { '&' } else { '?' };
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("redirectResult", result).finish();
        Some(format!("{}{separator}{query}", self.return_url))
    }
}

/// The answer that sends a shopper to their bank's page.
pub(super) fn redirected(payment: &Payment, address: &str) -> Answer {
    let id = &payment.psp_reference;
    let action = json!({ "paymentMethodType": "scheme", "type": "redirect", "method": "GET",
        "url": format!("{address}/sandbox/redirect/{id}") });
    let body = json!({ "pspReference": id, "resultCode": "RedirectShopper", "merchantReference": payment.reference,
        "action": action });
    Answer::of(200, &body)
}

impl Desk {
    /// The redirect of a payment.
    pub(crate) fn redirect(&self, id: &str) -> rusqlite::Result<Option<Redirect>> {
        self.book.transaction(|entries| entries.adyen_redirect(id))
    }

    /// The shopper proves who they are, or does not. What they did first stands.
    pub(crate) fn authenticate(&self, id: &str, proves: bool) -> rusqlite::Result<Option<Redirect>> {
        self.book.transaction(|entries| {
            entries.authenticate_at_adyen(id, proves)?;
            entries.adyen_redirect(id)
        })
    }
}
