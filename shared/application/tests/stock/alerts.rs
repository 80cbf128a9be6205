//! What is told of a SKU's stock: a band to shoppers, at most a second old, and each crossing once to whoever waits for
//! it; and what changes while few units are left.

use std::time::Duration;

use application::create_reservation::{Cart, CreateReservationError};
use application::get_product::get_product;
use application::list_products;
use application::{Bands, Clock, Failure, StockKeeper};
use domain::catalog::{Availability, LowStock, Variant};
use domain::payment::{Decline, Outcome, Retry};
use domain::stock::AlertKind;
use domain::{Caller, RequestKey, Sku};

use crate::line::{Call, Fate, Line};
use crate::samples::{CARD, cart, request, variant};
use crate::shop::{HOLD_TIME, Instance, MINUTE, NOON, Shop};

const SECOND: Duration = Duration::from_secs(1);

fn shirts(units: i64) -> Cart {
    cart(&[("SHIRT", units)])
}

fn shirt() -> Sku {
    "SHIRT".parse().unwrap()
}

/// Every crossing so far, with the units that were left.
fn told(shop: &Shop) -> Vec<(AlertKind, u32)> {
    let alerts = shop.store.alerts();
    assert!(alerts.iter().map(|alert| alert.number).eq((1..).take(alerts.len())));
    alerts.into_iter().map(|alert| (alert.kind, alert.units)).collect()
}

/// Buyers of one come to one instance, one a second.
async fn buy(shop: &Shop, instance: &Instance, keys: std::ops::Range<u32>) {
    for number in keys {
        let made = shop.reserve_at(instance, request(&format!("unit-{number}")), shirts(1)).await;
        assert!(made.is_ok(), "unit {number}: {made:?}");
        shop.clock.advance(SECOND);
    }
}

async fn band(shop: &Shop, bands: &Bands) -> Availability {
    let ports = list_products::Ports { catalog: &shop.store, stock: &shop.store, bands, clock: &shop.clock };
    let shown = get_product(&ports, &"fan-wear".parse().unwrap()).await.unwrap().unwrap();
    shown.bands[&shirt()]
}

#[tokio::test]
async fn low_and_sold_out_are_told_once_on_the_way_down_with_holds_counted() {
    for units in [10, 25, 57] {
        let shop = Shop::open_with(&[("SHIRT", units)]).await;
        let instance = Instance::default();
        buy(&shop, &instance, 0..units).await;
        let refused = shop.reserve_at(&instance, request("too-late"), shirts(1)).await;
        assert!(matches!(refused, Err(CreateReservationError::InsufficientStock(_))));
        let kinds: Vec<AlertKind> = told(&shop).into_iter().map(|(kind, _)| kind).collect();
        // Ten units are few from the beginning.
        let expected = [AlertKind::Low, AlertKind::SoldOut];
        assert_eq!(kinds, expected[usize::from(units <= 10)..], "{units}");
        assert_eq!(shop.units(), (0, units, 0), "nobody has paid for any of them yet");
    }
}

/// Whom the product's page tells that there is nothing left asks for nothing.
#[tokio::test]
async fn sold_out_is_told_although_the_last_look_is_young_and_nobody_asks_again() {
    for units in [12, 25, 57] {
        let shop = Shop::open_with(&[("SHIRT", units)]).await;
        let instances = [Instance::default(), Instance::default()];
        for number in 0..units {
            let instance = &instances[usize::from(number % 3 == 0)];
            let made = shop.reserve_at(instance, request(&format!("unit-{number}")), shirts(1)).await;
            assert!(made.is_ok(), "unit {number} of {units}: {made:?}");
            shop.clock.advance(Duration::from_millis(20));
        }
        assert_eq!(told(&shop).last(), Some(&(AlertKind::SoldOut, 0)), "{units}");
        shop.settle_until(NOON.plus(HOLD_TIME).plus(MINUTE)).await;
        let back = told(&shop).into_iter().filter(|(kind, _)| *kind == AlertKind::BackInStock).count();
        assert_eq!(back, 1, "{units}");
    }
}

