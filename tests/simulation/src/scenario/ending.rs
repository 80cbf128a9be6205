use domain::order::Order;

use super::limits::ANN;
use super::{Crowd, SCARF, SHIRT};
use crate::shopper::Shopper;
use crate::simulation::Work;

/// The cancel meets the payment wherever that is just then.
pub(super) fn at_once(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(cancels(crowd.shopper("ann"), "visa", 4_000))]
}

pub(super) fn declined(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(cancels(crowd.shopper("ann"), "declined", 60_000))]
}

pub(super) fn unknown_charged(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(cancels(crowd.shopper("ann"), "answer_lost", 60_000))]
}

pub(super) fn unknown_not_charged(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(cancels(crowd.shopper("ann"), "request_lost", 60_000))]
}

/// The shopper proves who they are, and thinks better of it.
pub(super) fn three_d_secure(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(cancels(crowd.shopper("ann"), "three_d_secure", 900_000))]
}

/// The shopper approves, or is about to, and thinks better of it.
pub(super) fn paypal(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(cancels(crowd.shopper("ann"), "paypal", 900_000))]
}

/// A cancel that comes while a capture was taken on, or before or after it.
pub(super) fn adyen(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(cancels(crowd.shopper("ann"), "adyen_visa", 60_000))]
}

pub(super) fn paid(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(cancels_paid(crowd.shopper("ann"), "visa"))]
}

/// A shopper who pays with this token, and thinks better of it.
pub(super) async fn cancels_paid(shopper: Shopper, token: &str) {
    let Some(order) = pays(&shopper, token).await else { return };
    let _cancelled = shopper.cancel(&order).await;
    let _seen = shopper.watch(&order).await;
}

/// The one shirt that a customer may have can be had again once it was given back, by that customer too.
pub(super) fn buys_again(crowd: &Crowd) -> Vec<Work> {
    let shopper = crowd.shopper(ANN);
    vec![Box::pin(async move {
        let Some(order) = pays(&shopper, "visa").await else { return };
        let _cancelled = shopper.cancel(&order).await;
        shopper.rest(900_000).await;
        let Some(reservation) = shopper.reserve("again", &[(SHIRT, 1)]).await else { return };
        if shopper.check_out("pay-again", &reservation, "visa").await.is_some() {
            shopper.world.note(|| "a customer bought again".to_owned());
        }
    })]
}

/// Three operators give a part back at once; together it would be more than was paid.
pub(super) fn parts(crowd: &Crowd) -> Vec<Work> {
    let shopper = crowd.shopper("ann");
    vec![Box::pin(async move {
        let Some(order) = pays(&shopper, "visa").await else { return };
        let _first = shopper.refund("claim-1", &order, 4_000).await;
        let _second = shopper.refund("claim-2", &order, 4_000).await;
        let _repeated = shopper.refund("claim-1", &order, 4_000).await;
        let _too_much = shopper.refund("claim-3", &order, 4_000).await;
        let _seen = shopper.watch(&order).await;
    })]
}

pub(super) fn refund_and_cancel(crowd: &Crowd) -> Vec<Work> {
    let shopper = crowd.shopper("ann");
    vec![Box::pin(async move {
        let Some(order) = pays(&shopper, "visa").await else { return };
        let _part = shopper.refund("claim-1", &order, 2_900).await;
        shopper.rest(3_000).await;
        let _cancelled = shopper.cancel(&order).await;
        let _repeated = shopper.cancel(&order).await;
        let _seen = shopper.watch(&order).await;
    })]
}

/// Units come back one after the other, once more than there were, and then the order is cancelled.
pub(super) fn returned(crowd: &Crowd) -> Vec<Work> {
    let shopper = crowd.shopper("ann");
    vec![Box::pin(async move {
        let Some(order) = pays_for(&shopper, "hold", &[(SHIRT, 2), (SCARF, 1)]).await else { return };
        let _one = shopper.refund_returned("claim-1", &order, 4_000, &[(SHIRT, 1)]).await;
        let _repeated = shopper.refund_returned("claim-1", &order, 4_000, &[(SHIRT, 1)]).await;
        let _others = shopper.refund_returned("claim-2", &order, 4_000, &[(SCARF, 1), (SHIRT, 1)]).await;
        let _too_many = shopper.refund_returned("claim-3", &order, 100, &[(SHIRT, 1)]).await;
        shopper.rest(3_000).await;
        let _cancelled = shopper.cancel(&order).await;
        let _seen = shopper.watch(&order).await;
    })]
}

/// A customer who had as many as anybody may have can buy again once all of them came back.
pub(super) fn returns_and_buys_again(crowd: &Crowd) -> Vec<Work> {
    let shopper = crowd.shopper(ANN);
    vec![Box::pin(async move {
        let Some(order) = pays_for(&shopper, "hold", &[(SHIRT, 2)]).await else { return };
        let _back = shopper.refund_returned("claim-1", &order, 4_000, &[(SHIRT, 2)]).await;
        shopper.rest(60_000).await;
        if pays_for(&shopper, "again", &[(SHIRT, 2)]).await.is_some() {
            shopper.world.note(|| "a customer bought again".to_owned());
        }
    })]
}

async fn pays_for(shopper: &Shopper, key: &str, lines: &[(&str, i64)]) -> Option<Order> {
    let reservation = shopper.reserve(key, lines).await?;
    let order = shopper.check_out(&format!("pay-{key}"), &reservation, "visa").await?;
    shopper.watch(&order).await
}

/// Holds a shirt, pays for it, and cancels after up to so many milliseconds.
async fn cancels(shopper: Shopper, token: &str, after: u32) {
    let Some(reservation) = shopper.reserve("hold", &[(SHIRT, 1)]).await else { return };
    let Some(order) = shopper.check_out("pay", &reservation, token).await else { return };
    shopper.rest(after).await;
    let _cancelled = shopper.cancel(&order).await;
    let _seen = shopper.watch(&order).await;
}

/// Holds a shirt, pays for it, and waits until that is done.
pub(super) async fn pays(shopper: &Shopper, token: &str) -> Option<Order> {
    let reservation = shopper.reserve("hold", &[(SHIRT, 1)]).await?;
    let order = shopper.check_out("pay", &reservation, token).await?;
    shopper.watch(&order).await
}
