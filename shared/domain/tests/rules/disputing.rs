//! Money that a shopper demands back over the shop's head.

use domain::invariant::{Books, Invariant, check_change};
use domain::order::{
    Account, DisputeRefused, HoldsChange, Order, OrderChange, OrderRecord, OrderState, PostingCause,
    RefundRefused,
};
use domain::payment::{
    Decline, Dispute, DisputeDecision, DisputeSeen, DisputeState, DisputeWay, GatewayName, Outcome, Refund,
    RefundCause, RefundOutcome, RefundReview, RefundState, RefundStep, Retry,
};
use domain::{Idempotent, Money, Timestamp};

use crate::ending::{answered, asked, cancel, later, new_order, paid, refunding};
use crate::samples::{NOON, method, placed};

pub(crate) fn total() -> i64 {
    paid().totals.total.amount()
}

/// A dispute of so much, as the gateway shows it.
pub(crate) fn seen(reference: &str, amount: i64, decision: Option<DisputeDecision>) -> DisputeSeen {
    let amount = Money::new(amount, paid().totals.total.currency()).unwrap();
    DisputeSeen { reference: reference.parse().unwrap(), amount, decision }
}

fn shown(order: Order, disputes: &[DisputeSeen]) -> OrderChange {
    match order.dispute(1, disputes, later()).unwrap() {
        Idempotent::Executed(change) => change,
        Idempotent::AlreadyApplied(unchanged) => panic!("nothing is new: {:?}", unchanged.order.disputes),
    }
}

pub(crate) fn disputed(order: Order, amount: i64) -> Order {
    shown(order, &[seen("dp_1", amount, None)]).order
}

pub(crate) fn decided(order: Order, amount: i64, decision: DisputeDecision) -> OrderChange {
    shown(order, &[seen("dp_1", amount, Some(decision))])
}

fn wake_at(order: &Order) -> Option<Timestamp> {
    order.wake.map(|wake| wake.at)
}

fn balances(order: &Order) -> [i64; 3] {
    [Account::Receivable, Account::Disputes, Account::Losses].map(|account| order.ledger.balance(account))
}

#[test]
fn fault_79_a_dispute_that_is_opened_and_won_is_two_entries_and_leaves_everything_as_it_was() {
    let open = disputed(paid(), total());
    assert_eq!((open.word(), balances(&open)), ("disputed", [0, total(), 0]));
    let won = decided(open, total(), DisputeDecision::Won).order;
    assert_eq!((won.word(), balances(&won)), ("paid", [total(), 0, 0]));
    let causes: Vec<PostingCause> = won.ledger.postings().iter().map(|posting| posting.cause).collect();
    assert_eq!(
        causes,
        [PostingCause::Captured(1), PostingCause::DisputeOpened(1), PostingCause::DisputeWon(1)]
    );
    assert!(won.ledger.is_sealed(&won.id));
}

#[test]
fn fault_79_a_dispute_that_is_lost_is_a_loss_and_no_refund() {
    let lost = decided(paid(), total(), DisputeDecision::Lost);
    assert_eq!((lost.order.word(), balances(&lost.order)), ("disputed", [0, 0, total()]));
    assert_eq!((lost.order.refunded(), lost.holds), (0, None), "the units stay where they are");
    assert_eq!(lost.order.ledger.postings().len(), 3, "that it was opened is an entry of its own");
}

#[test]
fn fault_79_what_was_decided_stays_so_whatever_is_told_late() {
    for decision in [DisputeDecision::Won, DisputeDecision::Lost] {
        let order = decided(paid(), total(), decision).order;
        for late in [None, Some(DisputeDecision::Won), Some(DisputeDecision::Lost)] {
            let again = order.clone().dispute(1, &[seen("dp_1", total(), late)], later()).unwrap();
            assert!(again.is_replay(), "{late:?} after {decision:?}");
            assert_eq!(again.into_inner().order, order);
        }
        assert!(order.clone().dispute(1, &[], later()).unwrap().is_replay(), "nothing is forgotten");
    }
}

