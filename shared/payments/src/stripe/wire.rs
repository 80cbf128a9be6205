use domain::fraud::Risk;
use domain::webhook::Purpose;
use serde::Deserialize;
use serde_json::Value;

/// A PaymentIntent (<https://docs.stripe.com/api/payment_intents/object>), in the fields that prove something.
#[derive(Debug, Deserialize)]
pub(super) struct PaymentIntent {
    pub(super) id: String,
    pub(super) object: String,
    pub(super) amount: i64,
    pub(super) amount_capturable: Option<i64>,
    pub(super) amount_received: Option<i64>,
    pub(super) currency: String,
    pub(super) status: String,
    pub(super) next_action: Option<NextAction>,
    pub(super) last_payment_error: Option<ErrorBody>,
    /// Whole where that was asked for, and an id elsewhere.
    latest_charge: Option<Value>,
}

impl PaymentIntent {
    /// What Stripe thinks of the charge, where it has doubts and says so (<https://docs.stripe.com/radar/risk-evaluation>).
    /// A word that is not known here is none.
    pub(super) fn risk(&self) -> Option<Risk> {
        match self.latest_charge.as_ref()?.pointer("/outcome/risk_level")?.as_str()? {
            "elevated" => Some(Risk::Elevated),
            "highest" => Some(Risk::Highest),
            _ => None,
        }
    }
}

/// What the shopper must do.
#[derive(Debug, Deserialize)]
pub(super) struct NextAction {
    pub(super) redirect_to_url: Option<RedirectToUrl>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RedirectToUrl {
    pub(super) url: Option<String>,
}

/// The body of every answer that is not 2xx (<https://docs.stripe.com/api/errors>).
#[derive(Debug, Deserialize)]
pub(super) struct Refusal {
    pub(super) error: ErrorBody,
}

#[derive(Debug, Deserialize)]
pub(super) struct ErrorBody {
    pub(super) r#type: String,
    code: Option<String>,
    decline_code: Option<String>,
    pub(super) advice_code: Option<String>,
}

impl ErrorBody {
    /// The most telling word for the reason. It goes into records, logs and answers, so it is taken only when it
    /// has the form of Stripe's codes.
    pub(super) fn word(&self) -> &str {
        let is_code = |text: &&str| {
            (1..=64).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        };
        let words = [self.decline_code.as_deref(), self.code.as_deref(), Some(self.r#type.as_str())];
        words.into_iter().flatten().find(is_code).unwrap_or("unreadable")
    }
}

/// What the shop wrote on its object when it opened it.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    order_id: Option<String>,
    attempt: Option<String>,
}

impl Metadata {
    /// The attempt that the object was opened for. Somebody else's object may say anything here.
    pub(super) fn purpose(&self) -> Option<Purpose> {
        let order_id = self.order_id.as_deref()?.parse().ok()?;
        Some(Purpose { order_id, attempt: self.attempt.as_deref()?.parse().ok()? })
    }
}
