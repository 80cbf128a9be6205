use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::fraud::Risk;
use domain::webhook::Mode;
use serde::Deserialize;
use serde_json::Value;

use crate::WebhookError;
use crate::adyen::risk;
use crate::adyen::wire::Amount;

/// How many items are looked at: Adyen sends one in JSON.
const ITEMS_MAX: usize = 16;

/// The body of a webhook (<https://docs.adyen.com/development-resources/webhooks/webhook-types>).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Notification {
    live: String,
    notification_items: Vec<Wrapped>,
}

#[derive(Debug, Deserialize)]
struct Wrapped {
    #[serde(rename = "NotificationRequestItem")]
    item: Item,
}

/// One item, in the fields that are signed, with what it says beside them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    psp_reference: String,
    original_reference: Option<String>,
    merchant_account_code: String,
    merchant_reference: Option<String>,
    amount: Option<Amount>,
    event_code: String,
    success: String,
    additional_data: Option<Value>,
}

/// The text of an item that is signed, and what it was signed with; nothing of it is proven yet. And what it says beside that
/// of the risk, which nothing proves.
pub(super) struct Signed {
    pub(super) text: String,
    pub(super) signature: [u8; 32],
    pub(super) risk: Option<Risk>,
}

impl Notification {
    pub(super) fn mode(&self) -> Result<Mode, WebhookError> {
        match self.live.as_str() {
            "true" => Ok(Mode::Live),
            "false" => Ok(Mode::Test),
            _ => Err(WebhookError::NotAuthentic("it says not whether it is live")),
        }
    }

    /// The items as they were signed.
    pub(super) fn signed(&self) -> Result<Vec<Signed>, WebhookError> {
        if !(1..=ITEMS_MAX).contains(&self.notification_items.len()) {
            return Err(WebhookError::NotAuthentic("it has no items, or too many"));
        }
        self.notification_items.iter().map(|wrapped| wrapped.item.signed()).collect()
    }
}

impl Item {
    fn signed(&self) -> Result<Signed, WebhookError> {
        let data = self.additional_data.as_ref();
        let signature = data.and_then(|data| data.get("hmacSignature")?.as_str());
        let signature = signature.ok_or(WebhookError::NotAuthentic("there is no signature"))?;
        let signature = STANDARD.decode(signature).ok().and_then(|bytes| bytes.try_into().ok());
        let signature = signature.ok_or(WebhookError::NotAuthentic("the signature is malformed"))?;
        Ok(Signed { text: self.text()?, signature, risk: risk::of(data, None) })
    }

    /// The signed fields, separated by colons. A separator within a field would make one text of two different items, so
    /// none is taken there: none of our own names has one.
    fn text(&self) -> Result<String, WebhookError> {
        let value = self.amount.as_ref().map(|amount| amount.value.to_string());
        let fields = [
            self.psp_reference.as_str(),
            self.original_reference.as_deref().unwrap_or_default(),
            &self.merchant_account_code,
            self.merchant_reference.as_deref().unwrap_or_default(),
            value.as_deref().unwrap_or_default(),
            self.amount.as_ref().map_or("", |amount| &amount.currency),
            &self.event_code,
            &self.success,
        ];
        if fields.iter().any(|field| field.contains([':', '\\'])) {
            return Err(WebhookError::NotAuthentic("a separator stands within a field"));
        }
        Ok(fields.join(":"))
    }
}