#[tokio::test]
async fn low_is_told_when_it_happens_and_not_when_the_last_unit_goes() {
    let shop = Shop::open_with(&[("SHIRT", 57)]).await;
    buy(&shop, &Instance::default(), 0..46).await;
    assert_eq!(told(&shop), []);
    buy(&shop, &Instance::default(), 46..50).await;
    let [(AlertKind::Low, left)] = told(&shop)[..] else { panic!("{:?}", told(&shop)) };
    assert!((7..=10).contains(&left), "{left} were left");
}

#[tokio::test]
async fn back_in_stock_is_told_when_the_first_unit_comes_back_and_once() {
    for units in [3, 25] {
        let shop = Shop::open_with(&[("SHIRT", units)]).await;
        let instance = Instance::default();
        buy(&shop, &instance, 0..units).await;
        shop.reserve_at(&instance, request("too-late"), shirts(1)).await.unwrap_err();
        let before = told(&shop).len();
        for number in 0..2 {
            shop.release(&request(&format!("unit-{number}")).reservation_id()).await;
        }
        assert_eq!(told(&shop)[before..], [(AlertKind::BackInStock, 1)], "{units}");
    }
}

#[tokio::test]
async fn units_that_expire_are_told_of_too() {
    let shop = Shop::open_with(&[("SHIRT", 3)]).await;
    buy(&shop, &Instance::default(), 0..3).await;
    assert_eq!(told(&shop), [(AlertKind::SoldOut, 0)]);
    shop.settle_until(NOON.plus(HOLD_TIME).plus(MINUTE)).await;
    assert_eq!(told(&shop)[1..], [(AlertKind::BackInStock, 1)]);
}

#[tokio::test]
async fn units_of_a_cancelled_order_are_told_of_too() {
    let shop = Shop::open_with(&[("SHIRT", 3)]).await;
    let declined = Decline { code: "stolen_card".to_owned(), retry: Retry::None };
    shop.gateway.card(CARD, Outcome::Declined(declined));
    let _order = shop.order_shirts().await;
    assert_eq!(told(&shop), [(AlertKind::SoldOut, 0)]);
    shop.settle_until(NOON.plus(HOLD_TIME).plus(MINUTE)).await;
    assert_eq!(told(&shop)[1..], [(AlertKind::BackInStock, 3)]);
}

#[tokio::test]
async fn units_that_somebody_freed_and_died_are_told_of_by_whoever_repeats_it() {
    for call in [Call::NoteReturned, Call::BeginLook, Call::FinishLook] {
        let shop = Shop::open_with(&[("SHIRT", 3)]).await;
        buy(&shop, &Instance::default(), 0..3).await;
        let line = Line::new(&shop);
        line.script(call, Fate::Dies);
        let id = request("unit-1").reservation_id();
        shop.release_by(&line, &id).await.unwrap_err();
        assert_eq!((told(&shop).len(), shop.units()), (1, (1, 2, 0)), "{call:?}");
        shop.clock.advance(SECOND);
        shop.release(&id).await;
        assert_eq!(told(&shop)[1..], [(AlertKind::BackInStock, 1)], "{call:?}");
    }
}

#[tokio::test]
async fn what_a_look_that_failed_had_cleared_is_noted_again() {
    let shop = Shop::open_with(&[("SHIRT", 3)]).await;
    buy(&shop, &Instance::default(), 0..3).await;
    let line = Line::new(&shop);
    line.script(Call::Pages, Fate::Refused(Failure::Unavailable));
    shop.release_by(&line, &request("unit-1").reservation_id()).await.unwrap_err();
    assert_eq!(shop.store.all_lists()[0].returned.len(), 1);
}

