//! A cancel, and money that goes back.

use std::time::Duration;

use domain::order::{
    CancelRefused, HoldsChange, Order, OrderChange, OrderState, RefundRefused, RefundRequest, ReturnedLine,
};
use domain::payment::{
    AttemptState, Decline, GatewayName, Operation, Outcome, RefundOutcome, RefundReview, RefundState,
    RefundStep, Retry, Step,
};
use domain::stock::{HoldMove, PlannedHold};
use domain::wake::Queue;
use domain::{Idempotent, Money, Quantity, Timestamp};

use crate::samples::{NOON, method, page, placed, sku};

const LATER: Duration = Duration::from_secs(60);

pub(crate) fn new_order() -> Order {
    placed(vec![method(GatewayName::Stripe, "tok_visa")]).1.order
}

fn opened() -> Order {
    new_order().record(Outcome::Opened("pi_1".parse().unwrap()), NOON).unwrap().order
}

pub(crate) fn paid() -> Order {
    let captured = opened().record(Outcome::Authorized, NOON).unwrap().order;
    captured.record(Outcome::Captured, NOON).unwrap().order
}

pub(crate) fn cancel(order: Order) -> OrderChange {
    match order.cancel(later()).unwrap() {
        Idempotent::Executed(change) => change,
        Idempotent::AlreadyApplied(unchanged) => panic!("{:?} was cancelled before", unchanged.order),
    }
}

pub(crate) fn later() -> Timestamp {
    NOON.plus(LATER)
}

pub(crate) fn asked(reference: &str, amount: i64) -> RefundRequest {
    let currency = new_order().totals.total.currency();
    let amount = Money::new(amount, currency).unwrap();
    RefundRequest { reference: reference.parse().unwrap(), amount, returned: vec![] }
}

pub(crate) fn refunding(order: Order, reference: &str, amount: i64) -> Order {
    order.refund(asked(reference, amount), NOON).unwrap().into_inner().order
}

/// What was claimed is answered so.
pub(crate) fn answered(order: Order, outcome: RefundOutcome, now: Timestamp) -> OrderChange {
    order.claim_refund(now).unwrap().order.record_refund(outcome, now).unwrap()
}

#[test]
fn an_order_that_nothing_was_sent_for_is_over_without_a_call() {
    let cancelled = cancel(new_order());
    assert_eq!(cancelled.holds, None, "its units stay until that is written");
    assert_eq!(cancelled.order.next_step(later()), Step::GiveUp);
    let over = cancelled.order.give_up(later()).unwrap();
    assert!(matches!(over.order.state, OrderState::Cancelled { .. }));
    assert_eq!(over.holds, Some(HoldsChange::Moved { held_until: None, target: HoldMove::Free }));
    assert_eq!(over.order.wake.unwrap().queue, Queue::ExpireReservation, "somebody must tell of the units");
}

#[test]
fn what_may_have_charged_is_voided_and_the_order_is_over_once_that_is_confirmed() {
    // The first confirm's answer is lost.
    let unknown = opened().record(Outcome::Unknown, NOON).unwrap().order;
    let cancelled = cancel(unknown).order;
    assert_eq!(cancelled.state, OrderState::PendingPayment);
    let looked = cancelled.record_look_up(Outcome::Unknown, later()).unwrap().order;
    assert_eq!(looked.next_step(later()), Step::Claim(Operation::Void), "it is not asked for again");
    let voiding = looked.claim(Operation::Void, later()).unwrap().order;
    let over = voiding.record(Outcome::Voided, later()).unwrap().order;
    assert!(matches!(over.state, OrderState::Cancelled { .. }));
}

#[test]
fn an_authorization_that_comes_after_the_cancel_is_not_captured() {
    let cancelled = cancel(opened().record(Outcome::Unknown, NOON).unwrap().order).order;
    let found = cancelled.record_look_up(Outcome::Authorized, later()).unwrap().order;
    let state = &found.attempt().unwrap().state;
    assert!(matches!(state, AttemptState::Sending { operation: Operation::Void, .. }), "{state:?}");
}

#[test]
fn fault_71_a_capture_that_overtakes_the_cancel_goes_back_in_full() {
    let cancelled = cancel(opened().record(Outcome::Unknown, NOON).unwrap().order).order;
    let captured = cancelled.record_look_up(Outcome::Captured, later()).unwrap();
    assert_eq!(captured.holds, Some(HoldsChange::Moved { held_until: None, target: HoldMove::ToSold }));
    let order = captured.order;
    assert!(!order.is_final());
    assert_eq!(order.open_refund().unwrap().amount, order.totals.total);
    let over = answered(order, RefundOutcome::Refunded, later());
    assert!(matches!(over.order.state, OrderState::Cancelled { .. }));
    assert_eq!(over.holds, Some(HoldsChange::TakenBack(over.order.holds.clone())));
}

