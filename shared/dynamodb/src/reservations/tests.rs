use application::{
    CloseError, Failure, Limits, PlanError, ReservationBook, ReservationCloser, Reservations, ReserveError,
    Stock,
};
use aws_sdk_dynamodb::types::CancellationReason;
use domain::reservation::{Line, Reservation, ReservationState, Totals};
use domain::stock::{Hold, HoldRefused, PageKey, PlannedHold, StockPage};
use domain::{Idempotent, Money, Quantity, Timestamp};
use proptest::prelude::*;

use super::item;
use crate::attribute::text;
use crate::embedded::{Embedded, client};
use crate::{PurchaseTables, arbitrary, stock};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_reservation_reads_back_as_it_was_written(reservation in arbitrary::reservation()) {
        let written = item::reservation(&reservation);
        prop_assert_eq!(item::read_reservation(&written), Ok(reservation));
        let mut newer = written;
        newer.insert("state".to_owned(), text("pledged"));
        prop_assert_eq!(item::read_reservation(&newer), Err(Failure::Unreadable("state")));
    }
}

/// The first page of a SKU, full.
pub(crate) fn page(sku: &str, units: u32) -> StockPage {
    StockPage::full(PageKey { sku: sku.parse().unwrap(), number: 0 }, units)
}

/// An open reservation with units of the first page of each SKU.
pub(crate) fn reservation(id: &str, wanted: &[(&str, u32)]) -> Reservation {
    let price = Money::new(100, "EUR".parse().unwrap()).unwrap();
    let line = |&(sku, quantity): &(&str, u32)| Line {
        sku: sku.parse().unwrap(),
        quantity: Quantity::parse(i64::from(quantity)).unwrap(),
        unit_price: price,
        limit: None,
    };
    let hold = |&(sku, quantity): &(&str, u32)| PlannedHold { page: page(sku, 0).key, quantity };
    let lines: Vec<Line> = wanted.iter().map(line).collect();
    Reservation {
        id: id.parse().unwrap(),
        caller: "guest-1".parse().unwrap(),
        fingerprint: "f".parse().unwrap(),
        totals: Totals::of_items(&lines).unwrap(),
        lines,
        holds: wanted.iter().map(hold).collect(),
        tried: vec![],
        turn: 1,
        state: ReservationState::Open,
        created_at: Timestamp::from_millis(0),
        expires_at: Timestamp::from_millis(600_000),
    }
}

/// A shop with two SKUs on sale.
async fn shop() -> (Embedded, PurchaseTables) {
    let shop = Embedded::start().await;
    for page in [page("SHIRT-M", 10), page("SCARF", 2)] {
        shop.put_page(&page).await;
    }
    let purchases = shop.purchases();
    (shop, purchases)
}

async fn available(shop: &Embedded, sku: &str) -> u32 {
    shop.stock().pages(&[page(sku, 0).key]).await.unwrap()[0].available
}

#[tokio::test]
async fn a_cart_and_its_holds_are_written_together_and_once() {
    let (shop, purchases) = shop().await;
    let cart = reservation("r", &[("SHIRT-M", 3), ("SCARF", 2)]);
    assert_eq!(purchases.reserve(&cart, None).await, Ok(()));
    // The scarves are gone, and the repetition hears of the reservation and not of them.
    assert_eq!(purchases.reserve(&cart, None).await, Err(ReserveError::Conflict));
    assert_eq!(purchases.reservation(&cart.id).await, Ok(Some(cart.clone())));

    let pages = shop.stock().pages(&[page("SHIRT-M", 0).key]).await.unwrap();
    let expected = page("SHIRT-M", 10).hold(&cart.id, &cart.holds[0], cart.expires_at).unwrap().into_inner();
    assert_eq!(pages, [expected]);
}

#[tokio::test]
async fn a_cart_that_one_page_refuses_takes_nothing() {
    let (shop, purchases) = shop().await;
    let cart = reservation("r", &[("SHIRT-M", 1), ("SCARF", 3), ("BALL", 1)]);
    let left = [(page("SCARF", 0).key, 2), (page("BALL", 0).key, 0)];
    let refused = left.map(|(page, available)| (page, HoldRefused::Insufficient { available })).to_vec();
    assert_eq!(purchases.reserve(&cart, None).await, Err(ReserveError::Refused(refused)));
    assert_eq!(purchases.reservation(&cart.id).await, Ok(None));
    assert_eq!(available(&shop, "SHIRT-M").await, 10);
}

