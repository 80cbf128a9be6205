use application::Failure;
use domain::Timestamp;
use domain::payment::GatewayName;
use domain::webhook::{Event, EventKey, Mode, Purpose};
use serde::Deserialize;

/// An event (<https://docs.stripe.com/api/events/object>), in the few fields that the shop keeps. The rest of it is
/// full of what concerns persons, and the gateway can be asked for it.
#[derive(Debug, Deserialize)]
struct Body {
    id: String,
    r#type: String,
    created: i64,
    livemode: bool,
    data: Data,
}

#[derive(Debug, Deserialize)]
struct Data {
    object: Object,
}

#[derive(Debug, Deserialize)]
struct Object {
    id: Option<String>,
    object: String,
    metadata: Option<Metadata>,
}

/// What the shop wrote on its object when it opened it.
#[derive(Debug, Deserialize)]
struct Metadata {
    order_id: Option<String>,
    attempt: Option<String>,
}

/// Reads an authentic event; none where it is not about a payment intent, which is all that the shop opens.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Event>, Failure> {
    let body: Body = serde_json::from_slice(bytes).map_err(|_| unreadable("an event of Stripe"))?;
    let object = body.data.object;
    if object.object != "payment_intent" {
        tracing::warn!(kind = ?body.r#type, "Stripe tells of something that the shop does not follow");
        return Ok(None);
    }
    Ok(Some(Event {
        key: EventKey {
            gateway: GatewayName::Stripe,
            id: body.id.parse().map_err(|_| unreadable("an event's id"))?,
        },
        kind: body.r#type.parse().map_err(|_| unreadable("an event's kind"))?,
        reference: object.id.and_then(|id| id.parse().ok()).ok_or_else(|| unreadable("an event's object"))?,
        purpose: object.metadata.as_ref().and_then(purpose),
        mode: if body.livemode { Mode::Live } else { Mode::Test },
        created_at: Timestamp::from_millis(body.created.saturating_mul(1_000)),
        fact: None,
    }))
}

fn unreadable(what: &'static str) -> Failure {
    Failure::Unreadable(what)
}

/// The attempt that the object was opened for. Somebody else's object may say anything here.
fn purpose(metadata: &Metadata) -> Option<Purpose> {
    let order_id = metadata.order_id.as_deref()?.parse().ok()?;
    Some(Purpose { order_id, attempt: metadata.attempt.as_deref()?.parse().ok()? })
}
