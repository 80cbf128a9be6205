use core::pin::Pin;
use std::time::Duration;

use application::create_reservation::CreateReservationError;
use application::receive_stock::{MoveStockError, Receipt, receive_stock};
use application::write_off_stock::{WriteOff, write_off_stock};
use domain::invariant::Books;
use domain::order::OrderState;
use domain::payment::{Decline, Outcome, Retry};
use domain::reservation::ReservationState;
use domain::stock::Units;
use memory::{Call, Fate};

use crate::shopper::{HOLD_TIME, Shopper};
use crate::world::World;

type Play = for<'a> fn(&'a World) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// What shoppers do, and what must have come of it in the end, whatever went wrong on the way.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) play: Play,
    pub(crate) outcome: &'static [&'static str],
}

/// After this long a look proves nothing any more, so that units that came back are found.
const LOOK_AGE: Duration = Duration::from_millis(300);

const GOOD: &str = "pm_card_visa";
const BAD: &str = "pm_card_chargeDeclined";

/// One scenario for every way in which a purchase can go.
pub(crate) const SCENARIOS: [Scenario; 17] = [
    Scenario {
        name: "bought",
        play: |world| Box::pin(bought(world)),
        outcome: &["order paid, charged 1999", "reservation ordered", "scarf: 11 left, 1 sold"],
    },
    Scenario {
        name: "cart-bought",
        play: |world| Box::pin(cart_bought(world)),
        outcome: &[
            "order paid, charged 27986",
            "reservation ordered",
            "scarf: 1 left, 11 sold",
            "shirt: 2 left, 3 sold",
        ],
    },
    Scenario {
        name: "last-unit",
        play: |world| Box::pin(last_unit(world)),
        outcome: &["last-shirt: 0 left, 1 sold", "order paid, charged 1999", "reservation ordered"],
    },
    Scenario {
        name: "checked-out-twice",
        play: |world| Box::pin(checked_out_twice(world)),
        outcome: &["order paid, charged 1999", "reservation ordered", "scarf: 11 left, 1 sold"],
    },
    Scenario {
        name: "declined-then-paid",
        play: |world| Box::pin(declined_then_paid(world)),
        outcome: &["order paid, charged 1999", "reservation ordered", "scarf: 11 left, 1 sold"],
    },
    Scenario {
        name: "declined-for-good",
        play: |world| Box::pin(declined_for_good(world)),
        outcome: &["order cancelled, charged 0", "reservation ordered"],
    },
    Scenario {
        name: "released",
        play: |world| Box::pin(released(world)),
        outcome: &["reservation expired", "reservation released"],
    },
    Scenario { name: "expired", play: |world| Box::pin(expired(world)), outcome: &["reservation expired"] },
    Scenario {
        name: "swept-hold",
        play: |world| Box::pin(swept_hold(world)),
        outcome: &["reservation expired"],
    },
    Scenario {
        name: "swept-order",
        play: |world| Box::pin(swept_order(world)),
        outcome: &["order paid, charged 1999", "reservation ordered", "scarf: 11 left, 1 sold"],
    },
    Scenario {
        name: "unknown-then-charged",
        play: |world| Box::pin(unknown_then_charged(world)),
        outcome: &["order paid, charged 1999", "reservation ordered", "scarf: 11 left, 1 sold"],
    },
    Scenario {
        name: "unknown-then-voided",
        play: |world| Box::pin(unknown_then_voided(world)),
        outcome: &["order cancelled, charged 0", "reservation ordered"],
    },
    Scenario {
        name: "drop-sold-out",
        play: |world| Box::pin(drop_sold_out(world)),
        outcome: &[
            "order paid, charged 21989",
            "reservation ordered",
            "reservation released",
            "reservation released",
            "scarf: 1 left, 11 sold",
        ],
    },
    Scenario {
        name: "limit-claimed",
        play: |world| Box::pin(limit_claimed(world)),
        outcome: &["reservation expired", "reservation expired", "reservation released"],
    },
    Scenario {
        name: "limit-bought",
        play: |world| Box::pin(limit_bought(world)),
        outcome: &["order paid, charged 3998", "reservation ordered", "signed-shirt: 19 left, 2 sold"],
    },
    Scenario {
        name: "restocked",
        play: |world| Box::pin(restocked(world)),
        outcome: &["last-shirt: 20 left, 0 sold", "reservation expired"],
    },
    Scenario {
        name: "acted-at-the-gateway",
        play: |world| Box::pin(acted_at_the_gateway(world)),
        outcome: &["order paid, charged 1999", "reservation ordered", "scarf: 11 left, 1 sold"],
    },
];

async fn bought(world: &World) {
    let shopper = Shopper::new(world, 1);
    let held = shopper.hold(&[("scarf", 1)]).await;
    let order = shopper.check_out(&held, GOOD).await;
    assert!(matches!(shopper.watch(&order.id).await.state, OrderState::Paid { .. }));
}

