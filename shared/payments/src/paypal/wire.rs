use serde::{Deserialize, Serialize};

/// A request for an order (<https://developer.paypal.com/api/orders/v2/orders-create>).
#[derive(Debug, Serialize)]
pub(super) struct NewOrder<'a> {
    pub(super) intent: &'static str,
    pub(super) purchase_units: [NewUnit<'a>; 1],
    pub(super) payment_source: PaymentSource<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct NewUnit<'a> {
    pub(super) custom_id: &'a str,
    pub(super) invoice_id: &'a str,
    pub(super) amount: Amount,
}

#[derive(Debug, Serialize)]
pub(super) struct PaymentSource<'a> {
    pub(super) paypal: PayPalSource<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct PayPalSource<'a> {
    pub(super) experience_context: ExperienceContext<'a>,
}

/// What the shopper sees, and where they go afterwards.
#[derive(Debug, Serialize)]
pub(super) struct ExperienceContext<'a> {
    pub(super) user_action: &'static str,
    pub(super) shipping_preference: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) return_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cancel_url: Option<&'a str>,
}

/// A request to capture (<https://developer.paypal.com/api/payments/v2/authorizations-capture>).
#[derive(Debug, Serialize)]
pub(super) struct NewCapture {
    pub(super) amount: Amount,
    pub(super) final_capture: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Amount {
    pub(super) currency_code: String,
    pub(super) value: String,
}

/// An order (<https://developer.paypal.com/api/orders/v2/orders-get>), in the fields that prove something.
#[derive(Debug, Deserialize)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) purchase_units: Vec<Unit>,
    #[serde(default)]
    pub(super) links: Vec<Link>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Unit {
    pub(super) amount: Amount,
    pub(super) invoice_id: Option<String>,
    #[serde(default)]
    pub(super) payments: Payments,
}

/// What was made of a unit: none, one or several of each.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Payments {
    #[serde(default)]
    pub(super) authorizations: Vec<Payment>,
    #[serde(default)]
    pub(super) captures: Vec<Payment>,
    #[serde(default)]
    pub(super) refunds: Vec<Refund>,
}

/// A refund (<https://developer.paypal.com/api/payments/v2/captures-refund>).
#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) status: String,
    pub(super) amount: Option<Amount>,
    pub(super) invoice_id: Option<String>,
}

/// A page of the list of disputes (<https://developer.paypal.com/api/customer-disputes/v1/disputes-list>).
#[derive(Debug, Deserialize)]
pub(super) struct Disputes {
    #[serde(default)]
    pub(super) items: Vec<Dispute>,
    #[serde(default)]
    pub(super) links: Vec<Link>,
}

/// A dispute (<https://developer.paypal.com/api/customer-disputes/v1/disputes-get>); how it ended is not in the list.
#[derive(Debug, Deserialize)]
pub(super) struct Dispute {
    pub(super) dispute_id: String,
    pub(super) status: String,
    pub(super) dispute_amount: Option<Amount>,
    pub(super) dispute_outcome: Option<DisputeOutcome>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DisputeOutcome {
    pub(super) outcome_code: String,
    pub(super) amount_refunded: Option<Amount>,
}

/// A request for one.
#[derive(Debug, Serialize)]
pub(super) struct NewRefund<'a> {
    pub(super) amount: Amount,
    /// The order that it is of, which nothing else that PayPal tells of a refund names.
    pub(super) custom_id: &'a str,
    /// By what it is found again.
    pub(super) invoice_id: String,
}

/// An authorization or a capture.
#[derive(Debug, Deserialize)]
pub(super) struct Payment {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) amount: Option<Amount>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Link {
    pub(super) rel: String,
    pub(super) href: String,
}

/// The body of every answer that is not 2xx (<https://developer.paypal.com/api/rest/responses/>).
#[derive(Debug, Deserialize)]
pub(super) struct Problem {
    name: String,
    #[serde(default)]
    details: Vec<Detail>,
    #[serde(default)]
    pub(super) links: Vec<Link>,
}

#[derive(Debug, Deserialize)]
struct Detail {
    issue: Option<String>,
}

impl Problem {
    /// PayPal's most telling word for the reason, such as `INSTRUMENT_DECLINED`.
    pub(super) fn issue(&self) -> &str {
        self.details.iter().find_map(|detail| detail.issue.as_deref()).unwrap_or(&self.name)
    }

    /// The same as it goes into records, logs and answers: only when it has the form of PayPal's words.
    pub(super) fn word(&self) -> String {
        let issue = self.issue();
        let is_word = (1..=64).contains(&issue.len())
            && issue.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        if is_word { issue.to_ascii_lowercase() } else { "unreadable".to_owned() }
    }
}

/// What a client is known by there, as the secret store keeps it.
#[derive(Deserialize)]
pub(super) struct Credentials {
    pub(super) client_id: String,
    pub(super) client_secret: String,
}

/// An access token (<https://developer.paypal.com/api/rest/authentication/>).
#[derive(Deserialize)]
pub(super) struct AccessToken {
    pub(super) access_token: String,
    pub(super) token_type: String,
    /// Seconds.
    pub(super) expires_in: u64,
}
