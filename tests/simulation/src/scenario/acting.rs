use std::time::Duration;

use domain::order::Order;

use super::buying::tries_again;
use super::{Crowd, SHIRT};
use crate::bank::PROOF;
use crate::shopper::Shopper;
use crate::simulation::Work;

const TOKEN: &str = "adyen_three_d_secure";

/// The shopper proves who they are, and hands that in twice.
pub(super) fn proves(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(comes_back(crowd.shopper("ann"), TOKEN, PROOF, 0, 20_000))]
}

/// The gateway uses up what the shopper brought back, fails, and takes it for invalid from then on.
pub(super) fn used_up(crowd: &Crowd) -> Vec<Work> {
    let token = "adyen_three_d_secure_used_up";
    vec![Box::pin(comes_back(crowd.shopper("ann"), token, PROOF, 0, 20_000))]
}

/// The shopper comes back when the shop has given up on it, or is about to.
pub(super) fn comes_late(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(comes_back(crowd.shopper("ann"), TOKEN, PROOF, 595_000, 10_000))]
}

pub(super) fn fails(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(comes_back(crowd.shopper("ann"), TOKEN, "no-proof", 0, 20_000))]
}

pub(super) fn never_comes(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(tries_again(crowd.shopper("ann"), TOKEN))]
}

/// A cancel that comes while the proof is on its way, or before or after it.
pub(super) fn cancels(crowd: &Crowd) -> Vec<Work> {
    let shopper = crowd.shopper("ann");
    vec![Box::pin(async move {
        let Some(order) = waits(&shopper, TOKEN).await else { return };
        let _taken_or_refused = shopper.submit(&order, PROOF).await;
        shopper.rest(8_000).await;
        let _cancelled = shopper.cancel(&order).await;
        let _too_late = shopper.submit(&order, PROOF).await;
        let _seen = shopper.watch(&order).await;
    })]
}

/// Comes back with a result after so many milliseconds at the least, and up to as many more.
async fn comes_back(shopper: Shopper, token: &str, result: &str, soonest: u64, most: u32) {
    let Some(order) = waits(&shopper, token).await else { return };
    shopper.world.pause(Duration::from_millis(soonest)).await;
    shopper.rest(most).await;
    for result in [result, result, "another"] {
        let _taken_or_refused = shopper.submit(&order, result).await;
        shopper.rest(20_000).await;
    }
    let Some(seen) = shopper.watch(&order).await else { return };
    if shopper.add_method("second", &seen, "visa").await.is_some() {
        let _seen = shopper.watch(&order).await;
    }
}

/// Pays, and is sent to the bank in a moment.
async fn waits(shopper: &Shopper, token: &str) -> Option<Order> {
    let reservation = shopper.reserve("hold", &[(SHIRT, 1)]).await?;
    let order = shopper.check_out("pay", &reservation, token).await?;
    shopper.rest(4_000).await;
    Some(order)
}
