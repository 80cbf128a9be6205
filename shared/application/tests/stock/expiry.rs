//! Deadlines: far away, overdue, met by a write that came late, or by thousands at once.

use std::time::Duration;

use application::create_reservation::{Cart, CreateReservation};
use application::{Clock, Failure, Holds, Reservations};
use domain::order::{Order, OrderState};
use domain::payment::{Decline, Outcome, Retry};
use domain::reservation::{Reservation, ReservationState, TriedHold};
use domain::stock::{Hold, PlannedHold};

use crate::line::{Call, Fate, Line};
use crate::samples::{CARD, cart, request};
use crate::shop::{HOLD_TIME, Instance, MINUTE, NOON, Shop};

fn shirts(units: i64) -> Cart {
    cart(&[("SHIRT", units)])
}

#[tokio::test]
async fn a_deadline_beyond_the_longest_delay_is_sent_on_until_it_comes() {
    let shop = Shop::open().await;
    let far = 3 * memory::Queues::DELAY_MAX;
    let command = CreateReservation { request: request("far"), cart: shirts(3), hold_time: far };
    let held = shop.reserve_by(&shop.store, &Instance::default(), &command).await.unwrap().into_inner();
    assert_eq!(held.expires_at, NOON.plus(far));
    shop.relay().await;
    for _ in 0..3 {
        let due = shop.queues.next_due().unwrap();
        assert!(due <= shop.clock.now().plus(memory::Queues::DELAY_MAX));
        assert_eq!(shop.units(), (9, 3, 0));
        shop.settle_until(due).await;
    }
    assert_eq!(shop.clock.now(), held.expires_at);
    assert_eq!(shop.units(), (12, 0, 0));
    assert_eq!(shop.queues.next_due(), None);
}

#[tokio::test]
async fn the_sweeper_finds_every_overdue_hold_and_none_that_is_not() {
    let shop = Shop::open_with(&[("SHIRT", 57)]).await;
    for number in 0..20 {
        let _held = shop.try_to_reserve(&format!("early-{number}"), shirts(1)).await.unwrap();
    }
    shop.clock.advance(MINUTE);
    for number in 0..20 {
        let _held = shop.try_to_reserve(&format!("later-{number}"), shirts(1)).await.unwrap();
    }
    // Every message of theirs is lost.
    shop.relay().await;
    let _lost = shop.queues.take_due(NOON.plus(2 * HOLD_TIME));
    shop.clock.set(NOON.plus(HOLD_TIME));
    assert_eq!(shop.sweep().await, 20);
    shop.settle().await;
    assert_eq!(shop.units(), (37, 20, 0));
    shop.clock.advance(MINUTE);
    assert_eq!(shop.sweep().await, 20);
    shop.settle().await;
    assert_eq!(shop.units(), (57, 0, 0));
    assert_eq!(shop.sweep().await, 0);
}

#[tokio::test]
async fn a_page_that_waits_for_a_payment_is_looked_at_again_after_it_failed() {
    let shop = Shop::open().await;
    let declined = Decline { code: "stolen_card".to_owned(), retry: Retry::None };
    shop.gateway.card(CARD, Outcome::Declined(declined));
    let order = shop.order_shirts().await;
    shop.clock.set(NOON.plus(HOLD_TIME));
    assert_eq!(shop.sweep().await, 1, "its payment has not begun");
    shop.capture(&order.id).await;
    // The message of the failed payment is lost too.
    let _lost = shop.queues.take_due(shop.clock.now());
    shop.clock.advance(2 * MINUTE + Order::RETRY_TIME);
    assert!(shop.sweep().await > 0);
    shop.settle().await;
    assert_eq!(shop.units(), (12, 0, 0));
}

#[tokio::test]
async fn a_deadline_that_comes_before_a_failed_payments_own_is_sent_on_to_that() {
    let shop = Shop::open().await;
    let declined = Decline { code: "stolen_card".to_owned(), retry: Retry::None };
    shop.gateway.card(CARD, Outcome::Declined(declined));
    let reservation = shop.reserve("reserve", 3).await;
    shop.relay().await;
    shop.clock.set(reservation.expires_at.minus(Duration::from_secs(1)));
    let order = shop.check_out(&reservation).await;
    // Of the order's own messages none arrives.
    shop.capture(&order.id).await;
    let OrderState::PaymentFailed { retry_until } = shop.order(&order.id).await.state else {
        panic!("it failed")
    };
    assert!(retry_until > reservation.expires_at);
    for due in [reservation.expires_at, retry_until] {
        assert_eq!(shop.units(), (9, 3, 0));
        shop.clock.set(due);
        for wake_up in shop.queues.take_due(due) {
            shop.work(wake_up).await;
        }
    }
    assert_eq!(shop.units(), (12, 0, 0));
}