/// A product's page that says "sold out" keeps away whoever would look.
#[tokio::test]
async fn units_that_a_look_had_cleared_which_died_are_shown_before_anybody_asks() {
    for units in [3, 25] {
        let shop = Shop::open_with(&[("SHIRT", units)]).await;
        buy(&shop, &Instance::default(), 0..units).await;
        shop.try_to_reserve("too-late", shirts(1)).await.unwrap_err();
        let line = Line::new(&shop);
        line.script(Call::FinishLook, Fate::Dies);
        shop.release_by(&line, &request("unit-1").reservation_id()).await.unwrap_err();
        shop.clock.advance(SECOND);
        assert_eq!(band(&shop, &Bands::default()).await, Availability::Low, "{units}");
    }
}

#[tokio::test]
async fn a_crossing_whose_answer_was_lost_is_told_once() {
    let shop = Shop::open_with(&[("SHIRT", 2)]).await;
    let line = Line::new(&shop);
    let instance = Instance::default();
    line.script(Call::FinishLook, Fate::AnswerLost);
    for number in 0..2 {
        let _held = line.reserve(&instance, request(&format!("unit-{number}")), shirts(1)).await.unwrap();
    }
    shop.clock.advance(SECOND);
    shop.try_to_reserve("too-late", shirts(1)).await.unwrap_err();
    assert_eq!(told(&shop), [(AlertKind::SoldOut, 0)]);
}

#[tokio::test]
async fn a_product_shows_its_band_at_most_a_second_old() {
    let shop = Shop::open_with(&[("SHIRT", 12)]).await;
    let bands = Bands::default();
    assert_eq!(band(&shop, &bands).await, Availability::InStock);
    let _held = shop.try_to_reserve("some", shirts(2)).await.unwrap();
    shop.clock.advance(SECOND - Duration::from_millis(1));
    assert_eq!(band(&shop, &bands).await, Availability::InStock);
    shop.clock.advance(Duration::from_millis(1));
    assert_eq!(band(&shop, &bands).await, Availability::Low);
    let _held = shop.try_to_reserve("the-rest", shirts(10)).await.unwrap();
    assert_eq!(band(&shop, &Bands::default()).await, Availability::SoldOut);
    shop.clock.advance(HOLD_TIME);
    shop.settle().await;
    assert_eq!(band(&shop, &bands).await, Availability::InStock);
}

#[tokio::test]
async fn a_sku_that_never_came_is_sold_out() {
    let shop = Shop::open_with(&[("SHIRT", 0), ("SCARF", 9)]).await;
    assert_eq!(band(&shop, &Bands::default()).await, Availability::SoldOut);
    let refused = shop.try_to_reserve("none", shirts(1)).await;
    assert!(matches!(refused, Err(CreateReservationError::InsufficientStock(_))));
}

#[tokio::test]
async fn a_sku_is_low_from_the_number_that_its_variant_names() {
    let low_stock = LowStock { at: 40, limit_per_customer: None };
    let shop = Shop::open_selling(&[(Variant { low_stock, ..variant("SHIRT") }, 57)]).await;
    assert_eq!(band(&shop, &Bands::default()).await, Availability::InStock);
    buy(&shop, &Instance::default(), 0..20).await;
    assert_eq!(band(&shop, &Bands::default()).await, Availability::Low);
    assert_eq!(told(&shop).len(), 1);
    shop.store.set_low(&shirt(), 5).await.unwrap();
    assert_eq!(band(&shop, &Bands::default()).await, Availability::InStock);
}

#[tokio::test]
async fn a_sku_that_comes_after_its_product_is_low_from_the_number_that_its_variant_names() {
    let low_stock = LowStock { at: 40, limit_per_customer: None };
    let shop = Shop::open_selling(&[(Variant { low_stock, ..variant("SHIRT") }, 0)]).await;
    let line = Line::new(&shop);
    line.script(Call::SetLow, Fate::Dies);
    line.receive("SHIRT", 57, "delivery-1").await.unwrap_err();
    line.renew();
    let _received = line.receive("SHIRT", 57, "delivery-1").await.unwrap();
    buy(&shop, &Instance::default(), 0..20).await;
    assert_eq!(band(&shop, &Bands::default()).await, Availability::Low);
    assert_eq!(told(&shop).len(), 1);
}

