//! What a message says: an id and no facts, except to those who are outside the shop. Sender and workers share these
//! types, so that they cannot differ; a field that a newer sender adds is no reason for an older worker to refuse.

use core::fmt::Display;
use core::str::FromStr;

use domain::payment::GatewayName;
use domain::stock::StockAlert;
use domain::webhook::EventKey;
use domain::{EventId, OrderId, ReservationId};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Takes this order's payment a step further.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapturePaymentMessage {
    /// The order.
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    pub order_id: OrderId,
}

/// Ends this reservation, or the order that it became, if its time is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpireReservationMessage {
    /// The reservation.
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    pub reservation_id: ReservationId,
}

/// Applies this event of a gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplyWebhookMessage {
    /// The gateway.
    #[serde(serialize_with = "as_name", deserialize_with = "from_name")]
    pub gateway: GatewayName,
    /// The event's id there.
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    pub event_id: EventId,
}

impl ApplyWebhookMessage {
    /// The message about this event.
    pub fn of(key: &EventKey) -> Self {
        Self { gateway: key.gateway, event_id: key.id.clone() }
    }

    /// The event.
    pub fn key(self) -> EventKey {
        EventKey { gateway: self.gateway, id: self.event_id }
    }
}

/// Says what was crossed, to whoever takes it from its queue. A message may come twice: `sku` and `number` name a
/// crossing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StockAlertMessage<'a> {
    /// The SKU.
    pub sku: &'a str,
    /// Its place among the SKU's alerts, from 1: messages may come in another order.
    pub number: u64,
    /// `low`, `sold_out` or `back_in_stock`.
    pub kind: &'static str,
    /// Units that could be held then.
    pub units: u32,
    /// When it was seen, in milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: i64,
}

impl<'a> StockAlertMessage<'a> {
    /// The message about this alert.
    pub fn of(alert: &'a StockAlert) -> Self {
        let StockAlert { sku, number, kind, units, at } = alert;
        Self { sku: sku.as_str(), number: *number, kind: kind.as_str(), units: *units, at_ms: at.as_millis() }
    }
}

fn as_name<S: Serializer>(gateway: &GatewayName, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(gateway.as_str())
}

fn from_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<GatewayName, D::Error> {
    let name = String::deserialize(deserializer)?;
    GatewayName::named(&name).ok_or_else(|| D::Error::custom("no gateway of the shop"))
}

fn as_text<S: Serializer>(id: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

fn from_text<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<T, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;
    use domain::stock::AlertKind;

    use super::*;

    #[test]
    fn a_worker_reads_what_was_sent() {
        let message = CapturePaymentMessage { order_id: "o1".parse().unwrap() };
        let body = serde_json::to_string(&message).unwrap();
        assert_eq!(body, r#"{"order_id":"o1"}"#);
        assert_eq!(serde_json::from_str::<CapturePaymentMessage>(&body).unwrap(), message);

        let message = ExpireReservationMessage { reservation_id: "r1".parse().unwrap() };
        let body = serde_json::to_string(&message).unwrap();
        assert_eq!(body, r#"{"reservation_id":"r1"}"#);
        assert_eq!(serde_json::from_str::<ExpireReservationMessage>(&body).unwrap(), message);

        let key = EventKey { gateway: GatewayName::Stripe, id: "evt_1".parse().unwrap() };
        let body = serde_json::to_string(&ApplyWebhookMessage::of(&key)).unwrap();
        assert_eq!(body, r#"{"gateway":"stripe","event_id":"evt_1"}"#);
        assert_eq!(serde_json::from_str::<ApplyWebhookMessage>(&body).unwrap().key(), key);
    }

    #[test]
    fn whoever_is_outside_reads_the_facts() {
        let alert = StockAlert {
            sku: "SHIRT-M".parse().unwrap(),
            number: 3,
            kind: AlertKind::BackInStock,
            units: 40,
            at: Timestamp::from_millis(1_790_000_000_000),
        };
        let body = r#"{"sku":"SHIRT-M","number":3,"kind":"back_in_stock","units":40,"at_ms":1790000000000}"#;
        assert_eq!(serde_json::to_string(&StockAlertMessage::of(&alert)).unwrap(), body);
    }

    #[test]
    fn a_field_of_a_newer_sender_is_no_reason_to_refuse() {
        let body = r#"{"order_id":"o1","trace":"abc"}"#;
        assert!(serde_json::from_str::<CapturePaymentMessage>(body).is_ok());
    }

    #[test]
    fn a_body_without_an_id_is_refused() {
        for body in
            ["", "{}", r#"{"order_id":7}"#, r#"{"order_id":"no spaces"}"#, r#"{"reservation_id":"r1"}"#]
        {
            assert!(serde_json::from_str::<CapturePaymentMessage>(body).is_err(), "{body}");
        }
        for body in [r#"{"event_id":"evt_1"}"#, r#"{"gateway":"cash","event_id":"evt_1"}"#] {
            assert!(serde_json::from_str::<ApplyWebhookMessage>(body).is_err(), "{body}");
        }
    }
}
