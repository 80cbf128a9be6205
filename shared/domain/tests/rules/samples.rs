use std::time::Duration;

use domain::invariant::Books;
use domain::order::{Address, Checkout, Contact, Order, OrderChange};
use domain::payment::{AttemptRequest, GatewayName, PaymentMethod};
use domain::reservation::{Line, Reservation, ReservationState, Totals};
use domain::stock::{
    Lane, MovementKind, MovementRequest, Opener, OpenerKey, PageKey, PlannedHold, StockPage, Supply, Units,
};
use domain::{Caller, Currency, Fingerprint, Money, Quantity, RequestKey, Sku, Timestamp};
use proptest::prelude::*;

pub(crate) const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);
pub(crate) const HOLD_TIME: Duration = Duration::from_secs(10 * 60);

pub(crate) fn euro() -> Currency {
    "EUR".parse().unwrap()
}

pub(crate) fn sku(name: &str) -> Sku {
    name.parse().unwrap()
}

pub(crate) fn page(name: &str, number: u32) -> PageKey {
    PageKey { sku: sku(name), number }
}

pub(crate) fn request(key: &str) -> RequestKey {
    RequestKey { caller: Caller::guest(&[7; 32]), key: format!("{key:-<16}").parse().unwrap() }
}

/// Three shirts from two pages, held from noon on.
pub(crate) fn reservation() -> Reservation {
    let lines = vec![line("shirt", 3)];
    Reservation {
        id: request("reserve").reservation_id(),
        caller: request("reserve").caller,
        fingerprint: Fingerprint::of(["shirt", "3"]),
        totals: Totals::of_items(&lines).unwrap(),
        lines,
        holds: vec![
            PlannedHold { page: page("shirt", 0), quantity: 2 },
            PlannedHold { page: page("shirt", 1), quantity: 1 },
        ],
        tried: vec![],
        turn: 1,
        state: ReservationState::Open,
        created_at: NOON,
        expires_at: NOON.plus(HOLD_TIME),
    }
}

/// Some units of a SKU at the price of the day, limited for nobody.
pub(crate) fn line(name: &str, units: i64) -> Line {
    Line { sku: sku(name), quantity: Quantity::parse(units).unwrap(), unit_price: price(1_999), limit: None }
}

pub(crate) fn units(units: i64) -> Units {
    Units::parse(units).unwrap()
}

/// A movement of stock at noon, under this reference.
pub(crate) fn movement(reference: &str, kind: MovementKind) -> MovementRequest {
    MovementRequest { reference: reference.parse().unwrap(), kind, at: NOON }
}

/// A shop that has sold nothing. 27 shirts are on sale: seven on a loose page, ten on one that was opened, and ten on
/// one that nobody has opened.
pub(crate) fn on_sale() -> Books {
    let receipt =
        Supply::none(sku("shirt")).receive(units(27), movement("first", MovementKind::Receipt)).unwrap();
    let opener = OpenerKey { sku: sku("shirt"), lane: Lane::opener(1).unwrap() };
    Books {
        supplies: vec![receipt.supply],
        movements: vec![receipt.movement],
        openers: vec![Opener { key: opener, pages: 2, opened: 1 }],
        pages: vec![StockPage::full(page("shirt", 0), 7), StockPage::full(page("shirt", 1), 10)],
        ..Books::default()
    }
}

pub(crate) fn price(amount: i64) -> Money {
    Money::new(amount, euro()).unwrap()
}

/// A way to pay there, with this token where the gateway takes one.
pub(crate) fn method(gateway: GatewayName, token: &str) -> PaymentMethod {
    let token = (!gateway.approves_by_redirect()).then(|| token.parse().unwrap());
    PaymentMethod::new(gateway, token).unwrap()
}

pub(crate) fn checkout(payment_methods: Vec<PaymentMethod>) -> Checkout {
    Checkout {
        request: request("checkout"),
        fingerprint: Fingerprint::of(["checkout"]),
        contact: Contact { email: "kim@example.com".to_owned(), phone: None },
        shipping_address: Address {
            name: "Kim Example".to_owned(),
            line1: "1 Stadium Road".to_owned(),
            line2: None,
            city: "Leipzig".to_owned(),
            postal_code: "04109".to_owned(),
            region: None,
            country: "DE".to_owned(),
        },
        payment_methods,
        return_url: None,
    }
}

/// The sample reservation and the order that it became at noon.
pub(crate) fn placed(methods: Vec<PaymentMethod>) -> (Reservation, OrderChange) {
    Order::place(reservation(), checkout(methods), NOON).unwrap()
}

pub(crate) fn attempt_request(number: usize) -> AttemptRequest {
    AttemptRequest { key: request(&format!("retry-{number}")).key, fingerprint: Fingerprint::of(["retry"]) }
}

pub(crate) fn any_methods() -> impl Strategy<Value = Vec<PaymentMethod>> {
    let any_method =
        proptest::sample::select(GatewayName::ALL.to_vec()).prop_map(|gateway| method(gateway, "tok_any"));
    proptest::collection::vec(any_method, 1..4)
}