#[tokio::test]
async fn a_sku_of_more_pages_than_are_counted_is_not_said_to_be_sold_out() {
    let shop = Shop::open_with(&[("SHIRT", 2_210)]).await;
    let instance = Instance::default();
    for number in 0..221 {
        let made = shop.reserve_at(&instance, request(&format!("page-{number}")), shirts(10)).await;
        assert!(made.is_ok(), "page {number}: {made:?}");
    }
    let last = shop.books().pages.pop().unwrap();
    shop.release(last.holds.keys().next().unwrap()).await;
    assert_eq!(shop.units(), (10, 2_200, 0));
    assert_eq!(band(&shop, &Bands::default()).await, Availability::Low);
}

#[tokio::test]
async fn a_sku_of_more_pages_than_are_counted_is_not_said_to_be_low_while_a_look_found_plenty() {
    let low_stock = LowStock { at: 500, limit_per_customer: None };
    let shop = Shop::open_selling(&[(Variant { low_stock, ..variant("SHIRT") }, 4_000)]).await;
    let instance = Instance::default();
    for number in 0..400 {
        let made = shop.reserve_at(&instance, request(&format!("page-{number}")), shirts(8)).await;
        assert!(made.is_ok(), "page {number}: {made:?}");
    }
    shop.clock.advance(SECOND);
    let _held = shop.reserve_at(&instance, request("one-more"), shirts(1)).await.unwrap();
    assert_eq!(shop.units().0, 799);
    assert_eq!(band(&shop, &Bands::default()).await, Availability::InStock);
}

#[tokio::test]
async fn a_clock_that_was_set_back_keeps_no_band() {
    let shop = Shop::open_with(&[("SHIRT", 12)]).await;
    let later = Bands::default();
    shop.clock.advance(MINUTE);
    assert_eq!(band(&shop, &later).await, Availability::InStock);
    let _held = shop.try_to_reserve("all", shirts(12)).await.unwrap();
    shop.clock.set(NOON);
    assert_eq!(band(&shop, &later).await, Availability::SoldOut);
}

#[tokio::test]
async fn while_few_are_left_each_customer_may_have_fewer() {
    let low_stock = LowStock { at: 20, limit_per_customer: Some(2) };
    let shop = Shop::open_selling(&[(Variant { low_stock, ..variant("SHIRT") }, 30)]).await;
    let of = |name: &str, key: &str| RequestKey {
        caller: Caller::customer("https://issuer.example", name),
        ..request(key)
    };
    let reserve = async |request: RequestKey, units: i64| {
        shop.clock.advance(SECOND);
        shop.reserve_at(&Instance::default(), request, shirts(units)).await
    };
    assert!(reserve(request("guest"), 9).await.is_ok(), "there are plenty, and nobody is limited");
    assert!(reserve(of("kim", "plenty"), 3).await.is_ok());
    let reached = CreateReservationError::LimitReached { sku: shirt(), limit: 2 };
    assert_eq!(reserve(of("robin", "too-many"), 3).await, Err(reached.clone()));
    assert!(reserve(of("robin", "few"), 2).await.is_ok());
    assert_eq!(reserve(of("robin", "more"), 1).await, Err(reached));
    assert_eq!(reserve(request("guest-2"), 1).await, Err(CreateReservationError::SignInRequired(shirt())));
}

#[tokio::test]
async fn nothing_is_sold_before_its_sale_begins() {
    let begins = NOON.plus(HOLD_TIME);
    let drop = Variant { on_sale_from: Some(begins), ..variant("SHIRT") };
    let shop = Shop::open_selling(&[(drop, 57)]).await;
    shop.clock.set(begins.minus(Duration::from_millis(1)));
    let early = shop.try_to_reserve("early", shirts(1)).await;
    assert_eq!(early, Err(CreateReservationError::NotOnSaleYet { sku: shirt(), from: begins }));
    assert!(shop.books().reservations.is_empty());
    shop.clock.set(begins);
    assert!(shop.try_to_reserve("early", shirts(1)).await.is_ok());
    assert_eq!(shop.clock.now(), begins);
}
