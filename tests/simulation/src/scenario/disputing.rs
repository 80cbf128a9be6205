//! Shoppers who demand their money back over the shop's head, while it is paid, refunded or cancelled.

use std::sync::Arc;

use domain::payment::GatewayName;
use domain::webhook::{Event, EventKey, EventSubject, Mode, Purpose, Webhook};

use super::telling::{self, tell};
use super::{Crowd, SHIRT, buying, ending};
use crate::simulation::Work;
use crate::world::{Desk, World};

/// How often somebody opens or decides a dispute.
const STEPS: u32 = 8;
/// How long it is quiet in between at the most, in milliseconds.
const SILENCE_MAX: u32 = 60_000;

/// In a thousand: how many steps nobody is told of, and of how many it is told twice, the second time later.
const LOST: u32 = 300;
const AGAIN: u32 = 300;

/// Everybody pays at another gateway.
pub(super) fn paid(crowd: &Crowd) -> Vec<Work> {
    vec![
        Box::pin(buying::tries_again(crowd.shopper("ann"), "visa")),
        Box::pin(buying::tries_again(crowd.shopper("ben"), "adyen_visa")),
        Box::pin(buying::tries_again(crowd.shopper("cem"), "paypal")),
        Box::pin(disputes(Arc::clone(&crowd.world))),
    ]
}

/// An operator gives parts back meanwhile.
pub(super) fn refunded(crowd: &Crowd) -> Vec<Work> {
    let shopper = crowd.shopper("ann");
    let refunds: Work = Box::pin(async move {
        let Some(order) = ending::pays(&shopper, "visa").await else { return };
        for (claim, amount) in [("claim-1", 2_900), ("claim-2", 3_000), ("claim-3", 3_000)] {
            shopper.rest(90_000).await;
            let _part = shopper.refund(claim, &order, amount).await;
        }
        let _seen = shopper.watch(&order).await;
    });
    vec![refunds, Box::pin(disputes(Arc::clone(&crowd.world)))]
}

/// The shopper cancels as well.
pub(super) fn cancelled(crowd: &Crowd) -> Vec<Work> {
    let shopper = crowd.shopper("ann");
    let cancels: Work = Box::pin(async move {
        let Some(reservation) = shopper.reserve("hold", &[(SHIRT, 1)]).await else { return };
        let Some(order) = shopper.check_out("pay", &reservation, "visa").await else { return };
        shopper.rest(120_000).await;
        let _cancelled = shopper.cancel(&order).await;
        let _seen = shopper.watch(&order).await;
    });
    vec![cancels, Box::pin(disputes(Arc::clone(&crowd.world)))]
}

/// Money that was taken after a no is disputed, before it has gone back or while it does.
pub(super) fn orphaned(crowd: &Crowd) -> Vec<Work> {
    let mut shoppers = telling::breaks_its_word(crowd);
    shoppers.push(Box::pin(disputes(Arc::clone(&crowd.world))));
    shoppers
}

/// Nobody is told of any: the gateways' lists alone have them, and PayPal's gives no ids.
pub(super) fn listed(crowd: &Crowd) -> Vec<Work> {
    vec![
        Box::pin(buying::tries_again(crowd.shopper("ann"), "visa")),
        Box::pin(buying::tries_again(crowd.shopper("ben"), "adyen_visa")),
        Box::pin(buying::tries_again(crowd.shopper("cem"), "paypal")),
        Box::pin(disputes_silently(Arc::clone(&crowd.world))),
    ]
}

async fn disputes_silently(world: Arc<World>) {
    for number in 0..STEPS {
        let silence = world.desk().some_millis(SILENCE_MAX);
        world.pause(silence).await;
        let _untold = step(&world, number);
    }
    decide_all(&world);
}

/// Disputes are opened and decided, and the gateway tells of it: often or never, twice, late, and in no order. In the end all
/// are decided, and it has told of each at least once since.
async fn disputes(world: Arc<World>) {
    let mut late: Vec<Webhook> = Vec::new();
    for number in 0..STEPS {
        let silence = world.desk().some_millis(SILENCE_MAX);
        world.pause(silence).await;
        if let Some(earlier) = late.pop() {
            tell(&world, &earlier);
        }
        let Some(told) = step(&world, number) else { continue };
        let mut desk = world.desk();
        let (is_lost, comes_again) = (desk.dice.hits(LOST), desk.dice.hits(AGAIN));
        drop(desk);
        if comes_again {
            late.push(told.clone());
        }
        if !is_lost {
            tell(&world, &told);
        }
    }
    decide_all(&world);
    let disputed: Vec<usize> = {
        let desk = world.desk();
        let intents = desk.bank.intents().iter().enumerate();
        intents.filter(|(_, intent)| !intent.disputes().is_empty()).map(|(place, _)| place).collect()
    };
    for place in disputed {
        let last = about(&world.desk(), place, &format!("evt_last_{place}"), "closed");
        if let Some(last) = last {
            tell(&world, &last);
        }
    }
}

/// A dispute is opened, or one is decided. Answers what the gateway has to tell.
fn step(world: &World, number: u32) -> Option<Webhook> {
    let mut guard = world.desk();
    let desk = &mut *guard;
    let (place, kind) = if desk.dice.hits(500) {
        (desk.bank.decide_dispute(&mut desk.dice)?, "closed")
    } else {
        (desk.bank.open_dispute(&mut desk.dice)?, "created")
    };
    desk.note(|| format!("a dispute of pi_{place} is {kind}"));
    desk.check_charges();
    about(desk, place, &format!("evt_dispute_{number}"), kind)
}

fn decide_all(world: &World) {
    while let Some(place) = decide(world) {
        world.note(|| format!("a dispute of pi_{place} is decided"));
    }
}

fn decide(world: &World) -> Option<usize> {
    let mut guard = world.desk();
    let desk = &mut *guard;
    let place = desk.bank.decide_dispute(&mut desk.dice)?;
    desk.check_charges();
    Some(place)
}

/// What the gateway tells of a dispute of the object at that place. At Stripe that does not say what the object is for.
fn about(desk: &Desk, place: usize, id: &str, kind: &str) -> Option<Webhook> {
    let charge = desk.bank.intents().get(place)?.charge.clone();
    let gateway = charge.method.gateway();
    let purpose = Purpose { order_id: charge.order_id, attempt: charge.attempt };
    let event = Event {
        key: EventKey { gateway, id: id.parse().ok()? },
        kind: format!("charge.dispute.{kind}").parse().ok()?,
        subject: EventSubject::Dispute,
        reference: format!("pi_{place}").parse().ok()?,
        purpose: (gateway != GatewayName::Stripe).then_some(purpose),
        mode: Mode::Test,
        created_at: desk.now,
        fact: None,
    };
    Some(Webhook::receive(event, desk.now))
}
