use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::amount::minor_units;
use super::answer::{invalid_request, unprocessable};
use crate::answer::Answer;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    intent: String,
    purchase_units: [NewUnit; 1],
    payment_source: PaymentSource,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUnit {
    custom_id: String,
    invoice_id: String,
    amount: Amount,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Amount {
    currency_code: String,
    value: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PaymentSource {
    paypal: PayPalSource,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PayPalSource {
    experience_context: ExperienceContext,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExperienceContext {
    #[serde(rename = "user_action")]
    _user_action: String,
    #[serde(rename = "shipping_preference")]
    _shipping_preference: String,
    return_url: Option<String>,
    #[serde(rename = "cancel_url")]
    _cancel_url: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCapture {
    amount: Amount,
    final_capture: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRefund {
    amount: Amount,
    custom_id: String,
    invoice_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// What opening an order asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Opening {
    pub(super) custom_id: String,
    pub(super) invoice_id: String,
    pub(super) currency: String,
    pub(super) value: String,
    pub(super) amount: i64,
    pub(super) return_url: Option<String>,
}

impl Opening {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Answer> {
        let NewOrder { intent, purchase_units: [unit], payment_source } = json(body)?;
        if intent != "AUTHORIZE" {
            return Err(unprocessable("INTENT_NOT_OFFERED_HERE"));
        }
        let Amount { currency_code, value } = unit.amount;
        let amount = minor_units(&currency_code, &value);
        Ok(Self {
            amount: amount.ok_or_else(|| unprocessable("CURRENCY_NOT_SUPPORTED"))?,
            custom_id: unit.custom_id,
            invoice_id: unit.invoice_id,
            currency: currency_code,
            value,
            return_url: payment_source.paypal.experience_context.return_url,
        })
    }
}

/// A capture here is of the whole amount, and the last one. This is how much it asks for.
pub(super) fn captured(body: &[u8]) -> Result<(String, i64), Answer> {
    let NewCapture { amount, final_capture } = json(body)?;
    let units = minor_units(&amount.currency_code, &amount.value);
    match units {
        Some(units) if final_capture => Ok((amount.currency_code, units)),
        Some(_) | None => Err(unprocessable("ONLY_WHOLE_CAPTURES_ARE_OFFERED_HERE")),
    }
}

/// What a refund asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refunding {
    pub(super) currency: String,
    pub(super) value: String,
    pub(super) amount: i64,
    pub(super) invoice_id: String,
    pub(super) custom_id: String,
}

pub(super) fn refunded(body: &[u8]) -> Result<Refunding, Answer> {
    let NewRefund { amount: Amount { currency_code, value }, custom_id, invoice_id } = json(body)?;
    let amount = minor_units(&currency_code, &value);
    let amount = amount.ok_or_else(|| unprocessable("CURRENCY_NOT_SUPPORTED"))?;
    Ok(Refunding { currency: currency_code, value, amount, invoice_id, custom_id })
}

pub(super) fn nothing(body: &[u8]) -> Result<(), Answer> {
    json(body).map(|Nothing {}| ())
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Answer> {
    serde_json::from_slice(body).map_err(|_| invalid_request())
}
