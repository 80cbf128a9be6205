use application::{Subject, WakeUp};
use domain::payment::{Decline, Outcome, Retry};
use domain::wake::{Queue, Wake};

use crate::samples::{NOON, later, ordered, page, reserved};
use crate::world::World;

#[tokio::test]
async fn a_new_reservation_asks_for_its_end_and_its_end_for_nothing() {
    for world in World::both().await {
        let open = reserved(&world).await;
        let released = open.clone().release().unwrap().into_inner();
        world.closer.close(&released).await.unwrap();
        let (planned, seen) = open.held().next().unwrap();
        let _freed = world.holds.free(&planned.page, &open.id, seen).await.unwrap();
        let expire = WakeUp { subject: Subject::ExpireReservation(open.id), at: later(600) };
        assert_eq!(world.wake_ups().await, [expire]);
    }
}

#[tokio::test]
async fn an_order_asks_for_a_worker_when_its_wake_changes_and_only_then() {
    for world in World::both().await {
        let (reservation, change) = ordered(&world).await;
        let id = change.order.id.clone();
        let opened = Outcome::Opened("pi_1".parse().unwrap());
        let opened = change.order.record(opened, later(1)).unwrap();
        world.ledger.record(&opened).await.unwrap();
        let unknown = opened.order.record(Outcome::Unknown, later(2)).unwrap();
        world.ledger.record(&unknown).await.unwrap();
        let wake = Wake { queue: Queue::CapturePayment, at: later(50) };
        world.ledger.postpone(&unknown.order, wake).await.unwrap();
        world.ledger.postpone(&unknown.order, wake).await.unwrap();
        let declined = Decline { code: "declined".to_owned(), retry: Retry::None };
        let failed = unknown.order.record_look_up(Outcome::Declined(declined), later(51)).unwrap();
        world.ledger.record(&failed).await.unwrap();
        let cancelled = failed.order.expire(later(600)).unwrap();
        world.ledger.record(&cancelled).await.unwrap();
        let capture = |at| WakeUp { subject: Subject::CapturePayment(id.clone()), at };
        let expire =
            || WakeUp { subject: Subject::ExpireReservation(reservation.id.clone()), at: later(600) };
        let expected = [expire(), capture(NOON), capture(later(4)), capture(later(50)), expire()];
        assert_eq!(world.wake_ups().await, expected);
        assert_eq!(world.page(&page("shirt", 0)).await.available, 10);
    }
}

#[tokio::test]
async fn a_refused_write_asks_for_nothing() {
    for world in World::both().await {
        let (reservation, change) = ordered(&world).await;
        let before = world.wake_ups().await.len();
        let _known = world.book.reserve(&reservation, None).await;
        let _refused = world.placer.place(&reservation, &change).await.unwrap_err();
        let stale = change.order.clone().record(Outcome::Rejected, later(1)).unwrap();
        world.ledger.record(&stale).await.unwrap();
        let _refused = world.ledger.record(&stale).await.unwrap_err();
        assert_eq!(world.wake_ups().await.len(), before + 1);
    }
}
