//! What is too large for one transaction of the store is refused before anything is written.

use application::create_reservation::{Cart, CreateReservationError, Shortage};
use domain::catalog::Availability;
use domain::fraud::ReviewDecision;
use domain::order::OrderState;
use domain::reservation::{LINES_MAX, PAGES_MAX};
use domain::stock::PAGE_UNITS;

use crate::samples::cart;
use crate::shop::Shop;

/// The most units that a line may ask for.
const LINE_UNITS: u32 = 99;

/// How many lines of that size come from as many pages as one transaction takes.
fn lines_that_fit() -> usize {
    PAGES_MAX / usize::try_from(LINE_UNITS.div_ceil(PAGE_UNITS)).unwrap()
}

fn names(lines: usize) -> Vec<String> {
    (0..lines).map(|number| format!("SKU-{number}")).collect()
}

/// A shop that has the largest line of each of these SKUs, and the cart that asks for all of them.
async fn shop_for(names: &[String]) -> (Shop, Cart) {
    let stock: Vec<(&str, u32)> = names.iter().map(|name| (name.as_str(), LINE_UNITS)).collect();
    let lines: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), i64::from(LINE_UNITS))).collect();
    (Shop::open_with(&stock).await, cart(&lines))
}

#[tokio::test]
async fn fault_39_a_cart_from_more_pages_than_one_transaction_takes_is_refused_before_any_write() {
    for lines in [lines_that_fit() + 1, LINES_MAX] {
        let names = names(lines);
        let (shop, cart) = shop_for(&names).await;
        let (before, commits) = (shop.books(), shop.store.commits_from(0));
        let refused = shop.try_to_reserve("large", cart).await;
        let Err(CreateReservationError::InsufficientStock(shortages)) = refused else {
            panic!("{lines} lines were not refused: {refused:?}");
        };
        assert_eq!(shortages.len(), lines);
        let all_there = |shortage: &Shortage| shortage.availability == Availability::InStock;
        assert!(shortages.iter().all(all_there), "there is enough of each: {shortages:?}");
        assert_eq!(shop.books(), before);
        assert_eq!(shop.store.commits_from(0), commits);
        assert_eq!(shop.units(), (u32::try_from(lines).unwrap() * LINE_UNITS, 0, 0));
    }
}

#[tokio::test]
async fn fault_39_a_cart_from_as_many_pages_as_one_transaction_takes_is_held_paid_and_sold() {
    let names = names(lines_that_fit());
    let (shop, cart) = shop_for(&names).await;
    let reservation = shop.try_to_reserve("large", cart).await.unwrap().into_inner();
    assert_eq!(reservation.holds.len(), PAGES_MAX);
    let order = shop.check_out(&reservation).await;
    shop.settle().await;
    // Nobody's first order is so large without a review.
    let _approved = shop.review(&order.id, ReviewDecision::Approve).await.unwrap();
    shop.settle().await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
    assert_eq!(shop.units(), (0, 0, u32::try_from(names.len()).unwrap() * LINE_UNITS));
}
