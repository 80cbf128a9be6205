use application::ChangeSupplyError;
use domain::stock::{Lane, PageKey, StockPage, Supply, SupplyChange};

use crate::samples::{opener, page, receipt, reservation, units, write_off};
use crate::world::World;

/// A write-off, decided from what is stored now.
async fn decided(world: &World, sku: &str, taken: u32) -> SupplyChange {
    let supply = world.supply(sku).await;
    let openers = world.stock.openers(&supply.opener_keys().collect::<Vec<_>>()).await.unwrap();
    let opened = openers.iter().flat_map(domain::stock::Opener::opened_pages);
    let keys: Vec<PageKey> = supply.loose_page_keys().chain(opened).collect();
    let pages = world.stock.pages(&keys).await.unwrap();
    let reference = format!("loss-{}", supply.version + 1);
    supply.write_off(units(taken), &openers, &pages, write_off(&reference)).unwrap()
}

#[tokio::test]
async fn a_receipt_gives_openers_full_pages_and_makes_a_page_of_the_rest() {
    for world in World::both().await {
        let supply = world.receive("shirt", 57).await;
        assert_eq!(world.supply("shirt").await, supply);
        assert_eq!(world.opened(&opener("shirt", 1)).await, (0, 5));
        assert_eq!(world.page(&page("shirt", 0)).await, StockPage::full(page("shirt", 0), 7));
        let list = world.list("shirt").await;
        assert_eq!((list.lanes, list.loose_pages, list.look.units), (1, 1, 57));
        assert_eq!((list.openers, list.returned), ([(Lane::opener(1).unwrap(), 5)].into(), [0].into()));
    }
}

#[tokio::test]
async fn a_receipt_happens_once_and_only_to_the_supply_that_was_seen() {
    for world in World::both().await {
        let first = world.receive("shirt", 57).await;
        let change = first.clone().receive(units(5), receipt("delivery")).unwrap();
        let other = first.receive(units(6), receipt("other")).unwrap();
        assert_eq!(world.keeper.change_supply(&change).await, Ok(()));
        for stale in [&change, &other] {
            assert_eq!(world.keeper.change_supply(stale).await, Err(ChangeSupplyError::Stale));
        }
        // The same name again, decided from what is stored now.
        let again = change.supply.clone().receive(units(9), receipt("delivery")).unwrap();
        assert_eq!(world.keeper.change_supply(&again).await, Err(ChangeSupplyError::Stale));
        assert_eq!(world.supply("shirt").await, change.supply);
        let sku = &change.supply.sku;
        let movement = world.keeper.movement(sku, &change.movement.reference).await;
        assert_eq!(movement, Ok(Some(change.movement)));
        assert_eq!(world.keeper.movement(sku, &"nothing".parse().unwrap()).await, Ok(None));
    }
}

#[tokio::test]
async fn of_two_first_receipts_the_second_changes_nothing() {
    for world in World::both().await {
        let none = Supply::none("shirt".parse().unwrap());
        let first = none.clone().receive(units(12), receipt("first")).unwrap();
        let second = none.receive(units(25), receipt("second")).unwrap();
        assert_eq!(world.keeper.change_supply(&first).await, Ok(()));
        assert_eq!(world.keeper.change_supply(&second).await, Err(ChangeSupplyError::Stale));
        assert_eq!(world.supply("shirt").await, first.supply);
        assert_eq!(world.opened(&opener("shirt", 1)).await, (0, 1));
    }
}

#[tokio::test]
async fn a_write_off_takes_pages_that_nobody_opened_and_then_free_units() {
    for world in World::both().await {
        world.receive("shirt", 57).await;
        world.book.reserve(&reservation("reserve", &[(page("shirt", 0), 4)]), None).await.unwrap();
        let change = decided(&world, "shirt", 52).await;
        assert_eq!(world.keeper.change_supply(&change).await, Ok(()));
        assert_eq!(world.opened(&opener("shirt", 1)).await, (0, 0));
        let left = world.page(&page("shirt", 0)).await;
        assert_eq!((left.capacity, left.available, left.held_units()), (5, 1, 4));
        assert_eq!(world.supply("shirt").await.units(), 5);
    }
}

#[tokio::test]
async fn a_write_off_takes_nothing_that_somebody_took_meanwhile() {
    for world in World::both().await {
        world.receive("shirt", 27).await;
        let all = decided(&world, "shirt", 27).await;
        world.book.reserve(&reservation("reserve", &[(page("shirt", 0), 1)]), None).await.unwrap();
        assert_eq!(world.keeper.change_supply(&all).await, Err(ChangeSupplyError::Taken));
        let unopened = decided(&world, "shirt", 20).await;
        world.room.open_page(&opener("shirt", 1)).await.unwrap();
        assert_eq!(world.keeper.change_supply(&unopened).await, Err(ChangeSupplyError::Taken));
        assert_eq!(world.supply("shirt").await.version, 1);
        assert_eq!(world.opened(&opener("shirt", 1)).await, (1, 2));
    }
}

#[tokio::test]
async fn a_sku_is_low_from_where_it_says() {
    for world in World::both().await {
        world.receive("shirt", 57).await;
        world.keeper.set_low(&"shirt".parse().unwrap(), 60).await.unwrap();
        world.keeper.set_low(&"ball".parse().unwrap(), 60).await.unwrap();
        assert_eq!(world.list("shirt").await.low_at, 60);
        assert_eq!(world.stock.lists(&["ball".parse().unwrap()]).await, Ok(vec![]));
    }
}
