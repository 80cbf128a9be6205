//! What moved because of an order, as double entries.

use domain::order::{Account, Ledger, Order, Posting, PostingCause, Seal};
use domain::payment::{GatewayName, RefundOutcome};
use proptest::prelude::*;

use crate::ending::{cancel, paid};
use crate::samples::NOON;

/// An order that was paid, and cancelled with everything given back.
fn given_back() -> Order {
    let claimed = cancel(paid()).order.claim_refund(NOON).unwrap().order;
    claimed.record_refund(RefundOutcome::Refunded, NOON).unwrap().order
}

#[test]
fn what_moved_is_posted_once_with_the_write_that_learned_it() {
    let order = given_back();
    let causes: Vec<PostingCause> = order.ledger.postings().iter().map(|posting| posting.cause).collect();
    assert_eq!(causes, [PostingCause::Captured(1), PostingCause::Refunded(1)]);
    assert_eq!(order.ledger.added_by(order.version).count(), 1);
    assert!(order.ledger.is_sealed(&order.id));
    let total = order.totals.total.amount();
    assert_eq!((order.captured(), order.refunded()), (total, total));
    assert_eq!(order.ledger.balance(Account::Receivable), 0);
}

#[test]
fn the_accounts_of_a_ledger_always_add_up_to_nothing() {
    for order in [paid(), given_back()] {
        let sum: i64 = Account::ALL.into_iter().map(|account| order.ledger.balance(account)).sum();
        assert_eq!(sum, 0);
    }
}

/// Every part of a posting that somebody could change.
fn tampered(posting: &Posting, part: usize) -> Posting {
    let mut posting = posting.clone();
    match part {
        0 => posting.number += 1,
        1 => posting.version += 1,
        2 => posting.at = posting.at.plus(std::time::Duration::from_millis(1)),
        3 => posting.cause = PostingCause::Orphaned(9),
        4 => posting.gateway = GatewayName::PayPal,
        5 => posting.amount = domain::Money::new(1, posting.amount.currency()).unwrap(),
        _ => posting.seal = other_seal(),
    }
    posting
}

fn other_seal() -> Seal {
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_posting_that_was_changed_breaks_the_seal(part in 0_usize..7, place in 0_usize..2) {
        let order = given_back();
        let mut postings = order.ledger.postings().to_vec();
        postings[place] = tampered(&postings[place], part);
        prop_assert!(!Ledger::of(postings).is_sealed(&order.id));
    }
}

#[test]
fn a_posting_that_was_removed_moved_or_taken_from_another_order_breaks_the_seal() {
    let order = given_back();
    let [first, second] = order.ledger.postings() else { panic!("{:?}", order.ledger) };
    assert!(!Ledger::of(vec![second.clone()]).is_sealed(&order.id));
    assert!(!Ledger::of(vec![second.clone(), first.clone()]).is_sealed(&order.id));
    assert!(!order.ledger.is_sealed(&crate::samples::request("another").order_id()));
}

#[test]
fn text_that_is_no_digest_is_no_seal() {
    for text in ["", "AAAA", "not base64!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert!(text.parse::<Seal>().is_err(), "{text}");
    }
}