#[test]
fn no_other_method_is_tried_after_a_cancel() {
    let methods = vec![method(GatewayName::Stripe, "tok_visa"), method(GatewayName::Stripe, "tok_other")];
    let order = placed(methods).1.order;
    let cancelled = cancel(order.record(Outcome::Opened("pi_1".parse().unwrap()), NOON).unwrap().order).order;
    let decline = Decline { code: "declined".to_owned(), retry: Retry::OtherMethod };
    let over = cancelled.record(Outcome::Declined(decline), later()).unwrap().order;
    assert_eq!(over.attempts.len(), 1);
    assert!(matches!(over.state, OrderState::Cancelled { .. }));
}

#[test]
fn a_paid_order_stays_paid_until_its_money_is_back() {
    let cancelled = cancel(paid()).order;
    assert_eq!((cancelled.word(), cancelled.is_final()), ("paid", false));
    let again = cancelled.clone().cancel(later().plus(LATER)).unwrap();
    assert!(again.is_replay());
    assert_eq!(again.into_inner().order, cancelled);
    let unknown = answered(cancelled, RefundOutcome::Unknown, later()).order;
    assert_eq!(unknown.word(), "paid", "nobody knows");
    let over = unknown.record_refund_look_up(RefundOutcome::Refunded, later()).unwrap();
    let everything = HoldsChange::TakenBack(over.order.holds.clone());
    assert_eq!((over.order.word(), over.holds), ("cancelled", Some(everything)));
}

#[test]
fn fault_77_refunds_never_exceed_what_was_captured_and_one_reference_is_one() {
    let total = paid().totals.total;
    let part = total.amount() / 3;
    let first = refunding(paid(), "claim-1", part);
    let again = first.clone().refund(asked("claim-1", part), NOON).unwrap();
    assert!(again.is_replay());
    assert_eq!(again.into_inner().order, first);
    let other = first.clone().refund(asked("claim-1", part + 1), NOON);
    assert_eq!(other, Err(RefundRefused::ReferenceReused));
    let left = Money::new(total.amount() - part, total.currency()).unwrap();
    let more = first.clone().refund(asked("claim-2", left.amount() + 1), NOON);
    assert_eq!(more, Err(RefundRefused::TooMuch { left }));
    let second = refunding(first, "claim-2", left.amount());
    let nothing = Money::zero(total.currency());
    let third = second.clone().refund(asked("claim-3", 1), NOON);
    assert_eq!(third, Err(RefundRefused::TooMuch { left: nothing }));
    assert_eq!(second.refunds.len(), 2);
    assert_eq!(new_order().refund(asked("claim-1", 1), NOON), Err(RefundRefused::NotPaid));
    assert_eq!(paid().refund(asked("claim-1", 0), NOON), Err(RefundRefused::NotPositive));
}

#[test]
fn refunds_are_made_one_after_the_other_and_the_word_says_how_much_is_back() {
    let total = paid().totals.total.amount();
    let both = refunding(refunding(paid(), "claim-1", 1), "claim-2", total - 1);
    let first = answered(both, RefundOutcome::Refunded, NOON).order;
    assert_eq!((first.word(), first.open_refund().unwrap().number), ("partially_refunded", 2));
    let second = answered(first, RefundOutcome::Refunded, NOON);
    assert_eq!((second.order.word(), second.holds), ("refunded", None), "the units are the shopper's");
    assert!(second.order.is_final());
    assert_eq!(second.order.cancel(NOON), Err(CancelRefused));
}

#[test]
fn fault_78_an_unknown_refund_is_looked_up_and_then_asked_for_under_the_same_key() {
    let order = refunding(paid(), "claim-1", 5);
    let charge = |order: &Order| order.refund_charge(order.open_refund().unwrap()).unwrap();
    let key = charge(&order).idempotency_key();
    let unknown = answered(order, RefundOutcome::Unknown, NOON).order;
    assert_eq!(unknown.next_refund_step(NOON), Some(RefundStep::Claim));
    let claimed = unknown.claim_refund(NOON).unwrap().order;
    assert_eq!(charge(&claimed).idempotency_key(), key);
    let late = NOON.plus(Duration::from_secs(24 * 60 * 60));
    let review = claimed.record_refund(RefundOutcome::Unknown, late).unwrap().order;
    assert_eq!(review.refunds[0].state, RefundState::ManualReview(RefundReview::InDoubt));
    assert_eq!(review.word(), "paid");
}

#[test]
fn only_what_gives_everything_back_is_asked_for_under_another_key() {
    let keys = |mut order: Order| {
        let mut keys = Vec::new();
        for _ in 0..3 {
            let claimed = order.claim_refund(NOON).unwrap().order;
            keys.push(claimed.refund_charge(claimed.open_refund().unwrap()).unwrap().idempotency_key());
            let unknown = claimed.record_refund(RefundOutcome::Unknown, NOON).unwrap().order;
            order = unknown.record_refund_look_up(RefundOutcome::Unknown, NOON).unwrap().order;
        }
        keys.dedup();
        keys.len()
    };
    assert_eq!(keys(refunding(paid(), "claim-1", 5)), 1);
    assert_eq!(keys(cancel(paid()).order), 3);
}

