use std::time::Duration;

use super::buying::buys;
use super::racing::sleep_to_the_end;
use super::{Crowd, SHIRT};
use crate::shopper::Shopper;
use crate::simulation::Work;

/// A customer who signed in.
pub(super) const ANN: &str = "customer-ann";

/// Two carts at once, of which one has all that the customer may have; it is given up, and the other comes again.
pub(super) fn two_carts(crowd: &Crowd) -> Vec<Work> {
    let cart = |key: &'static str| -> Work {
        let shopper = crowd.shopper(ANN);
        Box::pin(async move {
            for _ in 0..2 {
                if let Some(reservation) = shopper.reserve(key, &[(SHIRT, 2)]).await {
                    shopper.rest(3_000).await;
                    let _released = shopper.release(&reservation).await;
                    return;
                }
                shopper.rest(4_000).await;
            }
        })
    };
    vec![cart("one"), cart("two")]
}

/// One cart is forgotten, and another comes about when its time is over: its claim is in nobody's way then.
pub(super) fn forgotten(crowd: &Crowd) -> Vec<Work> {
    let (first, second) = (crowd.shopper(ANN), Shopper { copies: 2, ..crowd.shopper(ANN) });
    vec![
        Box::pin(async move {
            let _forgotten = first.reserve("one", &[(SHIRT, 2)]).await;
        }),
        Box::pin(async move {
            second.rest(110_000).await;
            for _ in 0..3 {
                if let Some(reservation) = second.reserve("two", &[(SHIRT, 1)]).await {
                    let order = second.check_out("pay", &reservation, "visa").await;
                    if let Some(order) = order {
                        let _seen = second.watch(&order).await;
                    }
                    return;
                }
                second.rest(20_000).await;
            }
        }),
    ]
}

/// One cart is paid for about when its time is over, and another comes then.
pub(super) fn deadline(crowd: &Crowd) -> Vec<Work> {
    let (first, second) = (crowd.shopper(ANN), crowd.shopper(ANN));
    vec![
        Box::pin(async move {
            let Some(reservation) = first.reserve("one", &[(SHIRT, 2)]).await else { return };
            sleep_to_the_end(&first, &reservation).await;
            let _order = first.check_out("pay", &reservation, "visa").await;
        }),
        Box::pin(async move {
            second.world.pause(Duration::from_secs(75)).await;
            for _ in 0..4 {
                if let Some(reservation) = second.reserve("two", &[(SHIRT, 1)]).await {
                    let _order = second.check_out("pay-two", &reservation, "visa").await;
                    return;
                }
                second.rest(6_000).await;
            }
        }),
    ]
}

/// What was paid for counts for good.
pub(super) fn paid(crowd: &Crowd) -> Vec<Work> {
    let (shopper, twice) = (crowd.shopper(ANN), Shopper { copies: 2, ..crowd.shopper(ANN) });
    vec![
        Box::pin(buys(shopper, &[(SHIRT, 1)], "visa")),
        Box::pin(async move {
            for (key, units) in [("two", 2), ("one", 1), ("more", 1)] {
                if let Some(reservation) = twice.reserve(key, &[(SHIRT, units)]).await {
                    let _order = twice.check_out(key, &reservation, "visa").await;
                }
                twice.rest(3_000).await;
            }
        }),
    ]
}

/// What was not paid for in the end does not count.
pub(super) fn cancelled(crowd: &Crowd) -> Vec<Work> {
    let shopper = crowd.shopper(ANN);
    vec![Box::pin(async move {
        buys(shopper.clone(), &[(SHIRT, 2)], "declined").await;
        for key in ["again", "later"] {
            if let Some(reservation) = shopper.reserve(key, &[(SHIRT, 2)]).await {
                let _order = shopper.check_out(key, &reservation, "visa").await;
                return;
            }
            shopper.rest(900_000).await;
        }
    })]
}

/// Two customers on many pages; from a few units down each may have fewer.
pub(super) fn many_pages(crowd: &Crowd) -> Vec<Work> {
    let customer = |name, copies| {
        let shopper = Shopper { copies, ..crowd.shopper(name) };
        async move {
            for (key, units) in [("two", 2), ("one", 1)] {
                if let Some(reservation) = shopper.reserve(key, &[(SHIRT, units)]).await {
                    let _order = shopper.check_out(key, &reservation, "visa").await;
                }
            }
        }
    };
    vec![Box::pin(customer(ANN, 2)), Box::pin(customer("customer-ben", 1))]
}
