use application::{Failure, Holds, Stock, StockKeeper};
use domain::Idempotent;
use domain::stock::{Hold, PageKey, StockPage, Supply};
use domain::{ReservationId, Timestamp};
use proptest::prelude::*;

use super::item;
use crate::attribute::text;
use crate::embedded::Embedded;
use crate::{arbitrary, keys};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_page_reads_back_as_it_was_written(page in arbitrary::page()) {
        let written = item::page(&page);
        let read = item::read_page(&written);
        prop_assert_eq!(read.as_ref(), Ok(&page));
        prop_assert_eq!(item::page(&read.unwrap()), written);
    }

    #[test]
    fn a_supply_reads_back_as_it_was_written(supply in arbitrary::supply()) {
        prop_assert_eq!(item::read_supply(&item::supply(&supply)), Ok(supply));
    }
}

fn page() -> StockPage {
    StockPage::full(PageKey { sku: "SHIRT-M".parse().unwrap(), number: 0 }, 10)
}

#[test]
fn a_hold_has_one_spelling() {
    for value in ["held 01 5", "held 1", "paying 1 5", "kept 1", "held 1 5 ", "paying +1", ""] {
        let mut stored = item::page(&page());
        stored.insert("hold:r".to_owned(), text(value));
        assert_eq!(item::read_page(&stored), Err(Failure::Unreadable("hold")), "{value}");
    }
}

#[tokio::test]
async fn what_is_put_on_sale_twice_is_on_sale_once() {
    let stock = Embedded::start().await.stock();
    let supply = Supply::first("SHIRT-M".parse().unwrap(), 25);
    assert_eq!(stock.create_supply(&supply).await, Ok(Idempotent::Executed(())));
    assert_eq!(stock.create_supply(&supply).await, Ok(Idempotent::AlreadyApplied(())));
    for page in supply.first_pages() {
        assert_eq!(stock.create_page(&page).await, Ok(Idempotent::Executed(())));
        assert_eq!(stock.create_page(&page).await, Ok(Idempotent::AlreadyApplied(())));
    }
    let skus = [supply.sku.clone(), "SHIRT-L".parse().unwrap()];
    assert_eq!(stock.supplies(&skus).await, Ok(vec![supply.clone()]));
    let mut pages = stock.pages(&supply.page_keys().collect::<Vec<_>>()).await.unwrap();
    pages.sort_by_key(|page| page.key.number);
    assert_eq!(pages, supply.first_pages().collect::<Vec<_>>());
}

#[tokio::test]
async fn more_pages_than_one_batch_takes_are_all_read() {
    let stock = Embedded::start().await.stock();
    let supply = Supply::first("SHIRT-M".parse().unwrap(), 1_205);
    for page in supply.first_pages() {
        assert_eq!(stock.create_page(&page).await, Ok(Idempotent::Executed(())));
    }
    let keys: Vec<PageKey> = supply.page_keys().collect();
    assert_eq!(stock.pages(&keys).await.unwrap().len(), 121);
}

#[tokio::test]
async fn a_hold_is_freed_once_and_only_as_it_was_seen() {
    let stock = Embedded::start().await.stock();
    let reservation: ReservationId = "r".parse().unwrap();
    let seen = Hold::Held { quantity: 3, expires_at: Timestamp::from_millis(1_000) };
    let mut held = page();
    held.available = 7;
    held.holds.insert(reservation.clone(), seen);
    assert_eq!(stock.create_page(&held).await, Ok(Idempotent::Executed(())));

    let other = Hold::Held { quantity: 3, expires_at: Timestamp::from_millis(2_000) };
    assert_eq!(stock.free(&held.key, &reservation, other).await, Ok(Idempotent::AlreadyApplied(())));
    assert_eq!(stock.pages(std::slice::from_ref(&held.key)).await, Ok(vec![held.clone()]));

    assert_eq!(stock.free(&held.key, &reservation, seen).await, Ok(Idempotent::Executed(())));
    assert_eq!(stock.free(&held.key, &reservation, seen).await, Ok(Idempotent::AlreadyApplied(())));
    assert_eq!(stock.pages(std::slice::from_ref(&held.key)).await, Ok(vec![page()]));
    assert_eq!(keys::parse_page(&keys::page(&held.key)), Some(held.key));
}
