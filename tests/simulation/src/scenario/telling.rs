//! A gateway that tells of its objects by itself: often or never, twice, late, and in no order.

use std::sync::Arc;

use application::WebhookInbox;
use domain::payment::GatewayName;
use domain::webhook::{Event, EventKey, Mode, Purpose, Webhook};

use super::{Crowd, buying};
use crate::conduct::now;
use crate::simulation::Work;
use crate::world::World;

/// How often it tells something.
const EVENTS: u32 = 16;
/// How long it is silent in between at the most, in milliseconds.
const SILENCE_MAX: u32 = 60_000;

/// In a thousand: how many come under an id that may have been told before, whatever that was about.
const AGAIN: u32 = 300;
/// And how many are about an attempt that there may not be.
const STRANGE: u32 = 100;

/// Shoppers who must act at the gateway, in time or too late, and a gateway that tells of it.
pub(super) fn told(crowd: &Crowd) -> Vec<Work> {
    vec![
        Box::pin(buying::tries_again(crowd.shopper("ann"), "three_d_secure")),
        Box::pin(buying::tries_again(crowd.shopper("ben"), "three_d_secure_late")),
        Box::pin(tells(Arc::clone(&crowd.world))),
    ]
}

/// Payments that decline or whose answers are lost, and a gateway that tells of it.
pub(super) fn told_of_trouble(crowd: &Crowd) -> Vec<Work> {
    vec![
        Box::pin(buying::tries_again(crowd.shopper("ann"), "declined")),
        Box::pin(buying::tries_again(crowd.shopper("ben"), "answer_lost")),
        Box::pin(tells(Arc::clone(&crowd.world))),
    ]
}

async fn tells(world: Arc<World>) {
    for number in 0..EVENTS {
        let silence = world.desk().some_millis(SILENCE_MAX);
        world.pause(silence).await;
        let Some(webhook) = event(&world, number) else { continue };
        let received = now(WebhookInbox::receive(world.conduct.store(), &webhook));
        world.committed();
        world.note(|| format!("the gateway tells {}: {received:?}", webhook.event.key.id));
    }
}

/// Something about one of the gateway's objects. What it says happened need not be true.
fn event(world: &World, number: u32) -> Option<Webhook> {
    let mut guard = world.desk();
    let desk = &mut *guard;
    let place = desk.dice.place(desk.bank.intents().len());
    let charge = desk.bank.intents().get(place)?.charge.clone();
    let id = if desk.dice.hits(AGAIN) { desk.dice.below(EVENTS) } else { number };
    let attempt = if desk.dice.hits(STRANGE) { charge.attempt.saturating_add(1) } else { charge.attempt };
    let event = Event {
        key: EventKey { gateway: GatewayName::Stripe, id: format!("evt_{id}").parse().ok()? },
        kind: "payment_intent.succeeded".parse().ok()?,
        reference: format!("pi_{place}").parse().ok()?,
        purpose: Some(Purpose { order_id: charge.order_id, attempt }),
        mode: Mode::Test,
        created_at: desk.now,
        fact: None,
    };
    Some(Webhook::receive(event, desk.now))
}
