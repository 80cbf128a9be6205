//! A gateway that tells of its objects by itself: often or never, twice, late, and in no order.

use std::sync::Arc;

use application::WebhookInbox;
use domain::order::OrderRecord;
use domain::payment::{AttemptNumber, Charge};
use domain::webhook::{Event, EventKey, EventSubject, Mode, Purpose, Webhook};

use super::{Crowd, buying};
use crate::conduct::now;
use crate::simulation::Work;
use crate::world::{Desk, World};

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

/// Payments that end in a no, and a gateway that takes the money all the same and tells of it.
pub(super) fn breaks_its_word(crowd: &Crowd) -> Vec<Work> {
    vec![
        Box::pin(buying::tries_again(crowd.shopper("ann"), "declined")),
        Box::pin(buying::tries_again(crowd.shopper("ben"), "three_d_secure_abandoned")),
        Box::pin(takes_after_a_no(Arc::clone(&crowd.world))),
    ]
}

/// The same at each of the gateways.
pub(super) fn every_gateway_breaks_its_word(crowd: &Crowd) -> Vec<Work> {
    vec![
        Box::pin(buying::tries_again(crowd.shopper("ann"), "declined")),
        Box::pin(buying::tries_again(crowd.shopper("ben"), "paypal")),
        Box::pin(buying::tries_again(crowd.shopper("cid"), "adyen_declined")),
        Box::pin(takes_after_a_no(Arc::clone(&crowd.world))),
    ]
}

/// How often a gateway looks for something to break its word about.
const BREACHES: u32 = 24;

async fn takes_after_a_no(world: Arc<World>) {
    for number in 0..BREACHES {
        let taken = takes_one(&world).await;
        let webhook = taken.and_then(|place| about(&world.desk(), place, &format!("evt_{number}"), None));
        if let Some(webhook) = webhook {
            tell(&world, &webhook);
        }
    }
}

/// The same, and nobody is told.
pub(super) async fn takes_silently(world: Arc<World>) {
    for _ in 0..BREACHES {
        let taken = takes_one(&world).await;
        world.note(|| format!("the gateway takes, after a no, the money of {taken:?}, and says nothing"));
    }
}

/// The gateway breaks its word after a while, if there is one to break. Answers the place of its object.
async fn takes_one(world: &World) -> Option<usize> {
    let silence = world.desk().some_millis(SILENCE_MAX);
    world.pause(silence).await;
    let mut guard = world.desk();
    let desk = &mut *guard;
    let orders = &desk.checker.books.orders;
    let place = desk.bank.captures_after_no(|charge| is_known_no(orders, charge));
    desk.check_charges();
    place
}

/// Whether the shop knows this charge to be a definite no: before that, what the gateway takes is for the order.
fn is_known_no(orders: &[OrderRecord], charge: &Charge) -> bool {
    let orders = orders.iter().map(|record| &record.order).filter(|order| order.id == charge.order_id);
    let mut attempts = orders.flat_map(|order| &order.attempts);
    attempts.any(|attempt| attempt.number == charge.attempt && attempt.is_definite_no())
}

async fn tells(world: Arc<World>) {
    for number in 0..EVENTS {
        let silence = world.desk().some_millis(SILENCE_MAX);
        world.pause(silence).await;
        let Some(webhook) = event(&world, number) else { continue };
        tell(&world, &webhook);
    }
}

/// It tells of objects that nobody here opened: for attempts that there are not, or not yet, and for nobody's orders.
pub(super) async fn tells_of_nobodys(world: Arc<World>) {
    for number in 0..EVENTS {
        let silence = world.desk().some_millis(SILENCE_MAX);
        world.pause(silence).await;
        let webhook = {
            let mut guard = world.desk();
            let desk = &mut *guard;
            let place = desk.dice.place(desk.bank.intents().len());
            let attempt =
                desk.bank.intents().get(place).map(|intent| intent.charge.attempt.saturating_add(1));
            let is_strange = desk.dice.hits(STRANGE);
            about(desk, place, &format!("evt_{number}"), attempt)
                .and_then(|told| of_nobodys(told, is_strange))
        };
        if let Some(webhook) = webhook {
            tell(&world, &webhook);
        }
    }
}

/// The same of an object that nobody here opened; a strange one names no order either.
fn of_nobodys(mut told: Webhook, is_strange: bool) -> Option<Webhook> {
    told.event.reference = "pi_nobodys".parse().ok()?;
    if is_strange {
        told.event.purpose = None;
    }
    Some(told)
}

pub(super) fn tell(world: &World, webhook: &Webhook) {
    let received = now(WebhookInbox::receive(world.conduct.store(), webhook));
    world.committed();
    world.note(|| format!("the gateway tells {}: {received:?}", webhook.event.key.id));
}

/// Something about one of the gateway's objects. What it says happened need not be true.
fn event(world: &World, number: u32) -> Option<Webhook> {
    let mut guard = world.desk();
    let desk = &mut *guard;
    let place = desk.dice.place(desk.bank.intents().len());
    let attempt = desk.bank.intents().get(place)?.charge.attempt;
    let id = if desk.dice.hits(AGAIN) { desk.dice.below(EVENTS) } else { number };
    let strange = desk.dice.hits(STRANGE).then(|| attempt.saturating_add(1));
    about(desk, place, &format!("evt_{id}"), strange)
}

/// An event about the object at that place, and about its attempt unless it names another. Where shoppers approve, it tells
/// that this one did, whether or not they have.
fn about(desk: &Desk, place: usize, id: &str, named: Option<AttemptNumber>) -> Option<Webhook> {
    let charge = desk.bank.intents().get(place)?.charge.clone();
    let attempt = named.unwrap_or(charge.attempt);
    let by_redirect = charge.method.gateway().approves_by_redirect();
    let event = Event {
        key: EventKey { gateway: charge.method.gateway(), id: id.parse().ok()? },
        kind: "payment_intent.succeeded".parse().ok()?,
        subject: if by_redirect { EventSubject::Approval } else { EventSubject::Payment },
        reference: format!("pi_{place}").parse().ok()?,
        purpose: Some(Purpose { order_id: charge.order_id, attempt }),
        mode: Mode::Test,
        created_at: desk.now,
        fact: None,
    };
    Some(Webhook::receive(event, desk.now))
}
