//! What a gateway lists, against the ledger.

use std::time::Duration;

use domain::order::{Ledger, Order, OrderRefused};
use domain::payment::{Decline, DisputeDecision, DisputeWay, GatewayName, Outcome, RefundOutcome, Retry};
use domain::reconciliation::{
    Difference, DifferenceKind, DifferenceSubject, Transfer, TransferKind, Verdict, Window, compare,
    to_be_listed, unlisted,
};
use domain::{Money, Timestamp};
use proptest::prelude::*;

use crate::disputing::{disputed, seen, total};
use crate::ending::{cancel, paid};
use crate::samples::{NOON, method, placed};

/// What the gateway lists for the object `pi_1` of this order.
fn listed(order: &Order, kind: TransferKind) -> Transfer {
    Transfer {
        gateway: GatewayName::Stripe,
        id: "ch_1".parse().unwrap(),
        kind,
        order_id: Some(order.id.clone()),
        reference: Some("pi_1".parse().unwrap()),
        amount: order.totals.total,
        fact: None,
    }
}

fn captured(order: &Order) -> Transfer {
    listed(order, TransferKind::Captured(Some(1)))
}

fn refunded(order: &Order) -> Transfer {
    listed(order, TransferKind::Refunded(Some(1)))
}

/// What is listed of a dispute of this order, by this id: that it took the money, and that it was won.
fn withdrawn(order: &Order, dispute: Option<&str>) -> Transfer {
    let dispute = dispute.map(|id| id.parse().unwrap());
    listed(order, TransferKind::Disputed { attempt: Some(1), dispute })
}

fn reversed(order: &Order, dispute: Option<&str>) -> Transfer {
    let dispute = dispute.map(|id| id.parse().unwrap());
    listed(order, TransferKind::DisputeReversed { attempt: Some(1), dispute })
}

/// The same order once this dispute is won.
fn won(order: Order, dispute: &str) -> Order {
    let seen = [seen(dispute, total(), Some(DisputeDecision::Won))];
    order.dispute(1, &seen, NOON).unwrap().into_inner().order
}

fn opened() -> Order {
    let order = placed(vec![method(GatewayName::Stripe, "tok_visa")]).1.order;
    order.record(Outcome::Opened("pi_1".parse().unwrap()), NOON).unwrap().order
}

fn declined() -> Order {
    let decline = Decline { code: "insufficient_funds".to_owned(), retry: Retry::OtherMethod };
    opened().record(Outcome::Declined(decline), NOON).unwrap().order
}

fn orphaned() -> Order {
    declined().orphan(1, NOON).unwrap().into_inner().order
}

fn another(amount: i64, currency: &str) -> Money {
    Money::new(amount, currency.parse().unwrap()).unwrap()
}

fn differs(order: Option<&Order>, transfer: &Transfer) -> Option<DifferenceKind> {
    match compare(order, transfer) {
        Verdict::Differs(kind) => Some(kind),
        Verdict::Agreed(_)
        | Verdict::InFlight(_)
        | Verdict::Orphan(_)
        | Verdict::Disputed(_)
        | Verdict::DisputedAgain(_) => None,
    }
}

#[test]
fn what_is_posted_agrees_and_says_with_which_posting() {
    let paid = paid();
    assert_eq!(compare(Some(&paid), &captured(&paid)), Verdict::Agreed(1));
    let claimed = cancel(paid).order.claim_refund(NOON).unwrap().order;
    let back = claimed.record_refund(RefundOutcome::Refunded, NOON).unwrap().order;
    assert_eq!(compare(Some(&back), &captured(&back)), Verdict::Agreed(1));
    assert_eq!(compare(Some(&back), &refunded(&back)), Verdict::Agreed(2));
}

#[test]
fn what_is_not_settled_yet_is_no_difference() {
    let authorized = opened().record(Outcome::Authorized, NOON).unwrap().order;
    assert_eq!(compare(Some(&authorized), &captured(&authorized)), Verdict::InFlight(1));
    let going = cancel(paid()).order;
    assert_eq!(compare(Some(&going), &refunded(&going)), Verdict::InFlight(1));
}

#[test]
fn fault_100_what_was_captured_for_a_definite_no_is_an_orphan_until_it_is_noted() {
    let declined = declined();
    assert_eq!(compare(Some(&declined), &captured(&declined)), Verdict::Orphan(1));
    let orphaned = orphaned();
    assert_eq!(compare(Some(&orphaned), &captured(&orphaned)), Verdict::Agreed(1));
    assert_eq!(compare(Some(&orphaned), &refunded(&orphaned)), Verdict::InFlight(1));
}

