use application::{ReserveError, Subject, WakeUp};
use domain::Idempotent;
use domain::catalog::Availability;
use domain::stock::{AlertKind, HoldRefused, Look, Looking, Opened, PAGE_UNITS, StockAlert, StockPage};

use crate::samples::{NOON, later, opened_page, opener, page, reservation};
use crate::world::World;

/// Somebody looks first.
fn looking() -> Looking {
    Looking::begin(NOON, 1, None)
}

/// What somebody found who saw so many units.
fn found(units: u32, alerts: u64) -> Look {
    let look = Look::never(units, Availability::of(units, Availability::LOW));
    Look {
        at: later(0),
        full_at: later(0),
        pages: [(17, 3), (1, units)].into(),
        seen: vec![1, 2],
        alerts,
        ..look
    }
}

#[tokio::test]
async fn each_page_of_an_opener_is_handed_out_once() {
    for world in World::both().await {
        world.receive("shirt", 25).await;
        let opener = opener("shirt", 1);
        for place in 0..2 {
            assert_eq!(world.room.open_page(&opener).await, Ok(Opened::Page(opened_page("shirt", 1, place))));
        }
        assert_eq!(world.room.open_page(&opener).await, Ok(Opened::NoneLeft { pages: 2 }));
        world.receive("shirt", 20).await;
        assert_eq!(world.room.open_page(&opener).await, Ok(Opened::Page(opened_page("shirt", 1, 2))));
        assert_eq!(world.opened(&opener).await, (3, 4));
    }
}

#[tokio::test]
async fn an_opener_that_does_not_exist_has_no_page() {
    for world in World::both().await {
        assert_eq!(world.room.open_page(&opener("shirt", 1)).await, Ok(Opened::NoneLeft { pages: 0 }));
        assert_eq!(world.stock.openers(&[opener("shirt", 1)]).await, Ok(vec![]));
    }
}

#[tokio::test]
async fn a_page_that_was_handed_out_is_full_and_whoever_holds_first_writes_it() {
    for world in World::both().await {
        world.receive("shirt", 20).await;
        let Opened::Page(key) = world.room.open_page(&opener("shirt", 1)).await.unwrap() else { panic!() };
        assert_eq!(world.page(&key).await, StockPage::full(key.clone(), PAGE_UNITS));
        for (name, left) in [("one", 8), ("two", 6)] {
            let reservation = reservation(name, &[(key.clone(), 2)]);
            let (planned, _) = reservation.held().next().unwrap();
            let held = world.holds.hold(&reservation.id, planned, reservation.expires_at).await;
            assert_eq!(held, Ok(Idempotent::Executed(left)));
        }
        assert_eq!(world.page(&key).await.held_units(), 4);
    }
}

#[tokio::test]
async fn a_cart_may_be_the_first_to_write_a_page_too_and_holds_no_more_than_it_has() {
    for world in World::both().await {
        world.receive("shirt", 20).await;
        let Opened::Page(key) = world.room.open_page(&opener("shirt", 1)).await.unwrap() else { panic!() };
        let more = reservation("more", &[(key.clone(), 11)]);
        let refused = HoldRefused::Insufficient { available: PAGE_UNITS };
        assert_eq!(
            world.book.reserve(&more, None).await,
            Err(ReserveError::Refused(vec![(key.clone(), refused)]))
        );
        let cart = reservation("cart", &[(key.clone(), 10)]);
        assert_eq!(world.book.reserve(&cart, None).await, Ok(()));
        assert_eq!(world.page(&key).await.available, 0);
    }
}

#[tokio::test]
async fn an_opener_is_dropped_from_the_list_unless_it_was_given_more() {
    for world in World::both().await {
        world.receive("shirt", 20).await;
        world.receive("shirt", 20).await;
        world.room.drop_opener(&opener("shirt", 1), 2).await.unwrap();
        assert_eq!(world.list("shirt").await.openers.len(), 1);
        for _ in 0..2 {
            world.room.drop_opener(&opener("shirt", 1), 4).await.unwrap();
            assert_eq!(world.list("shirt").await.openers.len(), 0);
        }
        world.room.drop_opener(&opener("ball", 1), 4).await.unwrap();
        // It comes back with more pages.
        world.receive("shirt", 20).await;
        assert_eq!(world.list("shirt").await.openers.values().collect::<Vec<_>>(), [&6]);
    }
}

