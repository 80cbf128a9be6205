use std::collections::BTreeMap;
use std::time::Duration;

use domain::catalog::{LowStock, Product, Variant};
use domain::order::{Address, Checkout, Contact, Order, OrderChange};
use domain::payment::PaymentMethod;
use domain::reservation::{Line, Reservation, ReservationState, Totals};
use domain::stock::{Lane, MovementKind, MovementRequest, OpenerKey, PageKey, PlannedHold, Units};
use domain::{Caller, Fingerprint, Money, Quantity, RequestKey, Sku, Timestamp};

use crate::world::World;

pub(crate) const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);
pub(crate) const HOLD_TIME: Duration = Duration::from_secs(10 * 60);

pub(crate) fn later(seconds: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(seconds))
}

/// The loose page at this place: those are there as soon as they are put on sale.
pub(crate) fn page(sku: &str, place: u32) -> PageKey {
    PageKey::at(sku.parse().unwrap(), Lane::LOOSE, place)
}

/// The page at this place of an opener: it must be opened.
pub(crate) fn opened_page(sku: &str, lane: u32, place: u32) -> PageKey {
    PageKey::at(sku.parse().unwrap(), Lane::opener(lane).unwrap(), place)
}

pub(crate) fn opener(sku: &str, lane: u32) -> OpenerKey {
    OpenerKey { sku: sku.parse().unwrap(), lane: Lane::opener(lane).unwrap() }
}

pub(crate) fn units(units: u32) -> Units {
    Units::parse(i64::from(units)).unwrap()
}

pub(crate) fn receipt(reference: &str) -> MovementRequest {
    MovementRequest { reference: reference.parse().unwrap(), kind: MovementKind::Receipt, at: NOON }
}

pub(crate) fn write_off(reference: &str) -> MovementRequest {
    MovementRequest { reference: reference.parse().unwrap(), kind: MovementKind::WriteOff, at: NOON }
}

pub(crate) fn request(key: &str) -> RequestKey {
    RequestKey { caller: Caller::guest(&[7; 32]), key: format!("{key:-<16}").parse().unwrap() }
}

/// A reservation that takes these units from these pages, from noon on, one line a SKU.
pub(crate) fn reservation(key: &str, holds: &[(PageKey, u32)]) -> Reservation {
    let mut units: BTreeMap<&Sku, u32> = BTreeMap::new();
    for (page, quantity) in holds {
        *units.entry(&page.sku).or_default() += quantity;
    }
    let lines: Vec<Line> = units
        .into_iter()
        .map(|(sku, quantity)| Line {
            sku: sku.clone(),
            quantity: Quantity::parse(i64::from(quantity)).unwrap(),
            unit_price: Money::new(1_999, "EUR".parse().unwrap()).unwrap(),
            limit: None,
        })
        .collect();
    Reservation {
        id: request(key).reservation_id(),
        caller: request(key).caller,
        fingerprint: Fingerprint::of([key]),
        totals: Totals::of_items(&lines).unwrap(),
        lines,
        holds: holds.iter().map(|(page, quantity)| planned(page, *quantity)).collect(),
        tried: vec![],
        turn: 1,
        state: ReservationState::Open,
        created_at: NOON,
        expires_at: NOON.plus(HOLD_TIME),
    }
}

pub(crate) fn planned(page: &PageKey, quantity: u32) -> PlannedHold {
    PlannedHold { page: page.clone(), quantity }
}

/// The same reservation, of which its customer may have so many units of each SKU.
pub(crate) fn limited(mut reservation: Reservation, limit: u32) -> Reservation {
    for line in &mut reservation.lines {
        line.limit = Some(limit);
    }
    reservation
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
    PaymentMethod::Stripe { token: token.parse().unwrap() }
}

/// Two shirts of a page of ten, reserved.
pub(crate) async fn reserved(world: &World) -> Reservation {
    world.put_on_sale("shirt", 10).await;
    let reservation = reservation("reserve", &[(page("shirt", 0), 2)]);
    world.book.reserve(&reservation, None).await.unwrap();
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
        low_stock: LowStock { at: 25, limit_per_customer: Some(2) },
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
