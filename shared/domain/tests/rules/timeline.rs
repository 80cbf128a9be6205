//! What happened to an order, as its history and its ledger tell it.

use domain::invariant::{Invariant, check_record};
use domain::order::{AuditEntry, Ledger, Order, OrderRecord, PostingCause};
use domain::payment::{GatewayName, Outcome, RefundOutcome};

use crate::samples::{NOON, method, placed};

/// An order that was paid, and cancelled with everything given back.
fn given_back() -> OrderRecord {
    let placed = placed(vec![method(GatewayName::Stripe, "tok_visa")]).1;
    let mut history = vec![placed.audit_entry()];
    let mut written = |order: Order| {
        history.push(AuditEntry::of(&order));
        order
    };
    let opened = written(placed.order.record(Outcome::Opened("pi_1".parse().unwrap()), NOON).unwrap().order);
    let paid = written(opened.record(Outcome::Captured, NOON).unwrap().order);
    let cancelled = written(paid.cancel(NOON).unwrap().into_inner().order);
    let claimed = written(cancelled.claim_refund(NOON).unwrap().order);
    let order = written(claimed.record_refund(RefundOutcome::Refunded, NOON).unwrap().order);
    OrderRecord { order, history }
}

#[test]
fn a_timeline_has_each_write_with_the_money_that_it_moved() {
    let record = given_back();
    let told = record.timeline().into_iter().map(|step| {
        let causes: Vec<PostingCause> = step.postings.iter().map(|posting| posting.cause).collect();
        (step.entry.state, causes)
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            ("pending_payment", vec![]),
            ("pending_payment", vec![]),
            ("paid", vec![PostingCause::Captured(1)]),
            ("paid", vec![]),
            ("paid", vec![]),
            ("cancelled", vec![PostingCause::Refunded(1)]),
        ]
    );
    assert_eq!(check_record(&record), []);
}

#[test]
fn a_record_that_somebody_has_changed_shows_it() {
    type Change = fn(&mut OrderRecord);
    let changes: [(Change, Invariant); 5] = [
        (|record| drop(record.history.remove(3)), Invariant::AuditComplete),
        (|record| drop(record.history.pop()), Invariant::AuditComplete),
        (|record| record.history[5].state = "paid", Invariant::AuditComplete),
        (
            |record| record.order.ledger = Ledger::of(record.order.ledger.postings()[..1].to_vec()),
            Invariant::MoneyConserved,
        ),
        (
            |record| {
                let mut postings = record.order.ledger.postings().to_vec();
                postings[1].version -= 1;
                record.order.ledger = Ledger::of(postings);
            },
            Invariant::MoneyConserved,
        ),
    ];
    for (change, expected) in changes {
        let mut record = given_back();
        change(&mut record);
        let found: Vec<Invariant> =
            check_record(&record).iter().map(|violation| violation.invariant).collect();
        assert_eq!(found, [expected]);
    }
}
