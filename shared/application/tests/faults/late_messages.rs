//! Messages after their time and out of order: a worker reads what is true, and a message brings no facts.

use std::time::Duration;

use domain::order::{Order, OrderState};
use domain::payment::{AttemptState, Decline, GatewayName, Outcome, Retry};
use domain::reservation::ReservationState;
use memory::{Call, Fate};

use crate::samples::{CARD, request};
use crate::shop::{HOLD_TIME, HOUR, MINUTE, NOON, Shop, WEEK};

fn hard_decline() -> Outcome {
    Outcome::Declined(Decline { code: "stolen_card".to_owned(), retry: Retry::None })
}

/// An order whose payment failed, and whose time to try again is over.
async fn cancelled(shop: &Shop) -> Order {
    shop.gateway.card(CARD, hard_decline());
    let order = shop.order_shirts().await;
    shop.settle_until(NOON.plus(HOUR)).await;
    let order = shop.order(&order.id).await;
    assert!(matches!(order.state, OrderState::Cancelled { .. }), "{:?}", order.state);
    order
}

#[tokio::test]
async fn fault_47_an_expiry_before_the_payment_waits_for_it_and_one_after_it_changes_nothing() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    shop.clock.advance(HOLD_TIME);
    let placed = shop.books();
    shop.expire(&order.reservation_id).await;
    assert_eq!(shop.books(), placed, "a payment in flight is ended by no clock");

    shop.capture(&order.id).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
    let paid = shop.books();
    shop.clock.advance(HOUR);
    shop.expire(&order.reservation_id).await;
    assert_eq!(shop.books(), paid);
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn fault_48_a_payment_message_after_the_order_ended_charges_nothing() {
    let shop = Shop::open().await;
    let order = cancelled(&shop).await;
    let (ended, calls) = (shop.books(), shop.gateway.calls());
    shop.gateway.card(CARD, Outcome::Authorized);
    shop.clock.advance(HOUR);
    shop.capture(&order.id).await;
    shop.expire(&order.reservation_id).await;
    assert_eq!(shop.books(), ended);
    assert_eq!(shop.gateway.calls(), calls);
    assert_eq!(shop.captured(), 0);
    assert_eq!(shop.units(), (12, 0, 0));
}

#[tokio::test]
async fn fault_48_a_reservation_that_expired_becomes_no_order_and_nothing_is_charged() {
    let shop = Shop::open().await;
    let reservation = shop.reserve("reserve", 3).await;
    shop.clock.advance(HOLD_TIME);
    shop.expire(&reservation.id).await;
    assert!(shop.try_to_check_out("checkout", &reservation).await.is_err());
    shop.capture(&request("checkout").order_id()).await;
    assert_eq!(shop.gateway.calls(), []);
    assert_eq!(shop.units(), (12, 0, 0));
}

#[tokio::test]
async fn fault_53_dead_letters_of_orders_that_ended_change_nothing_however_often_they_come() {
    let paid = Shop::open().await;
    let order = paid.order_shirts().await;
    paid.settle().await;
    let failed = Shop::open().await;
    let given_up = cancelled(&failed).await;
    for (shop, order, units) in [(&paid, order, (9, 0, 3)), (&failed, given_up, (12, 0, 0))] {
        let (ended, calls) = (shop.books(), shop.gateway.calls());
        for _ in 0..2 {
            shop.clock.advance(3 * WEEK);
            shop.capture(&order.id).await;
            shop.expire(&order.reservation_id).await;
        }
        assert_eq!(shop.books(), ended);
        assert_eq!(shop.gateway.calls(), calls);
        assert_eq!(shop.units(), units);
    }
}

#[tokio::test]
async fn fault_53_dead_letters_of_a_reservation_free_its_units_once() {
    let shop = Shop::open().await;
    let reservation = shop.reserve("reserve", 3).await;
    for _ in 0..2 {
        shop.clock.advance(3 * WEEK);
        shop.expire(&reservation.id).await;
        assert_eq!(shop.units(), (12, 0, 0));
    }
    let stored = shop.books().reservations.remove(0);
    assert_eq!(stored.state, ReservationState::Expired);
}

/// An order whose confirm was never answered, and whose message comes after so long.
async fn unknown_for(age: Duration, confirm: Fate, look_ups: Vec<Fate>) -> (Shop, Order) {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    shop.gateway.script(Call::Confirm, [confirm]);
    shop.gateway.script(Call::LookUp, look_ups);
    shop.capture(&order.id).await;
    assert!(matches!(shop.order(&order.id).await.attempt().unwrap().state, AttemptState::Unknown { .. }));
    shop.clock.advance(age);
    for _ in 0..2 {
        shop.capture(&order.id).await;
    }
    assert_eq!(shop.calls(Call::Confirm), 1, "a key that may be forgotten is never sent again");
    let order = shop.order(&order.id).await;
    (shop, order)
}

#[tokio::test]
async fn fault_53_a_payment_unknown_for_weeks_is_what_a_look_up_shows() {
    let (shop, order) = unknown_for(3 * WEEK, Fate::AnswerLost, vec![]).await;
    assert!(matches!(order.state, OrderState::Paid { .. }), "{:?}", order.state);
    assert_eq!(shop.captured(), order.totals.total.amount());
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn fault_53_a_payment_unknown_for_weeks_of_which_nothing_is_seen_is_a_persons_business() {
    for confirm in [Fate::AnswerLost, Fate::Delayed] {
        let look_ups = vec![Fate::Refused(Outcome::Unknown); 2];
        let (shop, order) = unknown_for(3 * WEEK, confirm, look_ups).await;
        assert_eq!(order.attempt().unwrap().state, AttemptState::ManualReview);
        assert_eq!(order.state, OrderState::PendingPayment);
        assert_eq!(shop.captured(), 0);
        assert_eq!(shop.units(), (9, 3, 0), "units that may be paid for stay held");
    }
}

#[tokio::test]
async fn fault_53_a_payment_whose_key_may_be_forgotten_soon_is_voided_and_not_confirmed_again() {
    let look_ups = vec![Fate::Refused(Outcome::Unknown)];
    let (shop, order) = unknown_for(GatewayName::Stripe.replay_age_max(), Fate::Delayed, look_ups).await;
    assert_eq!(order.attempt().unwrap().state, AttemptState::Voided);
    shop.gateway.deliver_delayed();
    assert_eq!(shop.captured(), 0, "what arrives after the void is refused");
    assert_eq!(shop.units(), (9, 3, 0));
    shop.clock.advance(Order::RETRY_TIME + MINUTE);
    shop.expire(&order.reservation_id).await;
    assert_eq!(shop.units(), (12, 0, 0));
}
