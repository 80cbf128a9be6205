use std::time::Duration;

use domain::order::{HoldsChange, Order, OrderState, RetryRefused, seen_hold};
use domain::payment::{AttemptState, Decline, GatewayName, Operation, Outcome, Retry, Step};
use domain::stock::{Hold, HoldMove};
use domain::wake::Queue;

use crate::samples::{HOLD_TIME, NOON, attempt_request, method, placed};

fn new_order() -> Order {
    placed(vec![method(GatewayName::Stripe, "tok_visa")]).1.order
}

fn declined(retry: Retry) -> Outcome {
    Outcome::Declined(Decline { code: "declined".to_owned(), retry })
}

fn failed_at(now: domain::Timestamp) -> Order {
    new_order().record(declined(Retry::OtherMethod), now).unwrap().order
}

fn retry_until(order: &Order) -> domain::Timestamp {
    let OrderState::PaymentFailed { retry_until } = order.state else {
        panic!("the order is {:?}", order.state);
    };
    retry_until
}

#[test]
fn a_new_order_takes_its_holds_from_exactly_what_the_reservation_held() {
    let (_, change) = placed(vec![method(GatewayName::Stripe, "tok_visa")]);
    let held_until = Some(NOON.plus(HOLD_TIME));
    assert_eq!(change.holds, Some(HoldsChange::Moved { held_until, target: HoldMove::ToPaying }));
    assert_eq!(change.seen_version, None);
    assert_eq!(change.order.version, 1);
    let expected = Hold::Held { quantity: 2, expires_at: NOON.plus(HOLD_TIME) };
    assert_eq!(seen_hold(&change.order.holds[0], held_until), expected);
}

#[test]
fn a_failed_payment_keeps_its_units_at_least_two_minutes() {
    let early = failed_at(NOON);
    assert_eq!(retry_until(&early), NOON.plus(HOLD_TIME));
    let late = NOON.plus(HOLD_TIME).plus(Duration::from_secs(60));
    assert_eq!(retry_until(&failed_at(late)), late.plus(Order::RETRY_TIME));
}

#[test]
fn a_failed_payment_schedules_its_own_end() {
    let order = failed_at(NOON);
    let wake = order.wake.unwrap();
    assert_eq!((wake.queue, wake.at), (Queue::ExpireReservation, retry_until(&order)));
    assert!(order.clone().expire(wake.at.minus(Duration::from_millis(1))).is_err());
    let cancelled = order.expire(wake.at).unwrap();
    assert!(matches!(cancelled.order.state, OrderState::Cancelled { .. }));
    let freed = HoldsChange::Moved { held_until: Some(wake.at), target: HoldMove::Free };
    assert_eq!(cancelled.holds, Some(freed));
}

#[test]
fn another_method_is_taken_until_the_units_go_back_and_not_after() {
    let order = failed_at(NOON);
    let until = retry_until(&order);
    let offer = |order: &Order, now| {
        order.clone().retry(vec![method(GatewayName::Stripe, "tok_other")], attempt_request(1), now)
    };
    let retried = offer(&order, until.minus(Duration::from_millis(1))).unwrap();
    assert_eq!(retried.order.attempts.len(), 2);
    assert_eq!(retried.order.state, OrderState::PendingPayment);
    assert_eq!(offer(&order, until), Err(RetryRefused::NotAwaitingMethod));
    assert_eq!(offer(&retried.order, NOON), Err(RetryRefused::NotAwaitingMethod));
    assert_eq!(order.retry(vec![], attempt_request(1), NOON), Err(RetryRefused::NotAwaitingMethod));
}

#[test]
fn an_order_takes_five_attempts_and_no_more() {
    let mut order = failed_at(NOON);
    let offer = |order: Order, number: usize| {
        order.retry(vec![method(GatewayName::Stripe, "tok_other")], attempt_request(number), NOON)
    };
    for number in 2..=Order::ATTEMPTS_MAX {
        let retried = offer(order, number).unwrap().order;
        assert_eq!(retried.attempts.len(), number);
        order = retried.record(declined(Retry::SameMethod), NOON).unwrap().order;
    }
    assert_eq!(offer(order, 6), Err(RetryRefused::TooManyAttempts));
}

#[test]
fn a_paid_order_moves_no_more() {
    let paid = new_order().record(Outcome::Captured, NOON).unwrap();
    let sold = HoldsChange::Moved { held_until: None, target: HoldMove::ToSold };
    assert_eq!(paid.holds, Some(sold));
    let paid = paid.order;
    assert!(paid.is_final());
    assert_eq!(paid.next_step(NOON), Step::Rest);
    assert!(paid.clone().claim(Operation::Void, NOON).is_err());
    assert!(paid.clone().record(declined(Retry::None), NOON).is_err());
    assert!(paid.clone().record_look_up(Outcome::Voided, NOON).is_err());
    assert!(paid.expire(NOON.plus(HOLD_TIME)).is_err());
}

#[test]
fn a_payment_in_review_is_claimed_by_nobody() {
    let review = new_order().record(Outcome::Mismatch, NOON).unwrap().order;
    assert_eq!(review.attempt().unwrap().state, AttemptState::ManualReview);
    assert_eq!(review.next_step(NOON), Step::Rest);
    assert!(review.wake.is_none());
    assert!(review.clone().claim(Operation::Void, NOON).is_err());
    assert!(review.expire(NOON.plus(Duration::from_secs(86_400))).is_err());
}

#[test]
fn every_write_leaves_one_line_of_history() {
    let (_, placed) = placed(vec![method(GatewayName::Stripe, "tok_visa")]);
    let opened = placed.order.clone().record(Outcome::Opened("pi_1".parse().unwrap()), NOON).unwrap();
    let captured = opened.order.clone().record(Outcome::Captured, NOON).unwrap();
    let lines = [&placed, &opened, &captured].map(|change| {
        let entry = change.audit_entry();
        format!("{} {}: {}", entry.version, entry.state, entry.payment)
    });
    assert_eq!(
        lines,
        ["1 pending_payment: ready to open", "2 pending_payment: sending confirm", "3 paid: captured"]
    );
}
