use std::time::Duration;

use domain::Idempotent;
use domain::catalog::Availability;
use domain::stock::AlertKind;

use crate::line::{Call, Fate, Line};
use crate::samples::{cart, request};
use crate::shop::{HOUR, Instance, NOON, Shop};

/// Everything is held and everybody knows it.
async fn sold_out() -> Shop {
    let shop = Shop::open_with(&[("SHIRT", 12)]).await;
    for key in ["first", "second"] {
        let _held = shop.reserve(key, 6).await;
    }
    shop.clock.advance(Duration::from_secs(1));
    let too_late = (request("too-late"), cart(&[("SHIRT", 1)]));
    Line::new(&shop).reserve(&Instance::default(), too_late.0, too_late.1).await.unwrap_err();
    assert_eq!(shop.store.all_lists()[0].look.band, Availability::SoldOut);
    shop
}

fn last_told(shop: &Shop) -> Option<(AlertKind, u32)> {
    shop.store.alerts().last().map(|alert| (alert.kind, alert.units))
}

#[tokio::test]
async fn what_comes_during_a_sale_is_back_in_stock_and_sold_at_once() {
    let shop = sold_out().await;
    let _received = Line::new(&shop).receive("SHIRT", 57, "delivery-1").await.unwrap();
    assert_eq!(last_told(&shop), Some((AlertKind::BackInStock, 57)));
    for number in 0..57 {
        let made = shop.try_to_reserve(&format!("unit-{number}"), cart(&[("SHIRT", 1)])).await;
        assert!(made.is_ok(), "unit {number}: {made:?}");
    }
    assert_eq!(shop.units(), (0, 69, 0));
}

#[tokio::test]
async fn a_receipt_repeated_by_whoever_died_after_it_tells_that_there_are_units_again() {
    let shop = sold_out().await;
    let line = Line::new(&shop);
    line.script(Call::BeginLook, Fate::Dies);
    line.receive("SHIRT", 57, "delivery-1").await.unwrap_err();
    assert_eq!(last_told(&shop), Some((AlertKind::SoldOut, 0)));
    line.renew();
    assert!(matches!(line.receive("SHIRT", 57, "delivery-1").await, Ok(Idempotent::AlreadyApplied(_))));
    assert_eq!(last_told(&shop), Some((AlertKind::BackInStock, 57)));
    assert_eq!(shop.units(), (57, 12, 0));
}

#[tokio::test]
async fn a_write_off_of_all_that_is_left_is_told_as_sold_out() {
    let shop = Shop::open_with(&[("SHIRT", 57)]).await;
    let _held = shop.reserve("held", 3).await;
    let _gone = Line::new(&shop).write_off(54, "flooded").await.unwrap();
    assert_eq!(last_told(&shop), Some((AlertKind::SoldOut, 0)));
    let refused = shop.try_to_reserve("too-late", cart(&[("SHIRT", 1)])).await;
    assert!(refused.is_err());
    assert_eq!(shop.units(), (0, 3, 0));
}

#[tokio::test]
async fn movements_and_a_sale_at_once_leave_every_page_explained() {
    let shop = Shop::open_with(&[("SHIRT", 57)]).await;
    let line = Line::new(&shop);
    let instances = [Instance::default(), Instance::default(), Instance::default()];
    for round in 0..30_usize {
        let key = |what: &str| format!("{what}-{round}");
        let buyer = instances.iter().cycle().nth(round).unwrap();
        for units in [1, 2, 3] {
            let wanted = request(&format!("buy-{units}-{round}"));
            let _maybe = shop.reserve_at(buyer, wanted, cart(&[("SHIRT", units)])).await;
        }
        if round % 3 == 0 {
            shop.release(&request(&format!("buy-1-{round}")).reservation_id()).await;
        }
        let _received =
            line.receive("SHIRT", 3 + i64::try_from(round).unwrap(), &key("delivery")).await.unwrap();
        let _maybe = line.write_off(1 + i64::try_from(round).unwrap() % 14, &key("broken")).await;
        let _books_are_checked = shop.units();
    }
    let ledger: i64 = shop.books().movements.iter().map(|movement| movement.units).sum();
    let (free, held, sold) = shop.units();
    assert_eq!(ledger, i64::from(free + held + sold));
    shop.settle_until(NOON.plus(HOUR)).await;
    assert_eq!(i64::from(shop.units().0), ledger);
}