#[test]
fn fault_79_an_open_dispute_is_looked_at_again_although_nobody_tells_of_its_end() {
    let open = disputed(paid(), total());
    let then = later().plus(Dispute::LOOK_AGAIN);
    assert_eq!((open.dispute_due(later()), open.dispute_due(then)), (None, Some(1)));
    let won = decided(open, total(), DisputeDecision::Won).order;
    assert_eq!((won.wake, won.dispute_due(then)), (None, None));
}

#[test]
fn what_a_gateway_says_against_a_decision_is_noticed() {
    let order = decided(paid(), total(), DisputeDecision::Won).order;
    let contradicted = |amount, decision| order.contradicted(1, &[seen("dp_1", amount, decision)]).is_some();
    assert!(!contradicted(total(), Some(DisputeDecision::Won)));
    assert!(!contradicted(total(), None), "that is only late");
    assert!(contradicted(total(), Some(DisputeDecision::Lost)));
    assert!(contradicted(total() - 1, None));
}

#[test]
fn fault_79_nothing_goes_back_while_a_dispute_is_open_and_what_was_lost_never_does() {
    let open = disputed(paid(), 1_000);
    assert_eq!(open.clone().refund(asked("claim-1", 1), NOON), Err(RefundRefused::Disputed));
    let lost = decided(open, 1_000, DisputeDecision::Lost).order;
    let left = Money::new(total() - 1_000, lost.totals.total.currency()).unwrap();
    assert_eq!(lost.refundable(), Some(left));
    let more = lost.clone().refund(asked("claim-1", left.amount() + 1), NOON);
    assert_eq!(more, Err(RefundRefused::TooMuch { left }));
    let back = answered(refunding(lost, "claim-1", left.amount()), RefundOutcome::Refunded, NOON).order;
    assert_eq!((back.word(), back.refunded(), back.lost()), ("disputed", left.amount(), 1_000));
}

#[test]
fn fault_79_a_refund_that_was_not_sent_waits_for_the_end_of_the_dispute() {
    let open = disputed(refunding(paid(), "claim-1", 500), total());
    assert_eq!(
        (open.next_refund_step(later()), wake_at(&open)),
        (None, Some(later().plus(Dispute::LOOK_AGAIN)))
    );
    assert!(open.clone().claim_refund(later()).is_err());
    let won = decided(open, total(), DisputeDecision::Won).order;
    assert_eq!(won.next_refund_step(later()), Some(RefundStep::Claim));
    assert_eq!(won.wake.unwrap().at, later());
    assert_eq!(won.refunds[0].started_at, later(), "its age counts anew");
}

#[test]
fn fault_79_a_refund_that_a_lost_dispute_leaves_no_money_for_is_withdrawn() {
    let open = disputed(refunding(refunding(paid(), "claim-1", 500), "claim-2", 500), total() - 500);
    let lost = decided(open, total() - 500, DisputeDecision::Lost).order;
    let states: Vec<_> = lost.refunds.iter().map(|refund| refund.state.word()).collect();
    assert_eq!(states, ["ready to refund", "refund withdrawn"], "the older one fits");
    let back = answered(lost, RefundOutcome::Refunded, later()).order;
    assert!(back.is_final());
    assert_eq!(balances(&back), [0, 0, total() - 500]);
}

#[test]
fn fault_79_a_cancelled_order_whose_dispute_is_lost_is_over_and_its_units_are_for_sale() {
    let open = disputed(cancel(paid()).order, total());
    assert_eq!(open.word(), "disputed");
    let lost = decided(open, total(), DisputeDecision::Lost);
    assert!(matches!(lost.order.state, OrderState::Cancelled { .. }));
    assert_eq!(lost.holds, Some(HoldsChange::TakenBack(lost.order.holds.clone())));
    assert!(lost.order.refunds[0].is_withdrawn());
}

