use application::Overdue;
use domain::payment::{Decline, Outcome, Retry};
use domain::wake::{Queue, Wake};

use crate::samples::{later, ordered, page, reservation, reserved};
use crate::world::World;

#[tokio::test]
async fn a_page_without_holds_is_not_nominated() {
    for world in World::both().await {
        world.put_on_sale("shirt", 25).await;
        assert_eq!(world.pages_due(later(1_000_000)).await, []);
    }
}

#[tokio::test]
async fn a_page_is_nominated_from_its_holds_deadline_on() {
    for world in World::both().await {
        let _reservation = reserved(&world).await;
        assert_eq!(world.pages_due(later(599)).await, []);
        assert_eq!(world.pages_due(later(600)).await, [page("shirt", 0)]);
    }
}

#[tokio::test]
async fn a_page_with_several_holds_is_nominated_by_the_first() {
    for world in World::both().await {
        let _reservation = reserved(&world).await;
        let mut second = reservation("second", &[(page("shirt", 0), 1)]);
        second.expires_at = later(900);
        world.book.reserve(&second, None).await.unwrap();
        assert_eq!(world.pages_due(later(600)).await, [page("shirt", 0)]);
    }
}

#[tokio::test]
async fn a_page_that_was_put_off_is_nominated_later() {
    for world in World::both().await {
        let _reservation = reserved(&world).await;
        let seen = world.page(&page("shirt", 0)).await;
        world.sweep_index.postpone_page(&seen, Some(later(660))).await.unwrap();
        assert_eq!(world.pages_due(later(659)).await, []);
        assert_eq!(world.pages_due(later(660)).await, [page("shirt", 0)]);
        world.sweep_index.postpone_page(&seen, None).await.unwrap();
        assert_eq!(world.pages_due(later(1_000_000)).await, []);
        assert_eq!(world.page(&page("shirt", 0)).await, seen);
    }
}

#[tokio::test]
async fn a_page_whose_units_moved_meanwhile_is_not_put_off() {
    for world in World::both().await {
        let _reservation = reserved(&world).await;
        let seen = world.page(&page("shirt", 0)).await;
        world.book.reserve(&reservation("second", &[(page("shirt", 0), 1)]), None).await.unwrap();
        world.sweep_index.postpone_page(&seen, None).await.unwrap();
        assert_eq!(world.pages_due(later(600)).await, [page("shirt", 0)]);
    }
}

#[tokio::test]
async fn a_page_that_does_not_exist_is_not_put_off() {
    for world in World::both().await {
        let seen = domain::stock::StockPage::full(page("shirt", 0), 10);
        world.sweep_index.postpone_page(&seen, Some(later(1))).await.unwrap();
        assert_eq!(world.pages_due(later(1_000_000)).await, []);
        assert_eq!(world.stock.pages(&[page("shirt", 0)]).await, Ok(vec![]));
    }
}

#[tokio::test]
async fn a_failed_payment_brings_a_forgotten_page_back() {
    for world in World::both().await {
        let (_, change) = ordered(&world).await;
        let seen = world.page(&page("shirt", 0)).await;
        world.sweep_index.postpone_page(&seen, None).await.unwrap();
        let declined = Decline { code: "declined".to_owned(), retry: Retry::None };
        let failed = change.order.record(Outcome::Declined(declined), later(550)).unwrap();
        world.ledger.record(&failed).await.unwrap();
        assert_eq!(world.pages_due(later(669)).await, []);
        assert_eq!(world.pages_due(later(670)).await, [page("shirt", 0)]);
    }
}

#[tokio::test]
async fn an_order_is_nominated_once_its_wake_has_passed() {
    for world in World::both().await {
        let (_, change) = ordered(&world).await;
        assert_eq!(world.overdue(later(0)).await, []);
        assert_eq!(world.overdue(later(1)).await, [Overdue::Order(change.order.id.clone())]);
        let wake = Wake { queue: Queue::CapturePayment, at: later(30) };
        world.ledger.postpone(&change.order, wake).await.unwrap();
        assert_eq!(world.overdue(later(30)).await, []);
        assert_eq!(world.overdue(later(31)).await, [Overdue::Order(change.order.id.clone())]);
    }
}

#[tokio::test]
async fn an_order_that_waits_for_nobody_is_not_nominated() {
    for world in World::both().await {
        let (_, change) = ordered(&world).await;
        let paid = change.order.record(Outcome::Captured, later(1)).unwrap();
        world.ledger.record(&paid).await.unwrap();
        assert_eq!(world.overdue(later(1_000_000)).await, []);
    }
}
