use application::Failure;
use domain::payment::GatewayName;
use domain::webhook::{
    Event, EventKey, EventSubject, Mode, Purpose, Quarantine, Settlement, Webhook, WebhookState,
};

use super::fact;
use crate::attribute::{self, Fields, Item, add, number, text, time};
use crate::keys;
use crate::reservations::item::{read_wake, wake};

/// The state of an event that nobody has settled.
pub(crate) const RECEIVED: &str = "received";
/// The state of an event that a person must look at.
pub(crate) const QUARANTINED: &str = "quarantined";

pub(crate) fn webhook(webhook: &Webhook) -> Item {
    let event = &webhook.event;
    let key = keys::webhook(&event.key);
    let mut item = attribute::item([
        (keys::WAKE.partition, text(keys::shard(&key))),
        (keys::PARTITION, text(key)),
        ("gateway", text(event.key.gateway.as_str())),
        ("event_id", text(event.key.id.as_str())),
        ("kind", text(event.kind.to_string())),
        ("about", text(event.subject.as_str())),
        ("reference", text(event.reference.as_str())),
        ("mode", text(event.mode.as_str())),
        ("created_at", time(event.created_at)),
        ("received_at", time(webhook.received_at)),
    ]);
    let (state, settled_at, reason) = match webhook.state {
        WebhookState::Received => (RECEIVED, None, None),
        WebhookState::Settled(settlement) => {
            let reason = match settlement {
                Settlement::Quarantined { reason, .. } => Some(reason),
                Settlement::Applied { .. } | Settlement::Dismissed { .. } => None,
            };
            (settlement.as_str(), Some(settlement.at()), reason)
        }
    };
    add(&mut item, "state", Some(text(state)));
    add(&mut item, "settled_at", settled_at.map(time));
    add(&mut item, "reason", reason.map(|reason| text(reason.as_str())));
    add(&mut item, "order_id", event.purpose.as_ref().map(|purpose| text(purpose.order_id.as_str())));
    add(&mut item, "attempt", event.purpose.as_ref().map(|purpose| number(purpose.attempt)));
    add(&mut item, "wake", webhook.wake.map(wake));
    add(&mut item, keys::WAKE.place, webhook.wake.map(|wake| time(wake.at)));
    add(&mut item, "work", webhook.work().map(|work| text(work.kind.as_str())));
    add(&mut item, keys::WORK.place, webhook.work().map(|work| time(work.since)));
    add(&mut item, "fact", event.fact.as_ref().map(fact::fact));
    item
}

pub(crate) fn read_webhook(item: &Item) -> Result<Webhook, Failure> {
    let fields = Fields(item);
    let key =
        EventKey { gateway: fields.word("gateway", GatewayName::named)?, id: fields.parsed("event_id")? };
    let purpose = fields.optional("order_id", |fields, name| {
        Ok(Purpose { order_id: fields.parsed(name)?, attempt: fields.number("attempt")? })
    });
    Ok(Webhook {
        event: Event {
            key,
            kind: fields.parsed("kind")?,
            subject: fields
                .optional("about", |fields, name| fields.word(name, EventSubject::named))?
                .unwrap_or(EventSubject::Payment),
            reference: fields.parsed("reference")?,
            purpose: purpose?,
            mode: fields.word("mode", Mode::named)?,
            created_at: fields.time("created_at")?,
            fact: fields.optional("fact", |fields, name| fact::read_fact(fields.map(name)?))?,
        },
        state: read_state(fields)?,
        received_at: fields.time("received_at")?,
        wake: fields.optional("wake", read_wake)?,
    })
}

fn read_state(fields: Fields<'_>) -> Result<WebhookState, Failure> {
    let at = || fields.time("settled_at");
    Ok(match fields.text("state")? {
        RECEIVED => WebhookState::Received,
        "applied" => WebhookState::Settled(Settlement::Applied { at: at()? }),
        "dismissed" => WebhookState::Settled(Settlement::Dismissed { at: at()? }),
        QUARANTINED => WebhookState::Settled(Settlement::Quarantined {
            at: at()?,
            reason: fields.word("reason", Quarantine::named)?,
        }),
        _ => return Err(Failure::Unreadable("state")),
    })
}
