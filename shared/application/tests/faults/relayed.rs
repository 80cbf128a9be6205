//! The way from a committed change to its worker: sent twice, sent late, refused or lost, nothing is forgotten.

use application::relay::{self, Stopped, relay};
use application::{Clock, Failure, Overdue, Subject, SweepIndex, WakeUp};
use async_trait::async_trait;
use domain::order::OrderState;
use domain::payment::Outcome;
use domain::reservation::ReservationState;
use domain::stock::{PageKey, StockPage};
use domain::{OrderId, Timestamp};
use memory::{Call, Commit, Record};

use crate::samples::CARD;
use crate::shop::{HOLD_TIME, HOUR, MINUTE, NOON, Shop, wake_up_of};

#[tokio::test]
async fn fault_54_a_relay_that_died_after_it_sent_sends_again_and_nothing_happens_twice() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    let given_up = shop.reserve("given-up", 2).await;
    let changes = shop.relay_unacknowledged().await;
    let sent = shop.queues.waiting().len();
    assert_eq!(shop.relay_unacknowledged().await, changes);
    assert_eq!(shop.queues.waiting().len(), 2 * sent, "every message is there twice");

    shop.settle_until(NOON.plus(HOUR)).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
    assert_eq!((shop.calls(Call::Confirm), shop.calls(Call::Capture)), (1, 1));
    let given_up = shop.books().reservations.into_iter().find(|stored| stored.id == given_up.id);
    assert_eq!(given_up.unwrap().state, ReservationState::Expired);
    assert_eq!(shop.captured(), order.totals.total.amount());
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn fault_55_after_an_hour_without_a_relay_the_sweeper_goes_on_and_what_comes_late_changes_nothing() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    let given_up = shop.reserve("given-up", 2).await;
    shop.clock.advance(HOUR);
    assert_eq!(shop.sweep().await, 2);
    for wake_up in shop.queues.take_due(shop.clock.now()) {
        shop.work(wake_up).await;
    }
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
    let given_up = shop.books().reservations.into_iter().find(|stored| stored.id == given_up.id);
    assert_eq!(given_up.unwrap().state, ReservationState::Expired);
    assert_eq!(shop.units(), (9, 0, 3));

    let swept = shop.books();
    shop.settle_until(NOON.plus(3 * HOUR)).await;
    assert_eq!(shop.books(), swept);
    assert_eq!((shop.calls(Call::Confirm), shop.calls(Call::Capture)), (1, 1));
}

/// Queues that do not take the messages at these places, or none at all.
struct Refusing<'a> {
    queues: &'a memory::Queues,
    places: Result<Vec<usize>, Failure>,
}

#[async_trait]
impl application::Queues for Refusing<'_> {
    async fn send(&self, wake_ups: &[WakeUp], now: Timestamp) -> Result<Vec<usize>, Failure> {
        let refused = self.places.clone()?;
        let taken = wake_ups.iter().enumerate().filter(|(place, _)| !refused.contains(place));
        let taken: Vec<WakeUp> = taken.map(|(_, wake_up)| wake_up.clone()).collect();
        self.queues.send(&taken, now).await?;
        Ok(refused)
    }
}

#[tokio::test]
async fn fault_56_a_relay_stops_at_the_first_change_that_its_queue_does_not_take() {
    for (places, place, failure) in
        [(Ok(vec![2, 1]), 2, Failure::Unavailable), (Err(Failure::Throttled), 0, Failure::Throttled)]
    {
        let shop = Shop::open().await;
        let order = shop.order_shirts().await;
        let given_up = shop.reserve("given-up", 2).await;
        // The reservation, its end by the checkout, the order, and the other reservation.
        let changes = shop.store.commits_from(0);
        let is_alert = |commit: &&Commit| matches!(commit.record, Record::StockAlert(_));
        let changes: Vec<Option<WakeUp>> =
            changes.iter().filter(|commit| !is_alert(commit)).map(wake_up_of).collect();
        let asked: Vec<bool> = changes.iter().map(Option::is_some).collect();
        assert_eq!(asked, [true, false, true, true]);

        let refusing = Refusing { queues: &shop.queues, places };
        let ports = relay::Ports { queues: &refusing, clock: &shop.clock };
        let stopped = relay(&ports, changes.iter().cloned().map(Ok)).await;
        assert_eq!(stopped, Err(Stopped { place, failure }));

        let ports = relay::Ports { queues: &shop.queues, clock: &shop.clock };
        assert_eq!(relay(&ports, changes.into_iter().skip(place).map(Ok)).await, Ok(()));
        let subjects: Vec<_> = shop.queues.waiting().into_iter().map(|sent| sent.wake_up.subject).collect();
        for subject in [
            Subject::ExpireReservation(order.reservation_id.clone()),
            Subject::CapturePayment(order.id.clone()),
            Subject::ExpireReservation(given_up.id.clone()),
        ] {
            assert!(subjects.contains(&subject), "{subject:?} was never sent");
        }
        shop.settle_until(NOON.plus(HOUR)).await;
        assert_eq!(shop.units(), (9, 0, 3));
    }
}

