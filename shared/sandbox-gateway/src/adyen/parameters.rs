use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::desk::invalid;
use super::payment::Card;
use crate::answer::Answer;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewPayment {
    merchant_account: String,
    amount: Amount,
    reference: String,
    payment_method: StoredCard,
    #[serde(rename = "shopperReference")]
    _shopper_reference: String,
    shopper_interaction: String,
    recurring_processing_model: String,
    return_url: String,
    channel: String,
    #[serde(rename = "origin")]
    _origin: String,
    authentication_data: AuthenticationData,
    additional_data: AdditionalData,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthenticationData {
    #[serde(rename = "threeDSRequestData")]
    three_ds_request_data: ThreeDsRequestData,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ThreeDsRequestData {
    #[serde(rename = "nativeThreeDS")]
    native_three_ds: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Amount {
    pub(super) currency: String,
    pub(super) value: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StoredCard {
    r#type: String,
    stored_payment_method_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AdditionalData {
    manual_capture: String,
}

/// What a payment asks for.
#[derive(Debug)]
pub(super) struct Paying {
    pub(super) account: String,
    pub(super) amount: Amount,
    pub(super) reference: String,
    pub(super) card: Card,
    pub(super) return_url: String,
}

impl Paying {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Answer> {
        let payment: NewPayment = json(body)?;
        let by_hand = payment.additional_data.manual_capture == "true";
        let stored = payment.payment_method.r#type == "scheme"
            && payment.shopper_interaction == "ContAuth"
            && payment.recurring_processing_model == "CardOnFile";
        if !by_hand || !stored || payment.amount.value <= 0 {
            return Err(invalid("Only stored cards that are captured by hand are offered here"));
        }
        let three_ds = payment.authentication_data.three_ds_request_data;
        if payment.channel != "Web" || three_ds.native_three_ds != "disabled" {
            return Err(invalid("Only redirects on the web are offered here"));
        }
        let card = Card::named(&payment.payment_method.stored_payment_method_id);
        Ok(Self {
            account: payment.merchant_account,
            amount: payment.amount,
            reference: payment.reference,
            card: card.ok_or_else(|| invalid("There is no such stored card"))?,
            return_url: payment.return_url,
        })
    }
}

/// What came of a redirect.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Completing {
    pub(super) details: CompletionDetails,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CompletionDetails {
    pub(super) redirect_result: String,
}

/// What a capture or a refund asks for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Moving {
    pub(super) merchant_account: String,
    pub(super) amount: Amount,
    pub(super) reference: String,
}

/// What a cancel asks for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Cancelling {
    pub(super) merchant_account: String,
    pub(super) payment_reference: String,
    pub(super) reference: String,
}

pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Answer> {
    serde_json::from_slice(body).map_err(|_| invalid("Structure of the request is not valid"))
}