#[test]
fn fault_100_what_names_no_order_attempt_or_refund_of_ours_differs() {
    let paid = paid();
    assert_eq!(differs(None, &captured(&paid)), Some(DifferenceKind::UnknownOrder));
    let elsewhere = Transfer { reference: Some("pi_2".parse().unwrap()), ..captured(&paid) };
    assert_eq!(differs(Some(&paid), &elsewhere), Some(DifferenceKind::UnknownAttempt));
    let paypal = Transfer { gateway: GatewayName::PayPal, ..captured(&paid) };
    assert_eq!(differs(Some(&paid), &paypal), Some(DifferenceKind::UnknownAttempt));
    for number in [None, Some(2)] {
        let refund = listed(&paid, TransferKind::Refunded(number));
        assert_eq!(differs(Some(&paid), &refund), Some(DifferenceKind::UnknownRefund), "{number:?}");
    }
    let came_back = listed(&paid, TransferKind::RefundFailed(Some(1)));
    assert_eq!(differs(Some(&paid), &came_back), Some(DifferenceKind::RefundFailed));
    let never_came = listed(&paid, TransferKind::CaptureFailed(Some(1)));
    assert_eq!(differs(Some(&paid), &never_came), Some(DifferenceKind::CaptureFailed));
}

#[test]
fn a_list_that_names_no_object_is_believed_about_the_attempt_that_it_names() {
    let paid = paid();
    assert_eq!(compare(Some(&paid), &Transfer { reference: None, ..captured(&paid) }), Verdict::Agreed(1));
    let unnamed = Transfer { reference: None, ..listed(&paid, TransferKind::Captured(None)) };
    assert_eq!(differs(Some(&paid), &unnamed), Some(DifferenceKind::UnknownAttempt));
}

#[test]
fn fault_72_another_amount_or_currency_differs_whatever_is_posted() {
    let paid = paid();
    let total = paid.totals.total.amount();
    for amount in [another(total - 1, "EUR"), another(total, "USD")] {
        let transfer = Transfer { amount, ..captured(&paid) };
        assert_eq!(differs(Some(&paid), &transfer), Some(DifferenceKind::Amount), "{amount}");
    }
}

#[test]
fn fault_100_a_posting_that_was_taken_away_or_changed_differs() {
    let paid = paid();
    let forgotten = Order { ledger: Ledger::default(), ..paid.clone() };
    assert_eq!(differs(Some(&forgotten), &captured(&paid)), Some(DifferenceKind::NotPosted));
    let mut postings = paid.ledger.postings().to_vec();
    postings[0].amount = another(1, "EUR");
    let changed = Order { ledger: Ledger::of(postings), ..paid.clone() };
    assert_eq!(differs(Some(&changed), &captured(&paid)), Some(DifferenceKind::Amount));
}

#[test]
fn fault_100_a_posting_that_its_gateway_does_not_list_is_found() {
    let paid = paid();
    let missing = |gateway, listed: &[u32]| {
        let listed = listed.to_vec();
        unlisted(&paid, gateway, move |number| listed.contains(&number)).count()
    };
    assert_eq!(missing(GatewayName::Stripe, &[]), 1);
    assert_eq!(missing(GatewayName::Stripe, &[1]), 0);
    assert_eq!(missing(GatewayName::PayPal, &[]), 0, "it was not paid there");
}

#[test]
fn a_dispute_that_is_known_agrees_and_so_does_its_end() {
    let open = disputed(paid(), total());
    for id in [Some("dp_1"), None] {
        assert_eq!(compare(Some(&open), &withdrawn(&open, id)), Verdict::Agreed(2), "{id:?}");
        let over = won(open.clone(), "dp_1");
        assert_eq!(compare(Some(&over), &withdrawn(&over, id)), Verdict::Agreed(2), "{id:?}");
        assert_eq!(compare(Some(&over), &reversed(&over, id)), Verdict::Agreed(3), "{id:?}");
    }
}

#[test]
fn fault_79_a_dispute_that_is_not_known_or_not_as_won_is_to_be_asked_about() {
    let paid = paid();
    let open = disputed(paid.clone(), total());
    for id in [Some("dp_1"), None] {
        assert_eq!(compare(Some(&paid), &withdrawn(&paid, id)), Verdict::Disputed(1), "{id:?}");
        assert_eq!(compare(Some(&open), &reversed(&open, id)), Verdict::Disputed(1), "{id:?}");
    }
    assert_eq!(compare(Some(&open), &withdrawn(&open, Some("dp_2"))), Verdict::Disputed(1));
    let part = Transfer { amount: another(total() - 1, "EUR"), ..withdrawn(&open, None) };
    assert_eq!(
        compare(Some(&open), &part),
        Verdict::Disputed(1),
        "without an id, the amount tells them apart"
    );
    let authorized = opened().record(Outcome::Authorized, NOON).unwrap().order;
    assert_eq!(compare(Some(&authorized), &withdrawn(&authorized, None)), Verdict::Disputed(1));
}

#[test]
fn two_disputes_of_the_same_money_are_told_apart_by_their_ids() {
    let again = [seen("dp_2", total(), None)];
    let twice = won(disputed(paid(), total()), "dp_1").dispute(1, &again, NOON).unwrap().into_inner().order;
    assert_eq!(compare(Some(&twice), &withdrawn(&twice, Some("dp_2"))), Verdict::Agreed(4));
    assert_eq!(compare(Some(&won(twice, "dp_2")), &reversed(&paid(), Some("dp_2"))), Verdict::Agreed(5));
}