#[test]
fn fault_79_what_a_cancel_gives_back_is_what_a_lost_dispute_has_left() {
    let open = disputed(cancel(paid()).order, 1_000);
    let lost = decided(open, 1_000, DisputeDecision::Lost).order;
    let refunds: Vec<_> =
        lost.refunds.iter().map(|refund| (refund.amount.amount(), refund.is_withdrawn())).collect();
    assert_eq!(refunds, [(total(), true), (total() - 1_000, false)]);
    let over = answered(lost, RefundOutcome::Refunded, later());
    let everything = HoldsChange::TakenBack(over.order.holds.clone());
    assert_eq!((over.order.word(), over.holds), ("cancelled", Some(everything)));
}

#[test]
fn fault_79_a_refund_in_doubt_is_looked_up_and_not_sent_again_while_its_money_is_disputed() {
    let unknown = answered(refunding(paid(), "claim-1", 500), RefundOutcome::Unknown, NOON).order;
    assert_eq!(unknown.next_refund_step(NOON), Some(RefundStep::Claim));
    let open = disputed(unknown, total() - 500);
    assert_eq!(open.next_refund_step(NOON), Some(RefundStep::LookUp));
    assert!(open.wake.is_some(), "somebody looks");
    let found = open.record_refund_look_up(RefundOutcome::Refunded, later()).unwrap().order;
    assert_eq!((found.word(), found.refunded()), ("disputed", 500));
}

#[test]
fn fault_79_a_refund_that_the_gateway_refuses_for_a_dispute_is_asked_for_again_later() {
    let refused = answered(refunding(paid(), "claim-1", 500), RefundOutcome::Disputed, NOON).order;
    assert!(refused.refunds[0].is_unsent());
    assert_eq!(refused.wake.unwrap().at, NOON.plus(Refund::DISPUTED_PAUSE), "we may not know of it yet");
    let open = disputed(refused, total());
    assert_eq!(wake_at(&open), Some(later().plus(Dispute::LOOK_AGAIN)));
    let lost = decided(open, total(), DisputeDecision::Lost).order;
    assert!(lost.refunds[0].is_withdrawn());
}

#[test]
fn a_refund_that_is_refused_for_a_dispute_for_more_than_a_day_although_none_is_open_is_a_persons_business() {
    let lost = decided(refunding(paid(), "claim-1", 500), 1_000, DisputeDecision::Lost).order;
    assert_eq!(lost.next_refund_step(later()), Some(RefundStep::Claim), "there is money left for it");
    let refused = answered(lost, RefundOutcome::Disputed, later()).order;
    let in_a_day = later().plus(Refund::DISPUTED_AGE);
    let review = answered(refused, RefundOutcome::Disputed, in_a_day).order;
    assert_eq!(
        (review.refunds[0].state, review.wake),
        (RefundState::ManualReview(RefundReview::Disputed), None)
    );
}

#[test]
fn a_refund_that_is_refused_after_its_dispute_was_lost_is_withdrawn() {
    let claimed = cancel(paid()).order.claim_refund(NOON).unwrap().order;
    let lost = decided(claimed, total(), DisputeDecision::Lost).order;
    assert!(matches!(lost.refunds[0].state, RefundState::Sending { .. }), "its answer is outstanding");
    let over = lost.record_refund(RefundOutcome::Disputed, later()).unwrap();
    assert!(over.order.refunds[0].is_withdrawn());
    let everything = HoldsChange::TakenBack(over.order.holds.clone());
    assert_eq!((over.order.word(), over.holds), ("cancelled", Some(everything)));
}

