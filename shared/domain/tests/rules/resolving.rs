//! What waits for a person, and what that person finds out.

use std::time::Duration;

use domain::order::{Order, OrderRefused, OrderState, PostingCause};
use domain::payment::{
    AttemptState, DisputeDecision, Finding, GatewayName, Outcome, PaymentFinding, RefundFinding,
    RefundOutcome, RefundState,
};
use domain::webhook::{NotQuarantined, Quarantine, QuarantineDecision, Settlement, WebhookState};
use domain::work::{Work, WorkKind};
use domain::{Idempotent, Timestamp};

use crate::disputing::{disputed, seen};
use crate::ending::{answered, cancel, paid, refunding};
use crate::samples::{NOON, method, placed};
use crate::webhook::received;

const CAPTURED: Finding = Finding::Payment(PaymentFinding::Captured);
const VOIDED: Finding = Finding::Payment(PaymentFinding::Voided);

fn later(seconds: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(seconds))
}

/// An order whose gateway holds another amount than was asked for.
fn mismatched() -> Order {
    let order = placed(vec![method(GatewayName::Stripe, "tok_visa")]).1.order;
    let opened = order.record(Outcome::Opened("pi_1".parse().unwrap()), NOON).unwrap().order;
    opened.record(Outcome::Mismatch, NOON).unwrap().order
}

fn resolved(order: Order, finding: Finding) -> Order {
    match order.resolve(finding, later(60)).unwrap() {
        Idempotent::Executed(change) => change.order,
        Idempotent::AlreadyApplied(unchanged) => panic!("{:?} was resolved before", unchanged.order),
    }
}

/// A refund whose gateway has refused it for good.
fn refused(order: Order) -> Order {
    answered(order, RefundOutcome::Refused, NOON).order
}

#[test]
fn what_waits_for_a_person_says_what_for_and_since_when() {
    let waiting = mismatched();
    let work = |since| Some(Work { kind: WorkKind::Payment, since, until: None });
    assert_eq!(waiting.work, work(NOON));
    let still = waiting.cancel(later(30)).unwrap().into_inner().order;
    assert_eq!(still.work, work(NOON), "it has been waiting since noon");
    assert_eq!(resolved(still, VOIDED).work, None);
    assert_eq!(paid().work, None);
}

#[test]
fn a_payment_that_was_found_to_be_captured_is_paid_and_posted() {
    let found = resolved(mismatched(), CAPTURED);
    assert_eq!(found.state, OrderState::Paid { at: later(60) });
    assert_eq!(found.captured(), found.totals.total.amount());
    let again = found.clone().resolve(CAPTURED, later(90)).unwrap();
    assert_eq!(again, Idempotent::AlreadyApplied(found.clone().unchanged()));
    assert_eq!(found.resolve(VOIDED, later(90)), Err(OrderRefused), "facts stay");
}

#[test]
fn a_payment_that_was_found_to_be_voided_is_a_definite_no_and_an_orphan_if_that_was_wrong() {
    let found = resolved(mismatched(), VOIDED);
    assert_eq!(found.attempts[0].state, AttemptState::Voided);
    assert!(matches!(found.state, OrderState::PaymentFailed { .. }));
    let orphaned = found.orphan(1, later(90)).unwrap().into_inner().order;
    assert!(orphaned.has_orphan());
}

#[test]
fn nobody_finds_out_what_does_not_wait_for_a_person() {
    assert_eq!(paid().resolve(VOIDED, NOON), Err(OrderRefused));
    let refunding = refunding(paid(), "claim-1", 5);
    for finding in [RefundFinding::Refunded, RefundFinding::NotRefunded] {
        assert_eq!(refunding.clone().resolve(Finding::Refund(1, finding), NOON), Err(OrderRefused));
        assert_eq!(refunding.clone().resolve(Finding::Refund(2, finding), NOON), Err(OrderRefused));
    }
}

#[test]
fn a_refund_that_was_found_to_be_made_is_posted_once() {
    let waiting = refused(refunding(paid(), "claim-1", 5));
    assert_eq!(waiting.work.unwrap().kind, WorkKind::Refund);
    let finding = Finding::Refund(1, RefundFinding::Refunded);
    let found = resolved(waiting, finding);
    assert_eq!((found.refunded(), found.word(), found.work), (5, "partially_refunded", None));
    let again = found.clone().resolve(finding, later(90)).unwrap();
    assert_eq!(again, Idempotent::AlreadyApplied(found.unchanged()));
}

