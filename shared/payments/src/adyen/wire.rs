use domain::Money;
use domain::fraud::Risk;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::risk;

/// A payment of a stored card (<https://docs.adyen.com/api-explorer/Checkout/71/post/payments>).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewPayment<'a> {
    pub(super) merchant_account: &'a str,
    pub(super) amount: Amount,
    pub(super) reference: &'a str,
    pub(super) payment_method: StoredCard<'a>,
    pub(super) shopper_reference: &'a str,
    pub(super) shopper_interaction: &'static str,
    pub(super) recurring_processing_model: &'static str,
    pub(super) return_url: &'a str,
    /// Only with what a browser-based 3-D Secure needs is a bank asked at all.
    pub(super) channel: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<String>,
    pub(super) authentication_data: AuthenticationData,
    pub(super) additional_data: AdditionalData,
}

/// How a card's bank is asked (<https://docs.adyen.com/online-payments/3d-secure/api-reference>).
#[derive(Debug, Serialize)]
pub(super) struct AuthenticationData {
    #[serde(rename = "threeDSRequestData")]
    pub(super) three_ds_request_data: ThreeDsRequestData,
}

#[derive(Debug, Serialize)]
pub(super) struct ThreeDsRequestData {
    #[serde(rename = "nativeThreeDS")]
    pub(super) native_three_ds: &'static str,
}

/// What a shopper brought back from a redirect (<https://docs.adyen.com/api-explorer/Checkout/71/post/payments/details>).
#[derive(Debug, Serialize)]
pub(super) struct PaymentDetails<'a> {
    pub(super) details: CompletionDetails<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompletionDetails<'a> {
    pub(super) redirect_result: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StoredCard<'a> {
    pub(super) r#type: &'static str,
    pub(super) stored_payment_method_id: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AdditionalData {
    pub(super) manual_capture: &'static str,
}

/// A capture, a cancel or a refund (<https://docs.adyen.com/online-payments/capture>).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Modification<'a> {
    pub(super) merchant_account: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) amount: Option<Amount>,
    /// The payment, where the path does not say which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_reference: Option<&'a str>,
    pub(super) reference: &'a str,
}

/// Minor units.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Amount {
    pub(super) currency: String,
    pub(super) value: i64,
}

impl Amount {
    pub(super) fn of(money: Money) -> Self {
        Self { currency: money.currency().as_str().to_owned(), value: money.amount() }
    }
}

/// The answer to a payment, in the fields that prove something.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment {
    pub(super) psp_reference: Option<String>,
    pub(super) result_code: String,
    pub(super) merchant_reference: Option<String>,
    pub(super) amount: Option<Amount>,
    pub(super) refusal_reason_code: Option<String>,
    additional_data: Option<Value>,
    fraud_result: Option<Value>,
    pub(super) action: Option<Action>,
}

impl Payment {
    pub(super) fn risk(&self) -> Option<Risk> {
        risk::of(self.additional_data.as_ref(), self.fraud_result.as_ref())
    }
}

/// What the shopper must do.
#[derive(Debug, Deserialize)]
pub(super) struct Action {
    pub(super) r#type: String,
    pub(super) method: Option<String>,
    pub(super) url: Option<String>,
}

/// The answer to a capture, a cancel or a refund: it was taken on.
#[derive(Debug, Deserialize)]
pub(super) struct Received {
    pub(super) status: String,
}

/// The body of every answer that is not 2xx (<https://docs.adyen.com/development-resources/error-codes>).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Problem {
    error_code: String,
    pub(super) error_type: String,
}

impl Problem {
    /// Adyen's code, only when it has the form of one.
    pub(super) fn code(&self) -> &str {
        let is_code = (1..=16).contains(&self.error_code.len())
            && self.error_code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_code { &self.error_code } else { "unreadable" }
    }
}