/// A reservation whose first page refused it, and to which a write that came late gave that very hold.
async fn with_stray_hold(shop: &Shop) -> (Reservation, PlannedHold) {
    let line = Line::new(shop);
    let instance = Instance::default();
    line.script(Call::Hold, Fate::Refused(Failure::Throttled));
    let made = line.reserve(&instance, request("late"), shirts(1)).await.unwrap().into_inner();
    let [TriedHold { planned, expires_at }] = &made.tried[..] else { panic!("one page refused: {made:?}") };
    let _late = shop.store.hold(&made.id, planned, *expires_at).await.unwrap();
    assert_eq!(shop.units().1, 2);
    (made.clone(), planned.clone())
}

#[tokio::test]
async fn a_hold_that_came_late_to_a_page_goes_back_with_its_reservations_end() {
    for is_released in [true, false] {
        let shop = Shop::open_with(&[("SHIRT", 57)]).await;
        let (made, _) = with_stray_hold(&shop).await;
        if is_released {
            shop.release(&made.id).await;
        } else {
            shop.clock.set(made.expires_at);
            shop.expire(&made.id).await;
        }
        assert_eq!(shop.units(), (57, 0, 0));
    }
}

#[tokio::test]
async fn a_hold_that_came_late_is_not_bought_and_goes_back_at_its_deadline() {
    let shop = Shop::open_with(&[("SHIRT", 57)]).await;
    let (made, stray) = with_stray_hold(&shop).await;
    let order = shop.check_out(&made).await;
    shop.capture(&order.id).await;
    assert_eq!(shop.units(), (55, 1, 1));
    shop.clock.set(made.expires_at);
    assert_eq!(shop.sweep().await, 1);
    shop.settle().await;
    assert_eq!(shop.units(), (56, 0, 1));
    let page = shop.books().pages.into_iter().find(|page| page.key == stray.page).unwrap();
    assert_eq!(page.sold, 0);
}

#[tokio::test]
async fn a_hold_written_after_its_reservation_ended_is_swept_from_its_page() {
    let shop = Shop::open().await;
    let line = Line::new(&shop);
    line.script(Call::Hold, Fate::Dies);
    line.reserve(&Instance::default(), request("slow"), shirts(3)).await.unwrap_err();
    let planned = shop.books().reservations.remove(0);
    shop.clock.set(planned.expires_at);
    shop.expire(&planned.id).await;
    for (hold, _) in planned.held() {
        let _late = shop.store.hold(&planned.id, hold, planned.expires_at).await.unwrap();
    }
    assert_eq!(shop.units(), (9, 3, 0));
    assert_eq!(shop.sweep().await, 1);
    shop.settle().await;
    assert_eq!(shop.units(), (12, 0, 0));
}

#[tokio::test]
async fn whoever_paid_keeps_the_units_and_an_expiry_that_saw_the_hold_before_frees_nothing() {
    let shop = Shop::open().await;
    let made = shop.reserve("reserve", 3).await;
    let seen: Vec<(PlannedHold, Hold)> = made.held().map(|(planned, hold)| (planned.clone(), hold)).collect();
    let _order = shop.check_out(&made).await;
    for (planned, hold) in seen {
        let freed = shop.store.free(&planned.page, &made.id, hold).await.unwrap();
        assert!(freed.is_replay());
    }
    assert_eq!(shop.units(), (9, 3, 0));
}

#[tokio::test]
async fn of_thousands_that_expire_at_once_each_gives_its_unit_back_once() {
    let units = 2_000;
    let shop = Shop::open_with(&[("SHIRT", units)]).await;
    let instance = Instance::default();
    for number in 0..units {
        let made = shop.reserve_at(&instance, request(&format!("unit-{number}")), shirts(1)).await;
        assert!(made.is_ok(), "unit {number}: {made:?}");
    }
    let bought = shop.store.reservation(&request("unit-7").reservation_id()).await.unwrap().unwrap();
    shop.clock.advance(HOLD_TIME - Duration::from_secs(1));
    let order = shop.check_out(&bought).await;
    shop.settle_until(NOON.plus(2 * HOLD_TIME)).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
    let ended = shop.books().reservations;
    assert_eq!(ended.iter().filter(|one| one.state == ReservationState::Expired).count(), 1_999);
    assert_eq!(shop.units(), (1_999, 0, 1));
}
