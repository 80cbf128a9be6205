use application::{ChangeSupplyError, Stock, StockKeeper, StockRoom};
use domain::Timestamp;
use domain::stock::{MovementKind, MovementRequest, Opened, Supply, SupplyChange, Units};
use proptest::prelude::*;

use super::item;
use crate::embedded::Embedded;
use crate::{StockTable, arbitrary};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_supply_reads_back_as_it_was_written(supply in arbitrary::supply()) {
        prop_assert_eq!(item::read_supply(&item::supply(&supply)), Ok(supply));
    }

    #[test]
    fn a_movement_reads_back_as_it_was_written(movement in arbitrary::movement()) {
        prop_assert_eq!(item::read_movement(&item::movement(&movement)), Ok(movement));
    }
}

fn request(reference: &str) -> MovementRequest {
    MovementRequest {
        reference: reference.parse().unwrap(),
        kind: MovementKind::Receipt,
        at: Timestamp::from_millis(1),
    }
}

fn units(units: i64) -> Units {
    Units::parse(units).unwrap()
}

async fn moved(stock: &StockTable, change: SupplyChange) -> Supply {
    assert_eq!(stock.change_supply(&change).await, Ok(()));
    assert_eq!(stock.change_supply(&change).await, Err(ChangeSupplyError::Stale));
    let movement = stock.movement(&change.supply.sku, &change.movement.reference).await;
    assert_eq!(movement, Ok(Some(change.movement)));
    let supplies = stock.supplies(std::slice::from_ref(&change.supply.sku)).await;
    assert_eq!(supplies.as_deref(), Ok(std::slice::from_ref(&change.supply)));
    change.supply
}

#[tokio::test]
async fn a_receipt_happens_once_and_is_found_in_the_list() {
    let stock = Embedded::start().await.stock();
    let first = Supply::none("SHIRT-M".parse().unwrap());
    let supply = moved(&stock, first.receive(units(57), request("first")).unwrap()).await;
    let again = supply.clone().receive(units(5), request("first")).unwrap();
    assert_eq!(stock.change_supply(&again).await, Err(ChangeSupplyError::Stale));
    let supply = moved(&stock, supply.receive(units(403), request("second")).unwrap()).await;

    let list = stock.lists(std::slice::from_ref(&supply.sku)).await.unwrap().remove(0);
    assert_eq!((list.lanes, list.loose_pages), (supply.openers(), supply.loose_pages));
    assert_eq!(list.openers.values().copied().collect::<Vec<_>>(), supply.lanes);
    assert_eq!(list.returned.len(), 2);
    let keys: Vec<_> = supply.opener_keys().collect();
    let given: u32 = stock.openers(&keys).await.unwrap().iter().map(domain::stock::Opener::left).sum();
    assert_eq!(given, 45);
    let loose: Vec<_> = supply.loose_page_keys().collect();
    assert_eq!(stock.pages(&loose).await.unwrap().iter().map(|page| page.available).sum::<u32>(), 10);
}

#[tokio::test]
async fn a_write_off_takes_what_is_free_and_nothing_that_was_handed_out_meanwhile() {
    let shop = Embedded::start().await;
    let stock = shop.stock();
    let first = Supply::none("SHIRT-M".parse().unwrap());
    let supply = moved(&stock, first.receive(units(57), request("first")).unwrap()).await;
    let keys: Vec<_> = supply.opener_keys().collect();
    let openers = stock.openers(&keys).await.unwrap();
    let pages = stock.pages(&supply.loose_page_keys().collect::<Vec<_>>()).await.unwrap();
    let all = supply.clone().write_off(units(57), &openers, &pages, request("lost")).unwrap();
    // Somebody opens a page in between.
    let Opened::Page(key) = shop.purchases().open_page(&keys[0]).await.unwrap() else { panic!() };
    assert_eq!(stock.change_supply(&all).await, Err(ChangeSupplyError::Taken));

    let openers = stock.openers(&keys).await.unwrap();
    // Nobody has written it, and it is full.
    let opened = stock.pages(std::slice::from_ref(&key)).await.unwrap();
    let pages: Vec<_> = pages.into_iter().chain(opened).collect();
    let all = supply.write_off(units(57), &openers, &pages, request("lost")).unwrap();
    let supply = moved(&stock, all).await;
    assert_eq!(supply.units(), 0);
    let emptied = stock.pages(&[key]).await.unwrap().remove(0);
    assert_eq!((emptied.capacity, emptied.available, emptied.sold), (0, 0, 0));
}
