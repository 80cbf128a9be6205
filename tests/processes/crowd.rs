use core::fmt;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use application::Chance;
use domain::invariant::Books;
use domain::order::{Order, OrderState};
use domain::reservation::ReservationState;
use memory::SeededChance;
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::Error;
use crate::customer::Customer;

/// How long a hold lasts: short, so that those who leave are seen to within a run.
pub(crate) const HOLD_SECONDS: u32 = 20;

/// Units on sale. The rarity is sold out early, so that its last units are fought for.
const GOODS: [(&str, u32); 2] = [("scarf", 2_000), ("rarity", 40)];

const GOOD: &str = "pm_card_visa";
const BAD: &str = "pm_card_chargeDeclined";

/// The goods as a catalog file.
pub(crate) fn catalog() -> Value {
    let variant = |(sku, stock): (&str, u32)| {
        let price = json!({"amount": 8_999, "currency": "EUR"});
        json!({"sku": sku, "attributes": {"kind": sku}, "price": price, "stock": stock})
    };
    let product = json!({
        "product_id": "fan-wear", "name": "Fan wear", "category": "fan-wear", "variants": GOODS.map(variant),
    });
    json!({"products": [product]})
}

/// What a shopper has in mind.
#[derive(Clone, Copy, Debug)]
enum Plan {
    Buy,
    BuyWithTheSecondCard,
    GiveUpAfterADecline,
    Release,
    Leave,
}

impl Plan {
    fn by(chance: &dyn Chance) -> Self {
        match chance.below(20) {
            0..=11 => Self::Buy,
            12..=14 => Self::BuyWithTheSecondCard,
            15 => Self::GiveUpAfterADecline,
            16..=17 => Self::Release,
            _ => Self::Leave,
        }
    }
}

/// How many shoppers came to which end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    paid: u32,
    given_up: u32,
    released: u32,
    expired: u32,
    sold_out: u32,
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { paid, given_up, released, expired, sold_out } = self;
        write!(
            formatter,
            "{paid} paid, {given_up} given up, {released} released, {expired} expired, {sold_out} sold out"
        )
    }
}

/// How one shopper's visit ended.
#[derive(Clone, Copy, Debug)]
enum End {
    Paid,
    GivenUp,
    Released,
    Expired,
    SoldOut,
}

/// Shoppers who come in as long as the doors are open, so many at the counter at once.
pub(crate) struct Crowd {
    closed: watch::Sender<bool>,
    visits: JoinHandle<Result<Tally, Error>>,
}

impl Crowd {
    pub(crate) fn open(shop: SocketAddr, at_once: usize, seed: u64) -> Self {
        let (closed, closing) = watch::channel(false);
        let visits = tokio::spawn(visits(shop, at_once, seed, closing));
        Self { closed, visits }
    }

    /// Lets nobody in any more, and waits until everybody's purchase is settled.
    pub(crate) async fn close(self) -> Result<Tally, Error> {
        self.closed.send_replace(true);
        self.visits.await?
    }
}

async fn visits(
    shop: SocketAddr,
    at_once: usize,
    seed: u64,
    closing: watch::Receiver<bool>,
) -> Result<Tally, Error> {
    let chance = SeededChance::new(seed.wrapping_add(1));
    let counter = Arc::new(Semaphore::new(at_once));
    let mut visits = JoinSet::new();
    while !*closing.borrow() {
        let place = Arc::clone(&counter).acquire_owned().await?;
        let plan = Plan::by(&chance);
        let sku = if chance.below(4) == 0 { "rarity" } else { "scarf" };
        let quantity = chance.below(2).saturating_add(1);
        visits.spawn(async move {
            let end = visit(Customer::new(shop), plan, sku, quantity, place).await;
            end.map_err(|error| Error::from(format!("{plan:?} of {quantity} × {sku}: {error}")))
        });
    }
    let mut tally = Tally::default();
    while let Some(end) = visits.join_next().await {
        let count = match end?? {
            End::Paid => &mut tally.paid,
            End::GivenUp => &mut tally.given_up,
            End::Released => &mut tally.released,
            End::Expired => &mut tally.expired,
            End::SoldOut => &mut tally.sold_out,
        };
        *count = count.saturating_add(1);
    }
    Ok(tally)
}

/// One visit. The place at the counter is free for the next shopper as soon as this one only watches.
async fn visit(
    customer: Customer,
    plan: Plan,
    sku: &str,
    quantity: u32,
    place: OwnedSemaphorePermit,
) -> Result<End, Error> {
    let Some(held) = customer.hold(sku, quantity).await? else { return Ok(End::SoldOut) };
    let card = match plan {
        Plan::Buy => GOOD,
        Plan::BuyWithTheSecondCard | Plan::GiveUpAfterADecline => BAD,
        Plan::Release => {
            customer.release(&held).await?;
            return Ok(End::Released);
        }
        Plan::Leave => {
            drop(place);
            return lapse(&customer, &held).await;
        }
    };
    let Some(order) = customer.check_out(&held, card).await? else {
        return lapse(&customer, &held).await;
    };
    drop(place);
    let keeps_trying = !matches!(plan, Plan::GiveUpAfterADecline);
    pay(&customer, &order, card, keeps_trying).await
}

/// Lets a hold's time pass.
async fn lapse(customer: &Customer, held: &Value) -> Result<End, Error> {
    match customer.watch_reservation(held).await?.as_str() {
        "expired" => Ok(End::Expired),
        other => Err(format!("a hold that nobody used became {other}").into()),
    }
}

/// Waits for the payment. Whoever keeps trying takes another card after each no; a payment whose outcome nobody heard
/// of may end in one too.
async fn pay(customer: &Customer, order: &Value, card: &str, keeps_trying: bool) -> Result<End, Error> {
    let mut card = card;
    loop {
        match customer.watch_order(order).await?.as_str() {
            "paid" if card == GOOD => return Ok(End::Paid),
            "payment_failed" if keeps_trying && customer.pay_with(order, GOOD).await? => card = GOOD,
            "payment_failed" | "cancelled" => return Ok(End::GivenUp),
            other => return Err(format!("an order for {card} is {other}").into()),
        }
    }
}

/// What should have come to an end and has not. An order whose shopper gave up keeps its units for two minutes, and
/// nobody waits here for them.
pub(crate) fn unsettled(books: &Books) -> Vec<String> {
    let mut unsettled = Vec::new();
    let mut given_up = BTreeSet::new();
    for Order { id, reservation_id, state, .. } in books.orders.iter().map(|record| &record.order) {
        match state {
            OrderState::Paid { .. } | OrderState::Cancelled { .. } => {}
            OrderState::PaymentFailed { .. } => {
                given_up.insert(reservation_id);
            }
            OrderState::PendingPayment => unsettled.push(format!("order {id} is pending")),
        }
    }
    for reservation in &books.reservations {
        match reservation.state {
            ReservationState::Open => unsettled.push(format!("reservation {} is open", reservation.id)),
            ReservationState::Ordered(_)
            | ReservationState::Released
            | ReservationState::Expired
            | ReservationState::Refused => {}
        }
    }
    for page in &books.pages {
        let stray = page.holds.keys().filter(|reservation| !given_up.contains(reservation));
        unsettled.extend(stray.map(|reservation| format!("{:?} has a hold of {reservation}", page.key)));
    }
    unsettled
}
