use super::{Crowd, SCARF, SHIRT};
use crate::shopper::Shopper;
use crate::simulation::Work;

pub(super) fn single_line(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(buys(crowd.shopper("ann"), &[(SHIRT, 1)], "visa"))]
}

/// Scarves of two pages and two shirts: all or nothing.
const CART: [(&str, i64); 2] = [(SCARF, 12), (SHIRT, 2)];

pub(super) fn cart(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(buys(crowd.shopper("ann"), &CART, "visa"))]
}

pub(super) fn cart_given_up(crowd: &Crowd) -> Vec<Work> {
    let shopper = crowd.shopper("ann");
    vec![Box::pin(async move {
        let Some(reservation) = shopper.reserve("hold", &CART).await else { return };
        shopper.rest(5_000).await;
        let _released = shopper.release(&reservation).await;
    })]
}

pub(super) fn cart_forgotten(crowd: &Crowd) -> Vec<Work> {
    let shopper = crowd.shopper("ann");
    vec![Box::pin(async move {
        let _forgotten = shopper.reserve("hold", &CART).await;
    })]
}

pub(super) fn declined_then_another(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(tries_again(crowd.shopper("ann"), "declined"))]
}

pub(super) fn declined_and_left(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(buys(crowd.shopper("ann"), &[(SHIRT, 1)], "declined"))]
}

pub(super) fn stolen(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(tries_again(crowd.shopper("ann"), "stolen"))]
}

pub(super) fn unknown_charged(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(tries_again(crowd.shopper("ann"), "answer_lost"))]
}

pub(super) fn unknown_not_charged(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(tries_again(crowd.shopper("ann"), "request_lost"))]
}

pub(super) fn three_d_secure(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(tries_again(crowd.shopper("ann"), "three_d_secure"))]
}

/// The shopper acts when the shop has given up on it, or is about to.
pub(super) fn three_d_secure_late(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(tries_again(crowd.shopper("ann"), "three_d_secure_late"))]
}

pub(super) fn three_d_secure_failed(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(tries_again(crowd.shopper("ann"), "three_d_secure_failed"))]
}

pub(super) fn three_d_secure_abandoned(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(tries_again(crowd.shopper("ann"), "three_d_secure_abandoned"))]
}

/// The shopper approves on the gateway's pages, in time or too late.
pub(super) fn paypal(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(tries_again(crowd.shopper("ann"), "paypal"))]
}

/// A gateway that takes captures and cancels on, and does them later.
pub(super) fn adyen(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(tries_again(crowd.shopper("ann"), "adyen_visa"))]
}

pub(super) fn adyen_unknown(crowd: &Crowd) -> Vec<Work> {
    vec![
        Box::pin(tries_again(crowd.shopper("ann"), "adyen_answer_lost")),
        Box::pin(tries_again(crowd.shopper("ben"), "adyen_request_lost")),
    ]
}

/// All three gateways for one order, the next one after each definite no; the last is Adyen.
pub(super) fn three_gateways(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(tries_again(crowd.shopper("ann"), "declined+paypal+adyen_visa"))]
}

pub(super) fn declined_then_paypal(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(tries_again(crowd.shopper("ann"), "declined+paypal"))]
}

/// Holds, pays and looks.
pub(super) async fn buys(shopper: Shopper, lines: &[(&str, i64)], token: &str) {
    let Some(reservation) = shopper.reserve("hold", lines).await else { return };
    shopper.rest(2_000).await;
    let Some(order) = shopper.check_out("pay", &reservation, token).await else { return };
    let _seen = shopper.watch(&order).await;
}

/// Pays with a token that has its troubles, and offers a good one when it failed.
pub(super) async fn tries_again(shopper: Shopper, token: &str) {
    let Some(reservation) = shopper.reserve("hold", &[(SHIRT, 1)]).await else { return };
    let Some(order) = shopper.check_out("pay", &reservation, token).await else { return };
    for key in ["second", "third"] {
        let Some(seen) = shopper.watch(&order).await else { return };
        // Offered whatever the order says: it is the shop's business to refuse.
        if shopper.add_method(key, &seen, "visa").await.is_some() {
            let _seen = shopper.watch(&order).await;
        }
    }
}
