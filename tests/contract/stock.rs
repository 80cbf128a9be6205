use application::HoldError;
use domain::Idempotent;
use domain::stock::{Hold, HoldRefused, StockPage};

use crate::samples::{HOLD_TIME, NOON, later, ordered, page, planned, request, reservation, reserved};
use crate::world::World;

#[tokio::test]
async fn what_does_not_exist_is_left_out_and_what_is_asked_for_twice_comes_once() {
    for world in World::both().await {
        world.put_on_sale("shirt", 15).await;
        let keys = [page("shirt", 1), page("shirt", 7), page("scarf", 0), page("shirt", 1)];
        let found = world.stock.pages(&keys).await.unwrap();
        assert_eq!(found, [StockPage::full(page("shirt", 1), 5)]);
        let skus = ["scarf", "shirt", "shirt"].map(|sku| sku.parse().unwrap());
        assert_eq!(world.stock.supplies(&skus).await.unwrap().len(), 1);
        assert_eq!(world.stock.lists(&skus).await.unwrap().len(), 1);
        assert_eq!(world.stock.pages(&[]).await, Ok(vec![]));
        assert_eq!(world.stock.supplies(&[]).await, Ok(vec![]));
        assert_eq!(world.stock.lists(&[]).await, Ok(vec![]));
        assert_eq!(world.stock.openers(&[]).await, Ok(vec![]));
    }
}

#[tokio::test]
async fn more_pages_than_one_batch_takes_are_all_read() {
    for world in World::both().await {
        let keys = world.put_on_sale("shirt", 1_234).await;
        let found = world.stock.pages(&keys).await.unwrap();
        assert_eq!(found.len(), 124);
        assert_eq!(found.iter().map(|page| page.available).sum::<u32>(), 1_234);
    }
}

#[tokio::test]
async fn units_are_held_once_and_whoever_holds_them_hears_what_is_left() {
    for world in World::both().await {
        world.put_on_sale("shirt", 5).await;
        let id = request("hold").reservation_id();
        let hold =
            async |units, until| world.holds.hold(&id, &planned(&page("shirt", 0), units), until).await;
        assert_eq!(
            hold(6, later(600)).await,
            Err(HoldError::Refused(HoldRefused::Insufficient { available: 5 }))
        );
        assert_eq!(hold(3, later(600)).await, Ok(Idempotent::Executed(2)));
        assert_eq!(hold(3, later(600)).await, Ok(Idempotent::AlreadyApplied(2)));
        // Another hold of the same reservation has no room there.
        for (units, until) in [(3, later(601)), (1, later(600))] {
            assert_eq!(hold(units, until).await, Err(HoldError::Refused(HoldRefused::Occupied)));
        }
        let held = world.page(&page("shirt", 0)).await;
        assert_eq!((held.available, held.holds.len()), (2, 1));
        assert_eq!(world.pages_due(later(600)).await, [page("shirt", 0)]);
    }
}

#[tokio::test]
async fn nothing_is_held_on_a_page_that_does_not_exist() {
    for world in World::both().await {
        let id = request("hold").reservation_id();
        let refused = world.holds.hold(&id, &planned(&page("shirt", 0), 1), later(600)).await;
        assert_eq!(refused, Err(HoldError::Refused(HoldRefused::Insufficient { available: 0 })));
        assert_eq!(world.stock.pages(&[page("shirt", 0)]).await, Ok(vec![]));
    }
}

#[tokio::test]
async fn a_hold_is_freed_once_and_a_second_time_changes_nothing() {
    for world in World::both().await {
        let reservation = reserved(&world).await;
        let seen = Hold::Held { quantity: 2, expires_at: NOON.plus(HOLD_TIME) };
        assert_eq!(world.page(&page("shirt", 0)).await.holds[&reservation.id], seen);
        let free = async || world.holds.free(&page("shirt", 0), &reservation.id, seen).await;
        assert_eq!(free().await, Ok(Idempotent::Executed(10)));
        assert_eq!(free().await, Ok(Idempotent::AlreadyApplied(10)));
        assert_eq!(world.page(&page("shirt", 0)).await, StockPage::full(page("shirt", 0), 10));
    }
}

#[tokio::test]
async fn a_hold_that_is_not_what_was_seen_is_not_freed() {
    for world in World::both().await {
        let reservation = reserved(&world).await;
        let before = world.page(&page("shirt", 0)).await;
        let others = [
            Hold::Held { quantity: 2, expires_at: later(601) },
            Hold::Held { quantity: 1, expires_at: NOON.plus(HOLD_TIME) },
            Hold::Paying { quantity: 2 },
        ];
        for seen in others {
            let freed = world.holds.free(&page("shirt", 0), &reservation.id, seen).await;
            assert_eq!(freed, Ok(Idempotent::AlreadyApplied(8)));
        }
        assert_eq!(world.page(&page("shirt", 0)).await, before);
    }
}

#[tokio::test]
async fn a_hold_that_is_being_paid_for_is_not_freed_by_its_old_deadline() {
    for world in World::both().await {
        let (reservation, _) = ordered(&world).await;
        let (planned, seen) = reservation.held().next().unwrap();
        let freed = world.holds.free(&planned.page, &reservation.id, seen).await;
        assert_eq!(freed, Ok(Idempotent::AlreadyApplied(8)));
        assert_eq!(world.page(&planned.page).await.holds[&reservation.id], Hold::Paying { quantity: 2 });
    }
}

#[tokio::test]
async fn nothing_is_freed_on_a_page_that_does_not_exist() {
    for world in World::both().await {
        let stranger = reservation("nobody", &[(page("shirt", 0), 1)]);
        let (planned, seen) = stranger.held().next().unwrap();
        let freed = world.holds.free(&planned.page, &stranger.id, seen).await;
        assert_eq!(freed, Ok(Idempotent::AlreadyApplied(0)));
        assert_eq!(world.stock.pages(&[page("shirt", 0)]).await, Ok(vec![]));
    }
}
