//! Receipts, counts and write-offs: each once for its reference, during a sale too, and all of them explain every page.

use application::adjust_stock::{Adjustment, adjust_stock};
use application::receive_stock::{MoveStockError, Ports, Receipt, receive_stock};
use application::write_off_stock::{WriteOff, write_off_stock};
use application::{Catalog, Failure, Stock, put_on_sale};
use domain::stock::{Movement, MovementKind, Supply, SupplyRefused, Units};
use domain::{Idempotent, Reference, Sku};

use crate::line::{Call, Fate, Line, at_once};
use crate::samples::{cart, variant};
use crate::shop::Shop;

mod any_call; // whatever any one call of a movement suffers
mod during_a_sale; // what comes and goes while shoppers buy

pub(crate) type Moved = Result<Idempotent<Movement>, MoveStockError>;

fn shirt() -> Sku {
    "SHIRT".parse().unwrap()
}

fn reference(name: &str) -> Reference {
    name.parse().unwrap()
}

fn units(units: i64) -> Units {
    Units::parse(units).unwrap()
}

impl Line<'_> {
    fn supply(&self) -> Ports<'_> {
        Ports { catalog: self, keeper: self, stock: self, clock: &self.shop.clock, chance: &self.shop.chance }
    }

    pub(crate) async fn receive(&self, sku: &str, received: i64, name: &str) -> Moved {
        let receipt =
            Receipt { sku: sku.parse().unwrap(), units: units(received), reference: reference(name) };
        receive_stock(&self.supply(), &receipt).await
    }

    async fn write_off(&self, gone: i64, name: &str) -> Moved {
        let write_off = WriteOff { sku: shirt(), units: units(gone), reference: reference(name) };
        write_off_stock(&self.supply(), &write_off).await
    }

    async fn adjust(&self, by: i64, seen_version: u64, name: &str) -> Moved {
        let (found, more) = (units(by.abs()), by > 0);
        let adjustment =
            Adjustment { sku: shirt(), units: found, more, seen_version, reference: reference(name) };
        adjust_stock(&self.supply(), &adjustment).await
    }
}

async fn version(shop: &Shop) -> u64 {
    shop.store.supplies(&[shirt()]).await.unwrap()[0].version
}

#[tokio::test]
async fn a_receipt_puts_its_units_on_sale_once_however_often_it_comes() {
    let shop = Shop::open_with(&[("SHIRT", 12)]).await;
    let line = Line::new(&shop);
    let Ok(Idempotent::Executed(first)) = line.receive("SHIRT", 57, "delivery-1").await else {
        panic!("it is new")
    };
    assert_eq!((first.number, first.kind, first.units), (2, MovementKind::Receipt, 57));
    for _ in 0..2 {
        assert_eq!(
            line.receive("SHIRT", 57, "delivery-1").await,
            Ok(Idempotent::AlreadyApplied(first.clone()))
        );
    }
    assert_eq!(shop.units(), (69, 0, 0));
    assert!(matches!(line.receive("SHIRT", 1, "delivery-2").await, Ok(Idempotent::Executed(_))));
    assert_eq!((shop.units(), version(&shop).await), ((70, 0, 0), 3));
}

#[tokio::test]
async fn a_reference_of_another_movement_is_refused_and_nothing_is_written() {
    let shop = Shop::open_with(&[("SHIRT", 12), ("SCARF", 12)]).await;
    let line = Line::new(&shop);
    let _received = line.receive("SHIRT", 10, "delivery-1").await.unwrap();
    let books = shop.books();
    let reused = Err(MoveStockError::ReferenceReused);
    assert_eq!(line.receive("SHIRT", 11, "delivery-1").await, reused);
    assert_eq!(line.write_off(10, "delivery-1").await, reused);
    assert_eq!(line.adjust(10, 2, "delivery-1").await, reused);
    assert_eq!(shop.books(), books);
    // References are each SKU's own.
    assert!(line.receive("SCARF", 11, "delivery-1").await.is_ok());
}

#[tokio::test]
async fn a_movement_of_a_sku_that_nobody_knows_is_refused_and_nothing_is_written() {
    let shop = Shop::open_with(&[("SCARF", 12)]).await;
    let line = Line::new(&shop);
    let books = shop.books();
    let unknown = Err(MoveStockError::UnknownSku);
    assert_eq!(line.receive("SHIRT", 10, "delivery-1").await, unknown);
    assert_eq!(line.write_off(10, "broken-1").await, unknown);
    assert_eq!(line.adjust(1, 0, "count-1").await, unknown);
    assert_eq!(line.adjust(-1, 0, "count-2").await, unknown);
    assert_eq!(line.writes(), []);
    assert_eq!((shop.books(), shop.store.all_lists().len()), (books, 1));
}

