use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::Sha256;

/// Before the ids of what is told in Adyen's way.
const ID: &str = "adyen_";

/// Whether an event in the book is told in Adyen's way.
pub(crate) fn is_id(id: &str) -> bool {
    id.starts_with(ID)
}

/// What is told of one change, in the fields that are signed, and what is said of its risk. It is signed when it is told.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) psp_reference: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) original_reference: Option<String>,
    pub(super) merchant_account_code: String,
    pub(super) merchant_reference: String,
    pub(super) amount: ItemAmount,
    pub(super) event_code: String,
    pub(super) success: String,
    /// What is said beside that, unsigned.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(super) additional_data: Map<String, Value>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ItemAmount {
    pub(super) currency: String,
    pub(super) value: i64,
}

impl Item {
    /// Its id in the book.
    pub(super) fn id(&self) -> String {
        format!("{ID}{}_{}_{}", self.psp_reference, self.event_code, self.success)
    }

    fn text(&self) -> String {
        let value = self.amount.value.to_string();
        [
            self.psp_reference.as_str(),
            self.original_reference.as_deref().unwrap_or_default(),
            &self.merchant_account_code,
            &self.merchant_reference,
            &value,
            &self.amount.currency,
            &self.event_code,
            &self.success,
        ]
        .join(":")
    }
}

/// The notification of an item in the book, signed with a key in hexadecimal; nothing where either cannot be read.
pub(crate) fn signed(body: &str, hex_key: &str) -> Option<String> {
    let mut item: Item = serde_json::from_str(body).ok()?;
    let mac = Hmac::<Sha256>::new_from_slice(&bytes(hex_key)?).ok()?;
    let signature = STANDARD.encode(mac.chain_update(item.text()).finalize().into_bytes());
    item.additional_data.insert("hmacSignature".to_owned(), json!(signature));
    let shown: Value = serde_json::to_value(&item).ok()?;
    Some(json!({ "live": "false", "notificationItems": [{ "NotificationRequestItem": shown }] }).to_string())
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let (pairs, []) = hex.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|pair| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_adyens_own_libraries_compute() {
        let item = r#"{"pspReference":"7914073381342284","merchantAccountCode":"TestMerchant",
            "merchantReference":"TestPayment-1407325143704","amount":{"currency":"EUR","value":1130},
            "eventCode":"AUTHORISATION","success":"true"}"#;
        let key = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
        let told: Value = serde_json::from_str(&signed(item, key).unwrap()).unwrap();
        let item = &told["notificationItems"][0]["NotificationRequestItem"];
        assert_eq!(item["additionalData"]["hmacSignature"], "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=");
    }
}