#[tokio::test]
async fn fault_57_a_lost_payment_message_is_replaced_by_the_sweep() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    shop.relay().await;
    let lost = shop.queues.take_due(shop.queues.next_due().unwrap());
    assert_eq!(lost.len(), 1);

    shop.clock.advance(MINUTE);
    assert_eq!(shop.sweep().await, 0, "a message in time needs no second one");
    shop.clock.advance(MINUTE);
    assert_eq!(shop.sweep().await, 1);
    shop.settle().await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn fault_57_a_lost_expiry_message_is_replaced_by_the_sweep() {
    let shop = Shop::open().await;
    let given_up = shop.reserve("given-up", 2).await;
    shop.relay().await;
    assert_eq!(shop.queues.take_due(given_up.expires_at).len(), 1);

    assert_eq!(shop.sweep().await, 0);
    shop.clock.advance(HOLD_TIME);
    assert_eq!(shop.units(), (10, 2, 0));
    assert_eq!(shop.sweep().await, 1);
    shop.settle().await;
    assert_eq!(shop.units(), (12, 0, 0));
}

/// An index that nominates everything that ever stood in it.
struct Stale {
    pages: Vec<PageKey>,
    orders: Vec<OrderId>,
}

#[async_trait]
impl SweepIndex for Stale {
    async fn pages_due(&self, _: u32, _: Timestamp) -> Result<Vec<PageKey>, Failure> {
        Ok(self.pages.clone())
    }

    async fn overdue(&self, _: u32, _: Timestamp) -> Result<Vec<Overdue>, Failure> {
        Ok(self.orders.iter().cloned().map(Overdue::Order).collect())
    }

    async fn postpone_page(&self, _: &StockPage, _: Option<Timestamp>) -> Result<(), Failure> {
        Ok(())
    }
}

#[tokio::test]
async fn fault_41_a_stale_index_wakes_nobody_for_what_is_over_or_not_due() {
    let shop = Shop::open().await;
    let paid = shop.order_shirts().await;
    shop.settle().await;
    let _held = shop.reserve("held", 2).await;
    let books = shop.books();
    let pages = books.pages.iter().map(|page| page.key.clone()).collect();
    let unknown = "forgotten".parse().unwrap();
    let stale = Stale { pages, orders: vec![paid.id, unknown] };
    assert_eq!(shop.sweep_by(&stale).await, 0);
    shop.settle().await;
    assert_eq!(shop.books(), books);
    assert_eq!(shop.units(), (7, 2, 3));
}

#[tokio::test]
async fn fault_41_an_order_that_a_stale_index_nominates_too_early_is_left_to_wait() {
    let shop = Shop::open().await;
    shop.gateway.card(CARD, Outcome::RequiresAction { url: "https://bank.example/3ds".to_owned() });
    let order = shop.order_shirts().await;
    shop.settle().await;
    let (waiting, calls) = (shop.books(), shop.gateway.calls());
    let stale = Stale { pages: vec![], orders: vec![order.id] };
    assert!(shop.sweep_by(&stale).await > 0);
    shop.settle().await;
    assert_eq!(shop.books(), waiting);
    assert_eq!(shop.gateway.calls(), calls);
    assert_eq!(shop.units(), (9, 3, 0));
}