#[test]
fn a_stray_hold_keeps_its_reservation_from_its_page() {
    let cart = reservation("r", &[("SHIRT-M", 3)]);
    let mut page = page("SHIRT-M", 10);
    page.available = 7;
    page.holds.insert(cart.id.clone(), Hold::Paying { quantity: 3 });
    let reason = CancellationReason::builder()
        .code("ConditionalCheckFailed")
        .set_item(Some(stock::item::page(&page)))
        .build();
    let occupied = ReserveError::Refused(vec![(page.key, HoldRefused::Occupied)]);
    assert_eq!(super::pages_refused(&cart, &[reason]), Ok(occupied));
}

#[tokio::test]
async fn a_plan_is_written_only_over_what_it_was_made_from() {
    let (_shop, purchases) = shop().await;
    let first = reservation("r", &[("SHIRT-M", 3)]);
    assert_eq!(purchases.plan(&first, None).await, Ok(()));
    assert_eq!(purchases.plan(&first, None).await, Err(PlanError::Conflict));

    let second = first.clone().replan(reservation("r", &[("SCARF", 2)]).holds).unwrap();
    assert_eq!(purchases.plan(&second, Some(&first)).await, Ok(()));
    assert_eq!(purchases.plan(&second, Some(&first)).await, Err(PlanError::Conflict));
    let third = second.clone().take_over();
    assert_eq!(purchases.plan(&third, Some(&second)).await, Ok(()));
    assert_eq!(purchases.plan(&second, Some(&second)).await, Err(PlanError::Conflict));
    assert_eq!(purchases.reservation(&first.id).await, Ok(Some(third)));
}

/// A cart of a customer who may have so many of everything.
fn limited(id: &str, wanted: &[(&str, u32)], limit: u32) -> Reservation {
    let mut cart = reservation(id, wanted);
    for line in &mut cart.lines {
        line.limit = Some(limit);
    }
    cart
}

#[tokio::test]
async fn a_claim_that_stands_is_not_made_again_with_its_cart() {
    let (shop, purchases) = shop().await;
    let cart = limited("r", &[("SHIRT-M", 2), ("SCARF", 2)], 2);
    let shirts = cart.claims().next().unwrap();
    assert_eq!(shop.orders().claim(&shirts).await, Ok(Idempotent::Executed(())));
    assert_eq!(purchases.reserve(&cart, None).await, Ok(()));

    let more = limited("more", &[("SHIRT-M", 1)], 2);
    let Err(ReserveError::LimitReached(reached)) = purchases.reserve(&more, None).await else { panic!() };
    assert_eq!(reached.len(), 1);
    assert_eq!((reached[0].units, reached[0].standing().collect::<Vec<_>>().len()), (2, 1));
    assert_eq!(available(&shop, "SHIRT-M").await, 8);
}

#[tokio::test]
async fn a_reservation_ends_once() {
    let (shop, purchases) = shop().await;
    let orders = shop.orders();
    let cart = reservation("r", &[("SHIRT-M", 3)]);
    assert_eq!(purchases.reserve(&cart, None).await, Ok(()));

    let released = cart.clone().release().unwrap().into_inner();
    assert_eq!(orders.close(&released).await, Ok(released.clone()));
    assert_eq!(orders.reservation(&cart.id).await, Ok(Some(released)));
    let expired = cart.clone().expire(cart.expires_at).unwrap().into_inner();
    assert_eq!(orders.close(&expired).await, Err(CloseError::NotOpen));

    let nobodys = Reservation { id: "other".parse().unwrap(), ..expired };
    assert_eq!(orders.close(&nobodys).await, Err(CloseError::NotOpen));
    assert_eq!(orders.reservation(&nobodys.id).await, Ok(None));
}

#[tokio::test]
async fn a_database_that_nobody_serves_is_unavailable_and_not_unknown() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let purchases = PurchaseTables::new(client(&format!("http://{address}")), "Orders", "Stock");
    let answer = purchases.reserve(&reservation("r", &[("SHIRT-M", 3)]), None).await;
    assert_eq!(answer, Err(ReserveError::Failure(Failure::Unavailable)));
}
