//! Requests that were made before: what exists is never overwritten, and what was known stays known.

use application::checkout::CheckoutError;
use application::create_reservation::{Cart, CartLine, CreateReservationError};
use application::{
    ChangeError, ChangeSupplyError, OrderPlacer, PlanError, ReservationBook, ReserveError, StockKeeper,
};
use domain::reservation::Reservation;
use domain::stock::{MovementKind, MovementRequest, PlannedHold, Supply, Units};
use domain::{Fingerprint, Money, Quantity};

use crate::samples::{cart, variant};
use crate::shop::{NOON, Shop};

#[tokio::test]
async fn fault_94_a_reservation_under_an_id_that_exists_overwrites_nothing() {
    let shop = Shop::open().await;
    let first = shop.reserve("reserve", 3).await;
    let held = shop.books();
    let refused = shop.try_to_reserve("reserve", cart(&[("SHIRT", 4)])).await;
    assert_eq!(refused, Err(CreateReservationError::KeyReused));
    let page = first.holds[0].page.clone();
    let other = Reservation {
        fingerprint: Fingerprint::of(["other"]),
        holds: vec![PlannedHold { page, quantity: 1 }],
        ..first
    };
    assert_eq!(shop.store.plan(&other, None).await, Err(PlanError::Conflict));
    assert_eq!(shop.store.reserve(&other, None).await, Err(ReserveError::Conflict));
    assert_eq!(shop.books(), held);
    assert_eq!(shop.units(), (9, 3, 0));
}

#[tokio::test]
async fn fault_94_an_order_under_an_id_that_exists_overwrites_nothing() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    let other = shop.reserve("other", 2).await;
    let placed = shop.books();
    let refused = shop.try_to_check_out("checkout", &other).await;
    assert_eq!(refused, Err(CheckoutError::KeyReused));
    let change = domain::order::OrderChange { order, seen_version: None, holds: None };
    assert_eq!(shop.store.place(&other, &change).await, Err(ChangeError::Conflict));
    assert_eq!(shop.books(), placed);
    assert_eq!(shop.units(), (7, 5, 0));
}

#[tokio::test]
async fn fault_94_stock_that_exists_is_not_put_on_sale_again() {
    let shop = Shop::open().await;
    let _held = shop.reserve("reserve", 3).await;
    let books = shop.books();
    let reference = "another".parse().unwrap();
    let request = MovementRequest { reference, kind: MovementKind::Receipt, at: NOON };
    let first = Supply::none("SHIRT".parse().unwrap()).receive(Units::parse(500).unwrap(), request).unwrap();
    assert_eq!(shop.store.change_supply(&first).await, Err(ChangeSupplyError::Stale));
    shop.put_on_sale(&[(variant("SHIRT"), 500)]).await;
    assert_eq!(shop.books(), books);
    assert_eq!(shop.units(), (9, 3, 0));
}

#[test]
fn fault_97_the_fingerprint_of_a_known_cart_is_the_same_in_every_version() {
    let euro = "EUR".parse().unwrap();
    let line = |sku: &str, units: i64, price: Option<i64>| CartLine {
        sku: sku.parse().unwrap(),
        quantity: Quantity::parse(units).unwrap(),
        unit_price: price.map(|amount| Money::new(amount, euro).unwrap()),
    };
    let plain = Cart::new(vec![line("SHIRT", 3, None)], None).unwrap();
    assert_eq!(plain.fingerprint().as_str(), "7AYDuMA96pG7LmfyWBoBSkW6C-2rR3xPMJUQaESdLFE");
    let full = vec![line("SHIRT", 3, Some(1_999)), line("SCARF", 1, Some(2_499))];
    let full = Cart::new(full, Some(euro)).unwrap();
    assert_eq!(full.fingerprint().as_str(), "boHj64BdRnBDjaqdVgxD3WIFgkcCZKuE0PXX2r06e5g");
}
