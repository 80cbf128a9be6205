use application::{Failure, HoldError, Holds, Stock, StockKeeper, StockRoom};
use domain::Idempotent;
use domain::stock::{
    AlertKind, Hold, HoldRefused, Lane, Looking, MovementKind, MovementRequest, Opened, PAGE_UNITS, PageKey,
    PlannedHold, StockAlert, StockPage, Supply, Units,
};
use domain::{ReservationId, Sku, Timestamp};
use proptest::prelude::*;

use super::{item, list};
use crate::attribute::text;
use crate::embedded::Embedded;
use crate::keys::Table;
use crate::keys::readme::assert_registered;
use crate::{PurchaseTables, arbitrary, keys};

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
    fn a_list_reads_back_as_it_was_written(stock in arbitrary::list()) {
        prop_assert_eq!(list::read_list(&list::stock_list(&stock)), Ok(stock));
    }
}

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millis(milliseconds)
}

fn page() -> StockPage {
    StockPage::full(PageKey { sku: "SHIRT-M".parse().unwrap(), number: 0 }, 10)
}

/// So many units of a SKU, received at once.
async fn on_sale(units: i64) -> (Embedded, PurchaseTables, Supply) {
    let shop = Embedded::start().await;
    let request =
        MovementRequest { reference: "delivery-1".parse().unwrap(), kind: MovementKind::Receipt, at: at(1) };
    let none = Supply::none("SHIRT-M".parse().unwrap());
    let change = none.receive(Units::parse(units).unwrap(), request).unwrap();
    assert_eq!(shop.stock().change_supply(&change).await, Ok(()));
    let tables = shop.purchases();
    (shop, tables, change.supply)
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
async fn each_page_of_an_opener_is_handed_out_once() {
    let (shop, stock, supply) = on_sale(25).await;
    let opener = supply.opener_keys().next().unwrap();
    assert_registered(&shop.item(Table::Stock, keys::opener(&opener)).await.unwrap(), "opener#");
    let mut opened = Vec::new();
    while let Opened::Page(key) = stock.open_page(&opener).await.unwrap() {
        opened.push(key);
    }
    assert_eq!(opened, [0, 1].map(|place| PageKey::at(supply.sku.clone(), opener.lane, place)));
    assert_eq!(stock.open_page(&opener).await, Ok(Opened::NoneLeft { pages: 2 }));
    assert_eq!(stock.pages(&opened).await.unwrap().len(), 2);

    stock.drop_opener(&opener, 1).await.unwrap();
    assert_eq!(stock.lists(std::slice::from_ref(&supply.sku)).await.unwrap()[0].openers.len(), 1);
    stock.drop_opener(&opener, 2).await.unwrap();
    assert_eq!(stock.lists(&[supply.sku]).await.unwrap()[0].openers.len(), 0);
}

#[tokio::test]
async fn one_looks_at_a_time_and_a_crossing_is_told_once() {
    let (_shop, stock, supply) = on_sale(5).await;
    let sku = &supply.sku;
    let first = Looking::begin(at(1_000), 1, None);
    let before = stock.begin_look(sku, first).await.unwrap().unwrap();
    assert_eq!(stock.begin_look(sku, Looking::begin(at(1_099), 2, None)).await, Ok(None));
    // Whoever gives units back while somebody looks is heard by the next look.
    assert_eq!(stock.note_returned(sku, &[0]).await.unwrap().unwrap().looking, Some(first));

    let late = Looking::begin(at(1_100), 3, Some(first));
    assert_eq!(stock.begin_look(sku, late).await.unwrap().unwrap().returned, [0].into());
    let alert = StockAlert { sku: sku.clone(), number: 1, kind: AlertKind::SoldOut, units: 0, at: at(1_100) };
    let finished = |looking| stock.finish_look(sku, looking, &before.look, Some(&alert));
    assert_eq!(finished(first).await, Ok(Idempotent::AlreadyApplied(())));
    assert_eq!(finished(late).await, Ok(Idempotent::Executed(())));
    assert_eq!(finished(late).await, Ok(Idempotent::AlreadyApplied(())));
    let after = stock.lists(std::slice::from_ref(sku)).await.unwrap().remove(0);
    assert_eq!((after.looking, after.returned.len()), (None, 0));
}

#[tokio::test]
async fn more_pages_than_one_batch_takes_are_all_read() {
    let shop = Embedded::start().await;
    let sku: Sku = "SHIRT-M".parse().unwrap();
    let keys: Vec<PageKey> = (0..121).map(|place| PageKey::at(sku.clone(), Lane::LOOSE, place)).collect();
    for key in &keys {
        shop.put_page(&StockPage::full(key.clone(), 10)).await;
    }
    assert_eq!(shop.stock().pages(&keys).await.unwrap().len(), 121);
}

#[tokio::test]
async fn the_first_hold_writes_an_openers_page_as_if_it_had_been_there() {
    let shop = Embedded::start().await;
    let (stock, reservation): (_, ReservationId) = (shop.stock(), "r".parse().unwrap());
    let key = PageKey::at("SHIRT-M".parse().unwrap(), Lane::opener(2).unwrap(), 3);
    let full = StockPage::full(key.clone(), PAGE_UNITS);
    let planned = |quantity| PlannedHold { page: key.clone(), quantity };
    assert_eq!(stock.pages(std::slice::from_ref(&key)).await, Ok(vec![full.clone()]));
    let more = stock.hold(&reservation, &planned(11), at(1_000)).await;
    assert_eq!(more, Err(HoldError::Refused(HoldRefused::Insufficient { available: 10 })));
    assert_eq!(shop.item(Table::Stock, keys::page(&key)).await, None, "a refusal writes nothing");

    for expected in [Idempotent::Executed(8), Idempotent::AlreadyApplied(8)] {
        assert_eq!(stock.hold(&reservation, &planned(2), at(1_000)).await, Ok(expected));
    }
    let held = full.hold(&reservation, &planned(2), at(1_000)).unwrap().into_inner();
    assert_eq!(shop.item(Table::Stock, keys::page(&key)).await, Some(item::page(&held)));
    assert_eq!(stock.pages(std::slice::from_ref(&key)).await, Ok(vec![held]));
}

#[tokio::test]
async fn a_hold_is_made_once_and_a_refusal_says_what_is_left() {
    let shop = Embedded::start().await;
    let stock = shop.stock();
    let reservation: ReservationId = "r".parse().unwrap();
    let planned = |quantity| PlannedHold { page: page().key, quantity };
    let hold = |quantity, until| {
        let (stock, reservation) = (&stock, &reservation);
        async move { stock.hold(reservation, &planned(quantity), at(until)).await }
    };
    assert_eq!(hold(3, 1_000).await, Err(HoldError::Refused(HoldRefused::Insufficient { available: 0 })));
    shop.put_page(&page()).await;
    assert_eq!(hold(11, 1_000).await, Err(HoldError::Refused(HoldRefused::Insufficient { available: 10 })));
    assert_eq!(hold(3, 1_000).await, Ok(Idempotent::Executed(7)));
    assert_eq!(hold(3, 1_000).await, Ok(Idempotent::AlreadyApplied(7)));
    // Left by a write that came late: the page has no room for a second one.
    assert_eq!(hold(3, 2_000).await, Err(HoldError::Refused(HoldRefused::Occupied)));
}

#[tokio::test]
async fn a_hold_is_freed_once_and_only_as_it_was_seen() {
    let shop = Embedded::start().await;
    let stock = shop.stock();
    let reservation: ReservationId = "r".parse().unwrap();
    let seen = Hold::Held { quantity: 3, expires_at: at(1_000) };
    let mut held = page();
    held.available = 7;
    held.holds.insert(reservation.clone(), seen);
    shop.put_page(&held).await;

    let other = Hold::Held { quantity: 3, expires_at: at(2_000) };
    assert_eq!(stock.free(&held.key, &reservation, other).await, Ok(Idempotent::AlreadyApplied(7)));
    assert_eq!(stock.pages(std::slice::from_ref(&held.key)).await, Ok(vec![held.clone()]));

    assert_eq!(stock.free(&held.key, &reservation, seen).await, Ok(Idempotent::Executed(10)));
    assert_eq!(stock.free(&held.key, &reservation, seen).await, Ok(Idempotent::AlreadyApplied(10)));
    assert_eq!(stock.pages(std::slice::from_ref(&held.key)).await, Ok(vec![page()]));
    assert_eq!(keys::parse_page(&keys::page(&held.key)), Some(held.key));
}
