use application::Failure;
use domain::Timestamp;
use domain::payment::GatewayName;
use domain::webhook::{Event, EventKey, EventSubject, Mode};
use serde::Deserialize;

use crate::stripe::wire::Metadata;

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
    /// The one that a dispute or a refund is of.
    payment_intent: Option<String>,
    metadata: Option<Metadata>,
}

/// Reads an authentic event; none where it is about neither a payment intent, which is all that the shop opens, nor a
/// dispute of one or a refund that failed.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Event>, Failure> {
    let body: Body = serde_json::from_slice(bytes).map_err(|_| unreadable("an event of Stripe"))?;
    let object = body.data.object;
    let (subject, reference, purpose) = match object.object.as_str() {
        "payment_intent" => {
            (EventSubject::Payment, object.id, object.metadata.as_ref().and_then(Metadata::purpose))
        }
        // It has metadata of its own, and says nothing of its payment's.
        "dispute" => (EventSubject::Dispute, object.payment_intent, None),
        // The only news of a refund that no worker of ours looks for: it may have been told as done before.
        "refund" if body.r#type == "refund.failed" => (EventSubject::Reversal, object.payment_intent, None),
        _ => {
            tracing::warn!(kind = ?body.r#type, "Stripe tells of something that the shop does not follow");
            return Ok(None);
        }
    };
    Ok(Some(Event {
        key: EventKey {
            gateway: GatewayName::Stripe,
            id: body.id.parse().map_err(|_| unreadable("an event's id"))?,
        },
        kind: body.r#type.parse().map_err(|_| unreadable("an event's kind"))?,
        subject,
        reference: reference.and_then(|id| id.parse().ok()).ok_or_else(|| unreadable("an event's object"))?,
        purpose,
        mode: if body.livemode { Mode::Live } else { Mode::Test },
        created_at: Timestamp::from_millis(body.created.saturating_mul(1_000)),
        fact: None,
    }))
}

fn unreadable(what: &'static str) -> Failure {
    Failure::Unreadable(what)
}