#[tokio::test]
async fn pages_that_got_units_back_are_noted_until_somebody_looks() {
    for world in World::both().await {
        world.put_on_sale("shirt", 15).await;
        let sku = "shirt".parse().unwrap();
        world.room.note_returned(&sku, &[34]).await.unwrap();
        let list = world.room.note_returned(&sku, &[34, 51]).await.unwrap().unwrap();
        assert_eq!(list.returned, [0, 17, 34, 51].into());
        assert_eq!(world.list("shirt").await, list);
        assert_eq!(world.room.note_returned(&"ball".parse().unwrap(), &[1]).await, Ok(None));

        assert_eq!(world.room.begin_look(&sku, looking()).await, Ok(Some(list)));
        let list = world.list("shirt").await;
        assert_eq!((list.returned.len(), list.looking), (0, Some(looking())));
    }
}

#[tokio::test]
async fn one_looks_at_a_time_until_it_counts_as_dead() {
    for world in World::both().await {
        world.put_on_sale("shirt", 5).await;
        let sku = "shirt".parse().unwrap();
        assert!(world.room.begin_look(&sku, looking()).await.unwrap().is_some());
        let next = |milliseconds| {
            let since = looking().since.plus(std::time::Duration::from_millis(milliseconds));
            Looking::begin(since, 2, Some(looking()))
        };
        assert_eq!(world.room.begin_look(&sku, next(99)).await, Ok(None));
        let taken = world.room.begin_look(&sku, next(100)).await.unwrap().unwrap();
        assert_eq!(taken.looking, Some(looking()));
        // The one that counted as dead was slow, and comes too late.
        let finish = async |looking| world.room.finish_look(&sku, looking, &found(3, 0), None).await;
        assert_eq!(finish(looking()).await, Ok(Idempotent::AlreadyApplied(())));
        assert_eq!(finish(next(100)).await, Ok(Idempotent::Executed(())));
        assert_eq!(finish(next(100)).await, Ok(Idempotent::AlreadyApplied(())));
        let list = world.list("shirt").await;
        assert_eq!((list.look, list.looking), (found(3, 0), None));
    }
}

#[tokio::test]
async fn nobody_looks_at_what_was_never_put_on_sale() {
    for world in World::both().await {
        let sku = "ball".parse().unwrap();
        assert_eq!(world.room.begin_look(&sku, looking()).await, Ok(None));
        let finished = world.room.finish_look(&sku, looking(), &found(3, 0), None).await;
        assert_eq!(finished, Ok(Idempotent::AlreadyApplied(())));
        assert_eq!(world.stock.lists(&[sku]).await, Ok(vec![]));
    }
}

#[tokio::test]
async fn a_crossing_is_told_once_with_the_look_that_saw_it() {
    for world in World::both().await {
        world.put_on_sale("shirt", 15).await;
        let sku = "shirt".parse().unwrap();
        let alert =
            StockAlert { sku: page("shirt", 0).sku, number: 1, kind: AlertKind::Low, units: 3, at: later(0) };
        let finish = async || world.room.finish_look(&sku, looking(), &found(3, 1), Some(&alert)).await;
        assert_eq!(finish().await, Ok(Idempotent::AlreadyApplied(())));
        assert_eq!(world.alerts().await, []);
        world.room.begin_look(&sku, looking()).await.unwrap();
        assert_eq!(finish().await, Ok(Idempotent::Executed(())));
        assert_eq!(finish().await, Ok(Idempotent::AlreadyApplied(())));
        assert_eq!(world.alerts().await, std::slice::from_ref(&alert));
        let told = WakeUp { subject: Subject::StockAlert(alert), at: later(0) };
        assert_eq!(world.wake_ups().await, [told]);
        assert_eq!(world.list("shirt").await.look, found(3, 1));
    }
}