#[test]
fn a_listed_dispute_without_an_id_stands_for_one_posting_and_that_for_no_other() {
    let first = withdrawn(&paid(), None);
    let second = Transfer { id: "ch_2".parse().unwrap(), ..first.clone() };
    let open = disputed(paid(), total());
    assert_eq!(to_be_listed(&open, &first), Some((1, DisputeWay::Withdrawn)));
    let change = open.clone().list_dispute(1, DisputeWay::Withdrawn, &first.id, NOON).unwrap();
    let listed = change.order;
    assert_eq!((to_be_listed(&listed, &first), to_be_listed(&listed, &second)), (None, None));
    assert_eq!(compare(Some(&listed), &first), Verdict::Agreed(2));
    assert_eq!(compare(Some(&listed), &second), Verdict::DisputedAgain(1));
    assert_eq!(listed.clone().list_dispute(1, DisputeWay::Withdrawn, &second.id, NOON), Err(OrderRefused));

    let again = [seen("dp_2", total(), None)];
    let twice = won(listed, "dp_1").dispute(1, &again, NOON).unwrap().into_inner().order;
    assert_eq!(compare(Some(&twice), &first), Verdict::Agreed(2));
    assert_eq!(compare(Some(&twice), &second), Verdict::Agreed(4));
    assert_eq!(to_be_listed(&twice, &second), Some((2, DisputeWay::Withdrawn)));
    assert_eq!(to_be_listed(&twice, &reversed(&twice, None)), Some((1, DisputeWay::Reversed)));
    assert_eq!(to_be_listed(&twice, &withdrawn(&twice, Some("dp_2"))), None, "its id says which it is");
}

#[test]
fn fault_72_a_dispute_of_another_amount_than_is_posted_differs() {
    let open = disputed(paid(), total());
    let part = Transfer { amount: another(total() - 1, "EUR"), ..withdrawn(&open, Some("dp_1")) };
    assert_eq!(differs(Some(&open), &part), Some(DifferenceKind::Amount));
}

#[test]
fn fault_100_a_dispute_of_no_order_or_attempt_of_ours_differs() {
    let paid = paid();
    assert_eq!(differs(None, &withdrawn(&paid, None)), Some(DifferenceKind::UnknownOrder));
    let elsewhere = Transfer { reference: Some("pi_2".parse().unwrap()), ..withdrawn(&paid, None) };
    assert_eq!(differs(Some(&paid), &elsewhere), Some(DifferenceKind::UnknownAttempt));
    let paypal = Transfer { gateway: GatewayName::PayPal, ..reversed(&paid, None) };
    assert_eq!(differs(Some(&paid), &paypal), Some(DifferenceKind::UnknownAttempt));
}

#[test]
fn a_dispute_that_names_no_attempt_is_of_the_one_that_has_taken_the_money() {
    let unnamed = |order: &Order| {
        let kind = TransferKind::Disputed { attempt: None, dispute: None };
        Transfer { reference: None, ..listed(order, kind) }
    };
    for taken in [paid(), orphaned()] {
        assert_eq!(compare(Some(&taken), &unnamed(&taken)), Verdict::Disputed(1));
    }
    let declined = declined();
    assert_eq!(differs(Some(&declined), &unnamed(&declined)), Some(DifferenceKind::UnknownAttempt));
    let paid = paid();
    let paypal = Transfer { gateway: GatewayName::PayPal, ..unnamed(&paid) };
    assert_eq!(differs(Some(&paid), &paypal), Some(DifferenceKind::UnknownAttempt));
}

#[test]
fn a_difference_that_is_found_again_has_the_same_key() {
    let paid = paid();
    let kind = DifferenceKind::UnknownRefund;
    let later = NOON.plus(Duration::from_secs(3_600));
    let first = Difference::of_transfer(&refunded(&paid), kind, NOON);
    assert_eq!(first.key, Difference::of_transfer(&refunded(&paid), kind, later).key);
    assert_ne!(first.key, Difference::of_transfer(&refunded(&paid), DifferenceKind::Amount, NOON).key);
    let posting = &paid.ledger.postings()[0];
    let second = Difference::of_posting(&paid.id, posting, NOON);
    assert_eq!(second.key, Difference::of_posting(&paid.id, posting, later).key);
    assert_eq!(second.key.subject, DifferenceSubject::Posting(paid.id.clone(), 1));
}

#[test]
fn a_kind_of_difference_is_known_by_its_word() {
    for kind in DifferenceKind::ALL {
        assert_eq!(DifferenceKind::named(kind.as_str()), Some(kind));
    }
    assert_eq!(DifferenceKind::named("another"), None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_last_complete_window_is_complete_and_the_next_one_is_not(
        millis in 0_i64..4_000_000_000_000,
        lag in 0_u64..50_000,
    ) {
        let (now, lag) = (Timestamp::from_millis(millis), Duration::from_secs(lag));
        let window = Window::last_complete(lag, now);
        prop_assert!(window.is_complete(lag, now));
        prop_assert!(!Window::from(window.ends_at()).is_complete(lag, now));
        prop_assert_eq!(window.begins_at().as_millis() % 1_000, 0);
        prop_assert!(window.contains(window.begins_at()) && !window.contains(window.ends_at()));
    }
}
