use application::create_reservation::CreateReservationError;
use domain::reservation::Reservation;

use super::buying::{buys, tries_again};
use super::{Crowd, SCARF, SHIRT};
use crate::answer::{Answer, Request};
use crate::shopper::Shopper;
use crate::simulation::Work;
use crate::world::SKEW_MAX;

/// Three want the last one. Whoever gets it pays, gives it up, or forgets it; the others ask again later.
pub(super) fn last_unit(crowd: &Crowd) -> Vec<Work> {
    let fates = [("ann", Fate::GivesUp), ("ben", Fate::Forgets), ("cem", Fate::Pays)];
    let wants = |(name, fate)| -> Work { Box::pin(wants_the_last(crowd.shopper(name), fate)) };
    fates.map(wants).into()
}

/// What a shopper does with what it holds.
#[derive(Clone, Copy)]
pub(super) enum Fate {
    Pays,
    GivesUp,
    Forgets,
}

async fn wants_the_last(shopper: Shopper, fate: Fate) {
    if let Ok(product) = SHIRT.parse() {
        shopper.see(Request::SeeProduct(product)).await;
    }
    for _ in 0..3 {
        if let Some(reservation) = shopper.reserve("hold", &[(SHIRT, 1)]).await {
            return meets_its_fate(&shopper, &reservation, fate).await;
        }
        shopper.rest(400_000).await;
    }
}

pub(super) async fn meets_its_fate(shopper: &Shopper, reservation: &Reservation, fate: Fate) {
    match fate {
        Fate::Forgets => {}
        Fate::GivesUp => {
            shopper.rest(5_000).await;
            let _released = shopper.release(reservation).await;
        }
        Fate::Pays => {
            if let Some(order) = shopper.check_out("pay", reservation, "visa").await {
                let _seen = shopper.watch(&order).await;
            }
        }
    }
}

/// Pays about when the time is over; somebody else waits for the units.
pub(super) fn expiry_and_checkout(crowd: &Crowd) -> Vec<Work> {
    let late = crowd.shopper("ann");
    let waits = crowd.shopper("ben");
    vec![
        Box::pin(async move {
            let Some(reservation) = late.reserve("hold", &[(SHIRT, 3)]).await else { return };
            sleep_to_the_end(&late, &reservation).await;
            let Some(order) = late.check_out("pay", &reservation, "visa").await else { return };
            let _seen = late.watch(&order).await;
        }),
        Box::pin(async move {
            waits.rest(140_000).await;
            buys(waits, &[(SHIRT, 2)], "visa").await;
        }),
    ]
}

/// Rests until about the deadline.
pub(super) async fn sleep_to_the_end(shopper: &Shopper, reservation: &Reservation) {
    let left = reservation.expires_at.since(shopper.world.desk().now);
    shopper.world.pause(left.saturating_sub(core::time::Duration::from_secs(15))).await;
    shopper.rest(30_000).await;
}

/// One shopper with two tabs: one gives up what the other pays for.
pub(super) fn release_and_checkout(crowd: &Crowd) -> Vec<Work> {
    two_tabs(crowd, |one, reservation| {
        Box::pin(async move {
            one.rest(3_000).await;
            let _released = one.release(&reservation).await;
            if let Some(caller) = one.caller() {
                one.see(Request::SeeReservation(caller, reservation.id)).await;
            }
        })
    })
}

/// One shopper with two tabs who pays in both, each under a key of its own.
pub(super) fn two_checkouts(crowd: &Crowd) -> Vec<Work> {
    two_tabs(crowd, |one, reservation| {
        Box::pin(async move {
            one.rest(3_000).await;
            if let Some(order) = one.check_out("pay-again", &reservation, "visa").await {
                let _seen = one.watch(&order).await;
            }
        })
    })
}

/// Both tabs hold under one key, which gives them one reservation; the other tab then does as it is told.
fn two_tabs(crowd: &Crowd, other: fn(Shopper, Reservation) -> Work) -> Vec<Work> {
    let (first, second) = (crowd.shopper("ann"), crowd.shopper("ann"));
    vec![
        Box::pin(async move {
            let Some(reservation) = first.reserve("hold", &[(SHIRT, 1)]).await else { return };
            first.rest(3_000).await;
            let Some(order) = first.check_out("pay", &reservation, "visa").await else { return };
            let _seen = first.watch(&order).await;
        }),
        Box::pin(async move {
            let Some(reservation) = second.reserve("hold", &[(SHIRT, 1)]).await else { return };
            other(second, reservation).await;
        }),
    ]
}

/// A client that uses one key for two different carts.
pub(super) fn two_carts_one_key(crowd: &Crowd) -> Vec<Work> {
    let (first, second) = (crowd.shopper("ann"), crowd.shopper("ann"));
    vec![
        Box::pin(buys(first, &[(SHIRT, 1)], "visa")),
        Box::pin(async move {
            let Some(reservation) = second.reserve("hold", &[(SCARF, 2)]).await else { return };
            let _order = second.check_out("pay", &reservation, "declined").await;
        }),
    ]
}

/// Every request goes out twice at once.
pub(super) fn double(crowd: &Crowd) -> Vec<Work> {
    let shopper = Shopper { copies: 2, ..crowd.shopper("ann") };
    let other = Shopper { copies: 2, ..crowd.shopper("ben") };
    vec![Box::pin(tries_again(shopper, "declined")), Box::pin(buys(other, &[(SHIRT, 3)], "visa"))]
}

/// Every request goes out eight times at once.
pub(super) fn eightfold(crowd: &Crowd) -> Vec<Work> {
    let shopper = Shopper { copies: 8, ..crowd.shopper("ann") };
    vec![Box::pin(buys(shopper, &[(SHIRT, 2)], "visa"))]
}

/// Four who want two shirts, with every kind of payment.
pub(super) fn crowd(crowd: &Crowd) -> Vec<Work> {
    let shopper = |name| crowd.shopper(name);
    vec![
        Box::pin(tries_again(shopper("ann"), "declined")),
        Box::pin(tries_again(shopper("ben"), "answer_lost")),
        Box::pin(tries_again(shopper("cem"), "three_d_secure")),
        Box::pin(wants_the_last(shopper("dia"), Fate::GivesUp)),
    ]
}

/// A sale begins when it is said to, by the clock of whoever asks.
const SALE_BEGINS: &str = "SALE_BEGINS";

/// One comes again and again, from before a sale begins until after it.
pub(super) fn before_the_sale(crowd: &Crowd) -> Vec<Work> {
    let (shopper, begins) = (crowd.shopper("ann"), crowd.sale_begins);
    vec![Box::pin(async move {
        for key in ["early", "about-then", "later"] {
            let Some(request) = shopper.request(key, &[(SHIRT, 1)]) else { return };
            let asked = shopper.world.desk().now;
            let Answer::Reserved(answer) = shopper.ask(request).await else { return };
            let answered = shopper.world.desk().now;
            let is_wrong = match answer {
                Ok(_) => answered.plus(SKEW_MAX) < begins,
                Err(CreateReservationError::NotOnSaleYet { from, .. }) => {
                    from != begins || asked.minus(SKEW_MAX) >= begins
                }
                Err(_) => false,
            };
            if is_wrong {
                shopper.breaks(SALE_BEGINS, || {
                    format!("{key} was asked at {asked:?}, and answered {answer:?} at {answered:?}")
                });
            }
            shopper.rest(60_000).await;
        }
    })]
}