#[test]
fn a_refund_that_is_refused_or_waits_too_long_is_a_persons_business() {
    let order = refunding(paid(), "claim-1", 5);
    let refused = answered(order.clone(), RefundOutcome::Refused, NOON).order;
    assert_eq!(refused.refunds[0].state, RefundState::ManualReview(RefundReview::Refused));
    assert_eq!(refused.next_refund_step(NOON), None);
    let pending = answered(order, RefundOutcome::Pending, NOON).order;
    assert_eq!(pending.next_refund_step(NOON), Some(RefundStep::LookUp));
    let unheard = pending.record_refund_look_up(RefundOutcome::Unknown, later()).unwrap().order;
    assert!(matches!(unheard.refunds[0].state, RefundState::Pending { .. }), "it was taken on");
    let in_weeks = NOON.plus(Duration::from_secs(15 * 24 * 60 * 60));
    let review = unheard.record_refund_look_up(RefundOutcome::Pending, in_weeks).unwrap().order;
    assert_eq!(review.refunds[0].state, RefundState::ManualReview(RefundReview::UnderWay));
}

#[test]
fn a_refund_that_waited_for_another_one_is_as_young_as_its_turn() {
    let total = paid().totals.total.amount();
    let both = refunding(refunding(paid(), "claim-1", 1), "claim-2", total - 1);
    let pending = answered(both, RefundOutcome::Pending, NOON).order;
    let in_a_week = NOON.plus(Duration::from_secs(7 * 24 * 60 * 60));
    let first = pending.record_refund_look_up(RefundOutcome::Refunded, in_a_week).unwrap().order;
    let second = answered(first, RefundOutcome::Unknown, in_a_week).order;
    assert_eq!(second.refunds[1].state, RefundState::Unknown { tries: 1 });
}

/// A refund of so much, with so many units that came back.
fn returning(order: Order, reference: &str, units: i64) -> Result<OrderChange, RefundRefused> {
    let quantity = Quantity::parse(units).unwrap();
    let returned = vec![ReturnedLine { sku: sku("shirt"), quantity }];
    Ok(order.refund(RefundRequest { returned, ..asked(reference, 5) }, NOON)?.into_inner())
}

#[test]
fn units_that_came_back_are_on_sale_again_once_and_their_page_is_where_they_were_sold() {
    let change = returning(paid(), "claim-1", 2).unwrap();
    let Some(HoldsChange::TakenBack(units)) = &change.holds else { panic!("{:?}", change.holds) };
    assert_eq!(units, &[PlannedHold { page: page("shirt", 0), quantity: 2 }]);
    let wake = change.order.wake.unwrap();
    assert_eq!(wake.queue, Queue::ExpireReservation, "those who look for units are told first");
    assert_eq!(change.order.sold_units(), [PlannedHold { page: page("shirt", 1), quantity: 1 }]);
    assert!(!change.order.has_returned_all(&sku("shirt")));
    let again = returning(change.order.clone(), "claim-1", 2).unwrap();
    assert_eq!((again.holds, again.order), (None, change.order.clone()));
    let another = returning(change.order, "claim-1", 1);
    assert_eq!(another, Err(RefundRefused::ReferenceReused));
}

#[test]
fn no_more_units_come_back_than_were_sold_however_they_are_asked_for() {
    let most = returning(paid(), "claim-1", 2).unwrap().order;
    let not_sold = Err(RefundRefused::NotSold { sku: sku("shirt") });
    assert_eq!(returning(paid(), "claim-1", 4), not_sold);
    assert_eq!(returning(most.clone(), "claim-2", 2), not_sold);
    let all = returning(most, "claim-2", 1).unwrap().order;
    assert!(all.has_returned_all(&sku("shirt")));
    assert_eq!(returning(all, "claim-3", 1), not_sold);
}

#[test]
fn the_money_follows_once_somebody_was_told_of_the_units_and_a_cancel_takes_only_the_others_back() {
    let returned = returning(paid(), "claim-1", 2).unwrap().order;
    let unknown = answered(returned.clone(), RefundOutcome::Unknown, NOON).order;
    assert!(unknown.has_units_to_end(), "whatever becomes of the money meanwhile");
    let told = returned.rest(NOON).order;
    assert_eq!(told.wake.unwrap().queue, Queue::CapturePayment);
    let back = answered(told, RefundOutcome::Refunded, NOON).order;
    let over = answered(cancel(back).order, RefundOutcome::Refunded, NOON);
    let left = vec![PlannedHold { page: page("shirt", 1), quantity: 1 }];
    assert_eq!((over.order.word(), over.holds), ("cancelled", Some(HoldsChange::TakenBack(left))));
}
