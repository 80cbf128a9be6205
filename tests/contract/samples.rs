use std::collections::BTreeMap;
use std::time::Duration;

use domain::catalog::{Product, Variant};
use domain::order::{Address, Checkout, Contact, Order, OrderChange};
use domain::payment::{GatewayName, PaymentMethod};
use domain::reservation::{Line, Reservation, ReservationState, Totals};
use domain::stock::{PageKey, PlannedHold};
use domain::{Caller, Fingerprint, Money, Quantity, RequestKey, Timestamp};

use crate::world::World;

pub(crate) const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);
pub(crate) const HOLD_TIME: Duration = Duration::from_secs(10 * 60);

pub(crate) fn later(seconds: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(seconds))
}

pub(crate) fn page(sku: &str, number: u32) -> PageKey {
    PageKey { sku: sku.parse().unwrap(), number }
}

pub(crate) fn request(key: &str) -> RequestKey {
    RequestKey { caller: Caller::guest(&[7; 32]), key: format!("{key:-<16}").parse().unwrap() }
}

/// A reservation that takes these units from these pages, from noon on.
pub(crate) fn reservation(key: &str, holds: &[(PageKey, u32)]) -> Reservation {
    let mut units: BTreeMap<&PageKey, u32> = BTreeMap::new();
    for (page, quantity) in holds {
        *units.entry(page).or_default() += quantity;
    }
    let lines: Vec<Line> = units
        .iter()
        .map(|(page, quantity)| Line {
            sku: page.sku.clone(),
            quantity: Quantity::parse(i64::from(*quantity)).unwrap(),
            unit_price: Money::new(1_999, "EUR".parse().unwrap()).unwrap(),
        })
        .collect();
    Reservation {
        id: request(key).reservation_id(),
        caller: request(key).caller,
        fingerprint: Fingerprint::of([key]),
        totals: Totals::of_items(&lines).unwrap(),
        lines,
        holds: holds
            .iter()
            .map(|(page, quantity)| PlannedHold { page: page.clone(), quantity: *quantity })
            .collect(),
        state: ReservationState::Open,
        created_at: NOON,
        expires_at: NOON.plus(HOLD_TIME),
    }
}

pub(crate) fn checkout(key: &str) -> Checkout {
    Checkout {
        request: request(key),
        fingerprint: Fingerprint::of([key]),
        contact: Contact { email: "kim@example.com".to_owned(), phone: Some("+49 341 000000".to_owned()) },
        shipping_address: Address {
            name: "Kim Example".to_owned(),
            line1: "1 Stadium Road".to_owned(),
            line2: None,
            city: "Leipzig".to_owned(),
            postal_code: "04109".to_owned(),
            region: None,
            country: "DE".to_owned(),
        },
        payment_methods: vec![method("pm_card_visa"), method("pm_card_mastercard")],
        return_url: Some("https://shop.example/return".parse().unwrap()),
    }
}

pub(crate) fn method(token: &str) -> PaymentMethod {
    PaymentMethod { gateway: GatewayName::Stripe, token: token.parse().unwrap() }
}

/// Two shirts of a page of ten, reserved.
pub(crate) async fn reserved(world: &World) -> Reservation {
    world.put_on_sale("shirt", 10).await;
    let reservation = reservation("reserve", &[(page("shirt", 0), 2)]);
    let _written = world.book.reserve(&reservation).await.unwrap();
    reservation
}

/// Two shirts of a page of ten, ordered at noon.
pub(crate) async fn ordered(world: &World) -> (Reservation, OrderChange) {
    let (ordered, change) = Order::place(reserved(world).await, checkout("checkout"), NOON).unwrap();
    world.placer.place(&ordered, &change).await.unwrap();
    (ordered, change)
}

pub(crate) fn product(id: &str, category: &str, skus: &[&str]) -> Product {
    let variant = |sku: &&str| Variant {
        sku: sku.parse().unwrap(),
        attributes: BTreeMap::from([("size".to_owned(), (*sku).to_owned())]),
        price: Money::new(1_999, "EUR".parse().unwrap()).unwrap(),
        limit_per_customer: None,
        on_sale_from: Some(NOON),
    };
    Product {
        id: id.parse().unwrap(),
        name: format!("Product {id}"),
        category: category.to_owned(),
        brand: Some("Matchday".to_owned()),
        description: None,
        images: vec!["https://images.example/1.jpg".to_owned()],
        variants: skus.iter().map(variant).collect(),
    }
}
