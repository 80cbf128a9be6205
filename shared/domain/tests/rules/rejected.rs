//! Refunds that no call of theirs was executed of, and what comes into doubt after that.

use std::time::Duration;

use domain::Timestamp;
use domain::order::Order;
use domain::payment::{DisputeDecision, Refund, RefundOutcome, RefundReview, RefundState, RefundStep};
use domain::work::WorkKind;

use crate::disputing::{decided, disputed, total};
use crate::ending::{answered, later, paid, refunding};
use crate::samples::NOON;

const HOUR: Duration = Duration::from_secs(60 * 60);
const INSTANT: Duration = Duration::from_millis(1);

/// A refund that is asked for whenever its record says so, and rejected each time, until then. Answers when it is asked for
/// next, too.
fn rejected_until(mut order: Order, mut now: Timestamp, end: Timestamp) -> (Order, Timestamp) {
    while now < end {
        assert_eq!(order.next_refund_step(now), Some(RefundStep::Claim));
        order = answered(order, RefundOutcome::Rejected, now).order;
        let next = order.wake.unwrap().at;
        assert!(next > now && next <= now.plus(HOUR), "pauses grow, and end: {next:?}");
        now = next;
    }
    (order, now)
}

#[test]
fn a_refund_that_is_only_ever_rejected_is_tried_for_a_day_at_longer_and_longer_intervals() {
    let last_hour = NOON.plus(Refund::UNEXECUTED_AGE).minus(HOUR);
    let (order, next) = rejected_until(refunding(paid(), "claim-1", 5), NOON, last_hour);
    assert_eq!((order.work, order.refunds[0].doubtful_since), (None, None));
    let RefundState::Ready { tries } = order.refunds[0].state else { panic!("{:?}", order.refunds[0]) };
    assert!(tries < 40, "{tries} tries in a day");
    let back = answered(order, RefundOutcome::Refunded, next).order;
    assert_eq!(back.word(), "partially_refunded");
}

#[test]
fn what_was_never_executed_for_a_day_is_shown_to_a_person_as_that() {
    let end = NOON.plus(Refund::UNEXECUTED_AGE);
    let (order, _) = rejected_until(refunding(paid(), "claim-1", 5), NOON, end.minus(HOUR));
    let waits = answered(order.clone(), RefundOutcome::NotSent, end.minus(INSTANT)).order;
    assert_eq!(waits.work, None);
    let review = answered(order, RefundOutcome::NotSent, end).order;
    assert_eq!(review.refunds[0].state, RefundState::ManualReview(RefundReview::NotExecuted));
    assert_eq!(review.refunds[0].state.word(), "refund in manual review: never executed");
    assert_eq!(review.work.unwrap().kind, WorkKind::Refund);
}

#[test]
fn a_refund_is_in_doubt_since_the_call_that_was_not_answered_and_not_since_it_was_asked_for() {
    let (order, called_at) = rejected_until(refunding(paid(), "claim-1", 5), NOON, NOON.plus(HOUR * 20));
    // Whoever claimed it died, and somebody looks later.
    let claimed = order.claim_refund(called_at).unwrap().order;
    let found_at = called_at.plus(HOUR);
    assert_eq!(claimed.next_refund_step(found_at), Some(RefundStep::LookUp));
    let doubted = claimed.record_refund_look_up(RefundOutcome::Unknown, found_at).unwrap().order;
    assert_eq!(doubted.refunds[0].doubtful_since, Some(called_at));
    let end = called_at.plus(Refund::DOUBTFUL_AGE);
    for outcome in [RefundOutcome::Unknown, RefundOutcome::Rejected] {
        let waits = answered(doubted.clone(), outcome, end.minus(INSTANT)).order;
        assert_eq!((waits.work, waits.refunds[0].doubtful_since), (None, Some(called_at)), "{outcome:?}");
        let review = answered(doubted.clone(), outcome, end).order;
        assert_eq!(review.refunds[0].state, RefundState::ManualReview(RefundReview::InDoubt), "{outcome:?}");
    }
}

#[test]
fn what_is_in_doubt_is_not_asked_for_again_once_its_key_may_be_forgotten() {
    let unknown = answered(refunding(paid(), "claim-1", 5), RefundOutcome::Unknown, NOON).order;
    let rejected = answered(unknown.clone(), RefundOutcome::Rejected, NOON).order;
    let end = NOON.plus(Refund::DOUBTFUL_AGE);
    for order in [unknown, rejected] {
        assert_eq!(order.next_refund_step(end.minus(INSTANT)), Some(RefundStep::Claim));
        assert_eq!(order.next_refund_step(end), Some(RefundStep::LookUp));
        let review = order.record_refund_look_up(RefundOutcome::Unknown, end).unwrap().order;
        assert_eq!(review.refunds[0].state, RefundState::ManualReview(RefundReview::InDoubt));
    }
}

#[test]
fn an_answer_about_its_key_ends_the_doubt() {
    let unknown = answered(refunding(paid(), "claim-1", 5), RefundOutcome::Unknown, NOON).order;
    for outcome in [RefundOutcome::Pending, RefundOutcome::Disputed] {
        let known = answered(unknown.clone(), outcome, later()).order;
        assert_eq!(known.refunds[0].doubtful_since, None, "{outcome:?}");
    }
}

#[test]
fn a_refund_that_was_only_rejected_waits_for_the_end_of_a_dispute_and_begins_anew_or_is_withdrawn() {
    let rejected = || answered(refunding(paid(), "claim-1", 500), RefundOutcome::Rejected, NOON).order;
    let open = disputed(rejected(), total());
    assert_eq!(open.next_refund_step(later()), None, "nothing is to be looked up");
    let won = decided(open.clone(), total(), DisputeDecision::Won).order;
    assert_eq!((won.refunds[0].state, won.refunds[0].started_at), (RefundState::Ready { tries: 0 }, later()));
    let lost = decided(open, total(), DisputeDecision::Lost).order;
    assert!(lost.refunds[0].is_withdrawn());
}