#[tokio::test]
async fn a_sku_of_the_catalog_that_never_came_is_received_and_nothing_of_it_is_written_off() {
    let shop = Shop::open_with(&[("SHIRT", 0)]).await;
    let line = Line::new(&shop);
    let none = SupplyRefused::Insufficient { available: 0 };
    assert_eq!(line.write_off(1, "broken-1").await, Err(MoveStockError::Refused(none)));
    assert!(line.receive("SHIRT", 10, "delivery-1").await.is_ok());
    assert_eq!(shop.units(), (10, 0, 0));
}

#[tokio::test]
async fn what_was_on_sale_can_be_counted_after_its_product_is_gone() {
    let shop = Shop::open_with(&[("SHIRT", 12)]).await;
    shop.put_on_sale(&[(variant("SCARF"), 5)]).await;
    let refused = shop.try_to_reserve("gone", cart(&[("SHIRT", 1)])).await;
    assert!(refused.is_err(), "the catalog has it no more");
    let line = Line::new(&shop);
    assert!(line.write_off(10, "sent-back").await.is_ok());
    assert!(line.adjust(1, 2, "count-1").await.is_ok());
    assert_eq!(shop.units(), (3 + 5, 0, 0));
}

#[tokio::test]
async fn more_than_the_shop_keeps_of_one_sku_is_refused_and_nothing_is_written() {
    let shop = Shop::open_with(&[("SHIRT", 12)]).await;
    let line = Line::new(&shop);
    let million = i64::from(Units::MAX);
    for number in 1..10 {
        assert!(line.receive("SHIRT", million, &format!("delivery-{number}")).await.is_ok());
    }
    let books = shop.books();
    let refused = line.receive("SHIRT", million, "delivery-10").await;
    assert_eq!(refused, Err(MoveStockError::Refused(SupplyRefused::TooMany)));
    assert_eq!(shop.books(), books);
    let rest = i64::try_from(Supply::UNITS_MAX).unwrap() - 9 * million - 12;
    assert!(line.receive("SHIRT", rest, "delivery-11").await.is_ok());
}

#[tokio::test]
async fn a_write_off_takes_no_unit_that_is_held_or_sold() {
    let shop = Shop::open_with(&[("SHIRT", 12)]).await;
    let line = Line::new(&shop);
    let order = shop.order_shirts().await;
    shop.capture(&order.id).await;
    let held = shop.reserve("held", 4).await;
    assert_eq!(shop.units(), (5, 4, 3));
    let books = shop.books();
    let five = SupplyRefused::Insufficient { available: 5 };
    assert_eq!(line.write_off(6, "broken-1").await, Err(MoveStockError::Refused(five)));
    assert_eq!(shop.books(), books);
    let Ok(Idempotent::Executed(gone)) = line.write_off(5, "broken-1").await else { panic!("they are free") };
    assert_eq!((gone.units, shop.units()), (-5, (0, 4, 3)));
    assert_eq!(line.write_off(5, "broken-1").await, Ok(Idempotent::AlreadyApplied(gone)));
    assert!(shop.try_to_check_out("second", &held).await.is_ok());
}

#[tokio::test]
async fn a_unit_that_is_bought_while_it_is_written_off_stays_bought() {
    let shop = Shop::open_with(&[("SHIRT", 12)]).await;
    let line = Line::new(&shop);
    let buyer = &shop;
    line.meanwhile(Call::ChangeSupply, || {
        let _held = at_once(buyer.reserve("meanwhile", 3));
    });
    let refused = line.write_off(12, "broken-1").await;
    let nine = SupplyRefused::Insufficient { available: 9 };
    assert_eq!(refused, Err(MoveStockError::Refused(nine)));
    assert_eq!(shop.units(), (9, 3, 0));
    assert_eq!(version(&shop).await, 1);
}