/// Eleven scarves are on two pages.
async fn cart_bought(world: &World) {
    let shopper = Shopper::new(world, 1);
    let held = shopper.hold(&[("scarf", 11), ("shirt", 3)]).await;
    let order = shopper.check_out(&held, GOOD).await;
    shopper.watch(&order.id).await;
}

async fn last_unit(world: &World) {
    let buy = async |number| {
        let shopper = Shopper::new(world, number);
        match shopper.try_hold(&[("last-shirt", 1)]).await {
            Ok(held) => {
                shopper.check_out(&held, GOOD).await;
                true
            }
            Err(CreateReservationError::InsufficientStock(_)) => false,
            Err(other) => panic!("{other}"),
        }
    };
    let (first, second) = tokio::join!(buy(1), buy(2));
    assert!(first != second, "one of the two buys it");
}

async fn checked_out_twice(world: &World) {
    let shopper = Shopper::new(world, 1);
    let held = shopper.hold(&[("scarf", 1)]).await;
    let (first, second) = tokio::join!(shopper.check_out(&held, GOOD), shopper.check_out(&held, GOOD));
    assert_eq!((&first.id, &first.lines, first.totals), (&second.id, &second.lines, second.totals));
}

async fn declined_then_paid(world: &World) {
    world.gateway.card(BAD, declined(Retry::OtherMethod));
    let shopper = Shopper::new(world, 1);
    let held = shopper.hold(&[("scarf", 1)]).await;
    let order = shopper.check_out(&held, BAD).await;
    let failed = shopper.watch(&order.id).await;
    assert!(matches!(failed.state, OrderState::PaymentFailed { .. }), "{:?}", failed.state);
    shopper.pay_with(&order.id, GOOD).await;
    shopper.watch(&order.id).await;
}

async fn declined_for_good(world: &World) {
    world.gateway.card(BAD, declined(Retry::None));
    let shopper = Shopper::new(world, 1);
    let held = shopper.hold(&[("scarf", 1)]).await;
    shopper.check_out(&held, BAD).await;
}

async fn released(world: &World) {
    let shopper = Shopper::new(world, 1);
    let held = shopper.hold(&[("scarf", 11)]).await;
    world.deliver().await;
    shopper.release(&held).await;
    world.pass(LOOK_AGE);
    assert_eq!(Shopper::new(world, 2).hold(&[("scarf", 12)]).await.lines.len(), 1, "all are on sale again");
}

async fn expired(world: &World) {
    Shopper::new(world, 1).hold(&[("scarf", 11)]).await;
}

async fn swept_hold(world: &World) {
    Shopper::new(world, 1).hold(&[("scarf", 1)]).await;
    world.lose_messages().await;
    world.pass(HOLD_TIME);
    world.sweep().await;
}

async fn swept_order(world: &World) {
    let shopper = Shopper::new(world, 1);
    let held = shopper.hold(&[("scarf", 1)]).await;
    shopper.check_out(&held, GOOD).await;
    world.lose_messages().await;
    world.pass(HOLD_TIME);
    world.sweep().await;
}

/// The gateway does what it was asked, and says nothing.
async fn unknown_then_charged(world: &World) {
    world.gateway.script(Call::Confirm, [Fate::AnswerLost]);
    world.gateway.script(Call::Capture, [Fate::AnswerLost]);
    let shopper = Shopper::new(world, 1);
    let held = shopper.hold(&[("scarf", 1)]).await;
    let order = shopper.check_out(&held, GOOD).await;
    shopper.watch(&order.id).await;
}

/// What the gateway was asked arrives there only after everything is over.
async fn unknown_then_voided(world: &World) {
    world.gateway.script(Call::Confirm, [Fate::Delayed, Fate::Delayed, Fate::Delayed, Fate::Delayed]);
    let shopper = Shopper::new(world, 1);
    let held = shopper.hold(&[("scarf", 1)]).await;
    let order = shopper.check_out(&held, GOOD).await;
    let failed = shopper.watch(&order.id).await;
    assert!(matches!(failed.state, OrderState::PaymentFailed { .. }), "{:?}", failed.state);
    world.gateway.deliver_delayed();
}

/// Eleven of twelve are bought and the last one is given back, which somebody finds.
async fn drop_sold_out(world: &World) {
    let (first, second, third) = (Shopper::new(world, 1), Shopper::new(world, 2), Shopper::new(world, 3));
    let most = first.hold(&[("scarf", 11)]).await;
    let last = second.hold(&[("scarf", 1)]).await;
    let refused = third.try_hold(&[("scarf", 1)]).await;
    assert!(matches!(refused, Err(CreateReservationError::InsufficientStock(_))), "{refused:?}");
    second.release(&last).await;
    let order = first.check_out(&most, GOOD).await;
    first.watch(&order.id).await;
    world.pass(LOOK_AGE);
    // A key whose request went on after a failure may have fenced its page off: then the unit is somebody else's.
    let fourth = Shopper::new(world, 4);
    match third.try_hold(&[("scarf", 1)]).await {
        Ok(found) => third.release(&found).await,
        Err(CreateReservationError::InsufficientStock(_)) => {
            let found = fourth.hold(&[("scarf", 1)]).await;
            fourth.release(&found).await;
        }
        Err(other) => panic!("{other}"),
    }
}

