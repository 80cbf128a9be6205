//! Payments that the fraud rules want a person to see, or do not let through.

use std::time::Duration;

use domain::fraud::ReviewDecision;
use domain::order::Order;

use super::{Crowd, SHIRT};
use crate::shopper::Shopper;
use crate::simulation::Work;

/// How many shirts cost more than anybody's first order may without a review.
const MANY: i64 = 23;
/// Longer than a person has to decide.
const TOO_LONG: Duration = Duration::from_secs(5 * 24 * 60 * 60 + 120);

pub(super) fn approved(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(decided(crowd.shopper("ann"), ReviewDecision::Approve))]
}

pub(super) fn refused(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(decided(crowd.shopper("ann"), ReviewDecision::Refuse))]
}

pub(super) fn lapsed(crowd: &Crowd) -> Vec<Work> {
    let shopper = crowd.shopper("ann");
    vec![Box::pin(async move {
        let Some(order) = orders_many(&shopper).await else { return };
        let Some(seen) = shopper.watch(&order).await else { return };
        if seen.review().is_none() {
            return;
        }
        shopper.world.pause(TOO_LONG).await;
        let _too_late = shopper.review(&order, ReviewDecision::Approve).await;
        let _seen = shopper.watch(&order).await;
    })]
}

/// The shopper thinks better of it while a person looks, and perhaps just as that person decides.
pub(super) fn cancelled(crowd: &Crowd) -> Vec<Work> {
    let (shopper, person) = (crowd.shopper("ann"), crowd.shopper("ann"));
    vec![
        Box::pin(async move {
            let Some(order) = orders_many(&shopper).await else { return };
            shopper.rest(120_000).await;
            let _cancelled = shopper.cancel(&order).await;
            let _seen = shopper.watch(&order).await;
        }),
        Box::pin(decided(person, ReviewDecision::Approve)),
    ]
}

/// Five declined cards, and then one that would be good: nothing is sent any more.
pub(super) fn card_testing(crowd: &Crowd) -> Vec<Work> {
    let shopper = crowd.shopper("ann");
    vec![Box::pin(async move {
        let Some(reservation) = shopper.reserve("test", &[(SHIRT, 1)]).await else { return };
        let Some(order) = shopper.check_out("pay", &reservation, "declined").await else { return };
        for key in ["second", "third", "fourth", "fifth"] {
            shopper.rest(8_000).await;
            let _tried = shopper.add_method(key, &order, "declined").await;
        }
        shopper.rest(8_000).await;
        let Some(reservation) = shopper.reserve("hold", &[(SHIRT, 1)]).await else { return };
        let Some(order) = shopper.check_out("pay-again", &reservation, "visa").await else { return };
        let _seen = shopper.watch(&order).await;
    })]
}

/// The gateway doubts a card, and a person lets it through; or it warns of one, and nothing of it is captured, nor is
/// another gateway asked by itself.
pub(super) fn at_risk(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(doubted(crowd.shopper("ann"))), Box::pin(warned(crowd.shopper("ben")))]
}

async fn warned(shopper: Shopper) {
    let Some(reservation) = shopper.reserve("hold", &[(SHIRT, 1)]).await else { return };
    let paid = shopper.check_out("pay", &reservation, "highest_risk+paypal").await;
    let Some(order) = paid else { return };
    shopper.rest(120_000).await;
    let _another = shopper.add_method("another", &order, "visa").await;
    let _seen = shopper.watch(&order).await;
}

async fn doubted(shopper: Shopper) {
    let Some(reservation) = shopper.reserve("hold", &[(SHIRT, 1)]).await else { return };
    let Some(order) = shopper.check_out("pay", &reservation, "elevated_risk").await else { return };
    for _ in 0..4 {
        shopper.rest(60_000).await;
        if shopper.review(&order, ReviewDecision::Approve).await.is_some() {
            break;
        }
    }
    let _seen = shopper.watch(&order).await;
}

async fn orders_many(shopper: &Shopper) -> Option<Order> {
    let reservation = shopper.reserve("hold", &[(SHIRT, MANY)]).await?;
    shopper.check_out("pay", &reservation, "visa").await
}

/// Somebody decides, once there is something to decide about.
async fn decided(shopper: Shopper, decision: ReviewDecision) {
    let Some(order) = orders_many(&shopper).await else { return };
    for _ in 0..4 {
        shopper.rest(60_000).await;
        if shopper.review(&order, decision).await.is_some() {
            let _repeated = shopper.review(&order, decision).await;
            break;
        }
    }
    let _seen = shopper.watch(&order).await;
}
