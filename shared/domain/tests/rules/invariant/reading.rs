use domain::invariant::{Books, ChargeEntry, Invariant, check};
use domain::order::{Order, OrderRecord, PaymentWord, RefundRequest};
use domain::payment::{Decline, DisputeSeen, GatewayName, Outcome, RefundOutcome, Retry};

use crate::samples::{NOON, method, placed};

/// An order that the gateway has begun to charge, and whose answer was this.
fn answered(outcome: Outcome) -> Order {
    let (_, change) = placed(vec![method(GatewayName::Stripe, "tok_visa")]);
    let opened = change.order.record(Outcome::Opened("pi_1".parse().unwrap()), NOON).unwrap();
    opened.order.record(outcome, NOON).unwrap().order
}

fn total(order: &Order) -> i64 {
    order.totals.total.amount()
}

fn entry(order: &Order, captured: i64, refunded: i64) -> ChargeEntry {
    ChargeEntry {
        order_id: order.id.clone(),
        amount: total(order),
        currency: order.totals.total.currency(),
        captured,
        refunded,
        disputes: vec![],
        after_no: false,
    }
}

/// What the shopper of this order reads that is false, while the gateways' book has this.
fn falsehoods(order: &Order, charges: Vec<ChargeEntry>) -> Vec<String> {
    let record = OrderRecord { order: order.clone(), history: vec![] };
    let books = Books { orders: vec![record], charges: Some(charges), ..Books::default() };
    let found = check(&books).into_iter().filter(|found| found.invariant == Invariant::NothingFalse);
    found.map(|found| found.detail).collect()
}

#[test]
fn whoever_reads_that_it_is_paid_has_paid() {
    let paid = answered(Outcome::Captured);
    let total = total(&paid);
    assert_eq!(falsehoods(&paid, vec![entry(&paid, total, 0)]), [""; 0]);
    for entries in [vec![], vec![entry(&paid, 0, 0)], vec![entry(&paid, total, total)]] {
        let told = falsehoods(&paid, entries).remove(0);
        assert!(told.starts_with("its shopper reads `paid` and `captured`"), "{told}");
    }
}

#[test]
fn whoever_reads_of_a_decline_was_not_charged() {
    let decline = Decline { code: "expired_card".to_owned(), retry: Retry::OtherMethod };
    let declined = answered(Outcome::Declined(decline.clone()));
    let charged = entry(&declined, total(&declined), 0);
    assert_eq!(declined.decline_read(), Some(decline));
    assert_eq!(falsehoods(&declined, vec![entry(&declined, 0, 0)]), [""; 0]);
    assert_eq!(falsehoods(&declined, vec![charged.clone()]).len(), 1);
    let found_out_later = ChargeEntry { after_no: true, ..charged };
    assert_eq!(falsehoods(&declined, vec![found_out_later]), [""; 0]);
}

#[test]
fn whoever_has_everything_back_may_have_disputed_it_too() {
    let paid = answered(Outcome::Captured);
    let amount = paid.totals.total;
    let request = RefundRequest { reference: "claim-1".parse().unwrap(), amount, returned: vec![] };
    let asked = paid.refund(request, NOON).unwrap().into_inner().order;
    let claimed = asked.claim_refund(NOON).unwrap().order;
    let refunded = claimed.record_refund(RefundOutcome::Refunded, NOON).unwrap().order;
    let dispute = DisputeSeen { reference: "dp_1".parse().unwrap(), amount, decision: None };
    let disputed = refunded.dispute(1, &[dispute], NOON).unwrap().into_inner().order;
    let total = total(&disputed);
    assert_eq!(disputed.payment_word(), PaymentWord::Refunded);
    assert_eq!(falsehoods(&disputed, vec![entry(&disputed, total, total)]), [""; 0]);
    assert_eq!(falsehoods(&disputed, vec![entry(&disputed, total, 0)]).len(), 1);
}

#[test]
fn whoever_reads_that_it_is_being_confirmed_may_have_paid_once_and_no_more() {
    let unknown = answered(Outcome::Unknown);
    let charged = entry(&unknown, total(&unknown), 0);
    assert_eq!(unknown.payment_word(), PaymentWord::BeingConfirmed);
    assert_eq!(falsehoods(&unknown, vec![]), [""; 0]);
    assert_eq!(falsehoods(&unknown, vec![charged.clone()]), [""; 0]);
    assert_eq!(falsehoods(&unknown, vec![charged.clone(), charged]).len(), 1);
}
