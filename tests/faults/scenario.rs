use core::pin::Pin;

use application::create_reservation::CreateReservationError;
use domain::invariant::Books;
use domain::order::OrderState;
use domain::payment::{Decline, Outcome, Retry};
use domain::reservation::ReservationState;
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

const GOOD: &str = "pm_card_visa";
const BAD: &str = "pm_card_chargeDeclined";

/// One scenario for every way in which a purchase can go.
pub(crate) const SCENARIOS: [Scenario; 13] = [
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
    lines.extend(books.reservations.iter().map(|reservation| {
        let state = match reservation.state {
            ReservationState::Open => "open",
            ReservationState::Ordered(_) => "ordered",
            ReservationState::Released => "released",
            ReservationState::Expired => "expired",
        };
        format!("reservation {state}")
    }));
    for supply in &books.supplies {
        let pages = || books.pages.iter().filter(|page| page.key.sku == supply.sku);
        let left: u32 = pages().map(|page| page.available).sum();
        let sold: u32 = pages().map(|page| page.sold).sum();
        if left != supply.received {
            lines.push(format!("{}: {left} left, {sold} sold", supply.sku));
        }
    }
    lines.sort();
    lines
}