fn is_over_the_limit<T>(answer: &Result<T, CreateReservationError>) -> bool {
    matches!(answer, Err(CreateReservationError::LimitReached { limit: 2, .. }))
}

/// Held units count, and those that were given up or forgotten count no more.
async fn limit_claimed(world: &World) {
    let customer = Shopper::customer(world, "ada");
    let released = customer.try_hold_under("first", &[("signed-shirt", 2)]).await.unwrap();
    assert!(is_over_the_limit(&customer.try_hold_under("second", &[("signed-shirt", 1)]).await));
    customer.release(&released).await;
    customer.try_hold_under("third", &[("signed-shirt", 2)]).await.unwrap();
    world.lose_messages().await;
    world.pass(HOLD_TIME);
    customer.try_hold_under("fourth", &[("signed-shirt", 1), ("scarf", 1)]).await.unwrap();
    world.sweep().await;
}

/// Bought units count for ever.
async fn limit_bought(world: &World) {
    let customer = Shopper::customer(world, "ada");
    let held = customer.hold(&[("signed-shirt", 2)]).await;
    let order = customer.check_out(&held, GOOD).await;
    customer.watch(&order.id).await;
    world.pass(HOLD_TIME);
    assert!(is_over_the_limit(&customer.try_hold_under("again", &[("signed-shirt", 1)]).await));
}

/// What comes is on sale once, and a loss takes nothing that somebody holds.
async fn restocked(world: &World) {
    let shopper = Shopper::new(world, 1);
    shopper.hold(&[("last-shirt", 1)]).await;
    let sku = || "last-shirt".parse().unwrap();
    let units = |units| Units::parse(units).unwrap();
    let receipt = Receipt { sku: sku(), units: units(21), reference: "delivery".parse().unwrap() };
    for _ in 0..2 {
        let _once = shopper.insist(async || receive_stock(&world.supply(), &receipt).await).await.unwrap();
    }
    let all = WriteOff { sku: sku(), units: units(22), reference: "flood".parse().unwrap() };
    let refused = shopper.insist(async || write_off_stock(&world.supply(), &all).await).await;
    assert!(matches!(refused, Err(MoveStockError::Refused(_))), "{refused:?}");
    let some = WriteOff { units: units(2), ..all };
    let _once = shopper.insist(async || write_off_stock(&world.supply(), &some).await).await.unwrap();
}

async fn acted_at_the_gateway(world: &World) {
    let url = "https://gateway.example/3ds".to_owned();
    world.gateway.card(GOOD, Outcome::RequiresAction { url });
    let shopper = Shopper::new(world, 1);
    let held = shopper.hold(&[("scarf", 1)]).await;
    let order = shopper.check_out(&held, GOOD).await;
    shopper.watch_for_action(&order.id).await;
    world.gateway.shopper_acts(&order.id, &Outcome::Authorized);
    shopper.watch(&order.id).await;
}

fn declined(retry: Retry) -> Outcome {
    Outcome::Declined(Decline { code: "generic_decline".to_owned(), retry })
}

/// What the books say, in words: nobody's internal steps, only what was bought, charged and given back.
pub(crate) fn meaning(books: &Books) -> Vec<String> {
    let mut lines = Vec::new();
    for record in &books.orders {
        let charges = books.charges.iter().flatten().filter(|charge| charge.order_id == record.order.id);
        let charged: i64 = charges.map(|charge| charge.captured).sum();
        lines.push(format!("order {}, charged {charged}", record.order.state.as_str()));
    }
    lines.extend(books.reservations.iter().filter_map(|reservation| {
        let state = match reservation.state {
            ReservationState::Open => "open",
            ReservationState::Ordered(_) => "ordered",
            ReservationState::Released => "released",
            ReservationState::Expired => "expired",
            // Nobody was told of it.
            ReservationState::Refused => return None,
        };
        Some(format!("reservation {state}"))
    }));
    for supply in &books.supplies {
        let pages = || books.pages.iter().filter(|page| page.key.sku == supply.sku);
        let sold: u64 = pages().map(|page| u64::from(page.sold)).sum();
        let held: u64 = pages().map(|page| u64::from(page.held_units())).sum();
        let left = supply.units() - sold - held;
        if left != supply.received {
            lines.push(format!("{}: {left} left, {sold} sold", supply.sku));
        }
    }
    lines.sort();
    lines
}