#[tokio::test]
async fn an_adjustment_changes_only_the_supply_that_was_counted() {
    let shop = Shop::open_with(&[("SHIRT", 12)]).await;
    let line = Line::new(&shop);
    let counted = version(&shop).await;
    let _received = line.receive("SHIRT", 20, "delivery-1").await.unwrap();
    let books = shop.books();
    let stale = Err(MoveStockError::Stale { version: 2 });
    assert_eq!(line.adjust(-2, counted, "count-1").await, stale);
    assert_eq!(line.adjust(2, counted, "count-1").await, stale);
    assert_eq!(shop.books(), books);
    // Selling is no movement.
    let _held = shop.reserve("held", 3).await;
    let Ok(Idempotent::Executed(less)) = line.adjust(-2, 2, "count-1").await else {
        panic!("it is the one counted")
    };
    assert_eq!((less.kind, less.units), (MovementKind::Adjustment, -2));
    assert!(matches!(line.adjust(5, 3, "count-2").await, Ok(Idempotent::Executed(_))));
    assert_eq!(shop.units(), (32, 3, 0));
    assert_eq!(
        line.adjust(-2, 2, "count-1").await,
        Ok(Idempotent::AlreadyApplied(less)),
        "it was applied before"
    );
}

#[tokio::test]
async fn the_same_movement_sent_twice_at_once_is_applied_once_and_both_are_told_so() {
    let shop = Shop::open_with(&[("SHIRT", 12)]).await;
    for (before, name) in [(Call::Supplies, "before-it-decides"), (Call::ChangeSupply, "before-it-writes")] {
        let line = Line::new(&shop);
        let seen = version(&shop).await;
        let other = &shop;
        line.meanwhile(before, move || {
            let twin = Line::new(other);
            assert!(matches!(at_once(twin.adjust(-2, seen, name)), Ok(Idempotent::Executed(_))));
        });
        let second = line.adjust(-2, seen, name).await;
        assert!(matches!(second, Ok(Idempotent::AlreadyApplied(_))), "{name}: {second:?}");
    }
    assert_eq!(shop.units(), (8, 0, 0));
}

#[tokio::test]
async fn a_movement_that_another_one_overtakes_is_decided_anew() {
    let shop = Shop::open_with(&[("SHIRT", 12)]).await;
    let line = Line::new(&shop);
    let other = &shop;
    line.meanwhile(Call::ChangeSupply, || {
        let _received = at_once(Line::new(other).receive("SHIRT", 7, "delivery-1")).unwrap();
    });
    let Ok(Idempotent::Executed(second)) = line.receive("SHIRT", 30, "delivery-2").await else {
        panic!("it is new")
    };
    assert_eq!((second.number, shop.units()), (3, (49, 0, 0)));
}

#[tokio::test]
async fn a_movement_whose_answer_was_lost_is_applied_once() {
    let shop = Shop::open_with(&[("SHIRT", 12)]).await;
    let line = Line::new(&shop);
    line.script(Call::ChangeSupply, Fate::AnswerLost);
    let received = line.receive("SHIRT", 57, "delivery-1").await.unwrap().into_inner();
    assert_eq!((received.units, shop.units()), (57, (69, 0, 0)));
    line.script(Call::ChangeSupply, Fate::AnswerLost);
    assert_eq!(line.write_off(60, "broken-1").await.unwrap().into_inner().units, -60);
    assert_eq!(shop.units(), (9, 0, 0));
}

#[tokio::test]
async fn a_receipt_that_cannot_be_written_is_a_failure_and_the_same_one_works_later() {
    let shop = Shop::open_with(&[("SHIRT", 12)]).await;
    let line = Line::new(&shop);
    line.script(Call::ChangeSupply, Fate::Refused(Failure::Unavailable));
    assert_eq!(
        line.receive("SHIRT", 57, "delivery-1").await,
        Err(MoveStockError::Failure(Failure::Unavailable))
    );
    assert_eq!(shop.units(), (12, 0, 0));
    assert!(matches!(line.receive("SHIRT", 57, "delivery-1").await, Ok(Idempotent::Executed(_))));
}

#[tokio::test]
async fn a_product_is_put_on_sale_before_the_catalog_has_it_and_its_stock_stays_as_it_is() {
    let shop = Shop::open_with(&[("SHIRT", 12)]).await;
    let line = Line::new(&shop);
    let ports = put_on_sale::Ports {
        catalog: &shop.store,
        keeper: &line,
        stock: &line,
        clock: &shop.clock,
        chance: &shop.chance,
    };
    let mut product = shop.store.product(&"fan-wear".parse().unwrap()).await.unwrap().unwrap();
    product.variants.push(variant("SCARF"));
    let stock = [(shirt(), units(500)), ("SCARF".parse().unwrap(), units(5))];
    for _ in 0..2 {
        put_on_sale::put_on_sale(&ports, &product, &stock).await.unwrap();
        assert_eq!(shop.units(), (17, 0, 0));
    }
    assert!(line.items(Call::Products).is_empty());
}