#[test]
fn a_refund_that_an_operator_asked_for_in_vain_can_be_asked_for_again() {
    let total = paid().totals.total;
    let waiting = refused(refunding(paid(), "claim-1", total.amount()));
    assert_eq!(waiting.refundable().unwrap().amount(), 0, "it may have gone back");
    let found = resolved(waiting, Finding::Refund(1, RefundFinding::NotRefunded));
    assert_eq!((found.refundable(), found.open_refund(), found.word()), (Some(total), None, "paid"));
    let again = refunding(found, "claim-2", total.amount());
    assert_eq!(answered(again, RefundOutcome::Refunded, NOON).order.word(), "refunded");
}

#[test]
fn what_must_go_back_is_begun_anew_under_another_key() {
    let waiting = refused(cancel(paid()).order);
    let key =
        |order: &Order, number: usize| order.refund_charge(&order.refunds[number]).unwrap().idempotency_key();
    let found = resolved(waiting, Finding::Refund(1, RefundFinding::NotRefunded));
    assert_eq!(found.refunds[0].state, RefundState::Withdrawn { at: later(60) });
    assert_eq!(found.open_refund().map(|refund| refund.number), Some(2));
    assert!(found.wake.is_some(), "its worker is woken");
    assert_ne!(key(&found, 0), key(&found, 1));
    let back = answered(found, RefundOutcome::Refunded, later(60)).order;
    assert!(matches!(back.state, OrderState::Cancelled { .. }));
    let causes: Vec<_> = back.ledger.postings().iter().map(|posting| posting.cause).collect();
    assert_eq!(causes, [PostingCause::Captured(1), PostingCause::Refunded(2)]);
}

#[test]
fn an_orphan_that_did_not_go_back_goes_back_by_another_refund() {
    let orphaned = resolved(mismatched(), VOIDED).orphan(1, NOON).unwrap().into_inner().order;
    let retry_until = later(10 * 60 * 60);
    let over = orphaned.expire(retry_until).unwrap().order;
    let found = resolved(refused(over), Finding::Refund(1, RefundFinding::NotRefunded));
    assert!(found.has_orphan());
    let back = answered(found, RefundOutcome::Refunded, retry_until).order;
    assert!(!back.has_orphan());
}

#[test]
fn an_event_in_quarantine_is_dismissed_or_received_anew_and_no_other_is() {
    let reason = Quarantine::UnknownOrder;
    let quarantined = received().settle(Settlement::Quarantined { at: NOON, reason }).unwrap();
    let work = Work { kind: WorkKind::Webhook, since: NOON, until: None };
    assert_eq!(quarantined.work(), Some(work));
    let again = quarantined.clone().decide(QuarantineDecision::ApplyAgain, later(60)).unwrap().into_inner();
    assert_eq!((again.state, again.work()), (WebhookState::Received, None));
    assert_eq!(again.wake.map(|wake| wake.at), Some(later(60)));
    let dismissed = quarantined.decide(QuarantineDecision::Dismiss, later(60)).unwrap().into_inner();
    assert_eq!((dismissed.work(), dismissed.wake), (None, None));
    let repeated = dismissed.clone().decide(QuarantineDecision::Dismiss, later(90));
    assert_eq!(repeated, Ok(Idempotent::AlreadyApplied(dismissed.clone())));
    assert_eq!(dismissed.decide(QuarantineDecision::ApplyAgain, later(90)), Err(NotQuarantined));
    assert_eq!(received().decide(QuarantineDecision::Dismiss, later(90)), Err(NotQuarantined));
}

#[test]
fn a_dispute_waits_for_a_person_until_its_gateway_has_decided() {
    let open = disputed(paid(), 5);
    assert_eq!(open.work.map(|work| work.kind), Some(WorkKind::Dispute));
    let won = open.dispute(1, &[seen("dp_1", 5, Some(DisputeDecision::Won))], later(60)).unwrap();
    assert_eq!(won.into_inner().order.work, None);
}