#[test]
fn fault_79_money_that_came_after_a_no_can_be_disputed_too_and_is_then_owed_to_nobody() {
    let order = placed(vec![method(GatewayName::Stripe, "tok_visa")]).1.order;
    let opened = order.record(Outcome::Opened("pi_1".parse().unwrap()), NOON).unwrap().order;
    let decline = Decline { code: "declined".to_owned(), retry: Retry::OtherMethod };
    let failed = opened.record(Outcome::Declined(decline), NOON).unwrap().order;
    assert_eq!(failed.clone().dispute(1, &[], NOON), Err(DisputeRefused::NotCaptured));
    let wake = failed.wake;
    let orphaned = failed.orphan(1, NOON).unwrap().into_inner().order;
    let lost = decided(orphaned, total(), DisputeDecision::Lost).order;
    assert_eq!((lost.word(), lost.wake), ("payment_failed", wake), "the order goes on without it");
    assert_eq!(Account::ALL.map(|account| lost.ledger.balance(account)), [0; 6]);
    assert_eq!(lost.refunds[0].cause, RefundCause::Orphaned(1));
    assert!(!lost.has_orphan());
}

#[test]
fn what_is_not_about_what_was_charged_is_refused() {
    assert_eq!(new_order().dispute(1, &[], NOON), Err(DisputeRefused::NotCaptured));
    assert_eq!(paid().dispute(2, &[], NOON), Err(DisputeRefused::NotCaptured));
    let dollars = Money::new(5, "USD".parse().unwrap()).unwrap();
    for seen in [seen("dp_1", 0, None), DisputeSeen { amount: dollars, ..seen("dp_1", 5, None) }] {
        assert_eq!(paid().dispute(1, &[seen], NOON), Err(DisputeRefused::OtherMoney));
    }
}

#[test]
fn a_dispute_that_was_undone_and_a_refund_that_began_in_it_are_caught() {
    let books = |order: &Order| Books {
        orders: vec![OrderRecord { order: order.clone(), history: vec![] }],
        ..Books::default()
    };
    let caught = |before: &Order, after: &Order| {
        let found = check_change(&books(before), &books(after));
        found.into_iter().map(|violation| violation.invariant).collect::<Vec<_>>()
    };
    let refunding = refunding(paid(), "claim-1", 500);
    let open = disputed(refunding.clone(), total());
    let claimed = Order {
        refunds: refunding.claim_refund(later()).unwrap().order.refunds,
        version: open.version + 1,
        ..open.clone()
    };
    assert_eq!(caught(&open, &claimed), [Invariant::MoneyConserved]);
    let lost = decided(open.clone(), total(), DisputeDecision::Lost).order;
    assert_eq!(caught(&open, &lost), []);
    let mut reopened = Order { version: lost.version + 1, ..lost.clone() };
    reopened.disputes[0].state = DisputeState::Open;
    assert_eq!(caught(&lost, &reopened), [Invariant::FactsStay]);
    let listed = lost.clone().list_dispute(1, DisputeWay::Withdrawn, &"txn_1".parse().unwrap(), later());
    let listed = listed.unwrap().order;
    assert_eq!(caught(&lost, &listed), []);
    let forgotten = Order { version: listed.version + 1, disputes: lost.disputes.clone(), ..listed.clone() };
    assert_eq!(caught(&listed, &forgotten), [Invariant::FactsStay]);
    reopened.disputes.clear();
    assert_eq!(caught(&lost, &reopened), [Invariant::FactsStay]);
}

#[test]
fn a_cancelled_order_gives_back_what_a_lost_dispute_has_left_whatever_was_to_go_back_of_it_before() {
    let all = total();
    let both = cancel(disputed(refunding(paid(), "claim-1", 2_814), 3_184)).order;
    let lost = decided(both, 3_184, DisputeDecision::Lost).order;
    let open = lost.open_refund().unwrap();
    assert_eq!((&open.cause, open.amount.amount()), (&RefundCause::Cancelled, all - 3_184));
    let over = answered(lost, RefundOutcome::Refunded, later()).order;
    assert!(matches!(over.state, OrderState::Cancelled { .. }));
}
