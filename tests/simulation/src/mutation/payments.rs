use std::sync::{Mutex, PoisonError};

use application::ChangeError;
use domain::OrderId;
use domain::order::{HoldsChange, Ledger, Order, OrderChange, OrderRecord, OrderState, Posting};
use domain::payment::{
    Attempt, AttemptState, Charge, Decline, Operation, Outcome, RefundCharge, RefundOutcome, Retry,
};
use domain::stock::HoldMove;
use memory::Store;

use super::boxed;
use crate::bank::Asked;
use crate::conduct::{Conduct, Honest, Invoked};

fn a_no() -> Outcome {
    Outcome::Declined(Decline { code: "gave_up".to_owned(), retry: Retry::SameMethod })
}

/// A conduct that concludes something else from the gateway's answers.
struct Hears {
    honest: Honest,
    hear: fn(Asked, Outcome) -> Outcome,
}

impl Conduct for Hears {
    fn store(&self) -> &Store {
        self.honest.store()
    }

    fn heard(&self, asked: Asked, outcome: Outcome) -> Outcome {
        (self.hear)(asked, outcome)
    }
}

fn hears(hear: fn(Asked, Outcome) -> Outcome) -> Box<dyn Conduct> {
    boxed(Hears { honest: Honest::default(), hear })
}

pub(super) fn received_is_done() -> Box<dyn Conduct> {
    hears(|asked, outcome| match (asked, outcome) {
        (Asked::Change(Operation::Capture), Outcome::Received) => Outcome::Captured,
        (_, outcome) => outcome,
    })
}

pub(super) fn risk_unheard() -> Box<dyn Conduct> {
    hears(|asked, outcome| match (asked, outcome) {
        (_, Outcome::AuthorizedAtRisk(_)) => Outcome::Authorized,
        (_, outcome) => outcome,
    })
}

pub(super) fn invalid_is_no() -> Box<dyn Conduct> {
    hears(|asked, outcome| match (asked, outcome) {
        (Asked::Change(Operation::Complete), Outcome::Invalid(no)) => Outcome::Declined(no),
        (_, outcome) => outcome,
    })
}

pub(super) fn time_out_is_no() -> Box<dyn Conduct> {
    hears(|asked, outcome| match (asked, outcome) {
        (Asked::Change(Operation::Confirm), Outcome::Unknown) => a_no(),
        (_, outcome) => outcome,
    })
}

pub(super) fn not_found_is_no() -> Box<dyn Conduct> {
    hears(|asked, outcome| match (asked, outcome) {
        (Asked::LookUp, Outcome::Unknown) => a_no(),
        (_, outcome) => outcome,
    })
}

pub(super) fn look_up_not_sent_is_no() -> Box<dyn Conduct> {
    hears(|asked, outcome| match (asked, outcome) {
        (Asked::LookUp, Outcome::NotSent | Outcome::Rejected) => a_no(),
        (_, outcome) => outcome,
    })
}

/// That no byte left now says nothing about an earlier try.
pub(super) fn not_sent_this_time_is_no() -> Box<dyn Conduct> {
    hears(|asked, outcome| match (asked, outcome) {
        (Asked::Change(Operation::Confirm), Outcome::NotSent) => a_no(),
        (_, outcome) => outcome,
    })
}

pub(super) fn asked_void_is_done() -> Box<dyn Conduct> {
    hears(|asked, outcome| match (asked, outcome) {
        (Asked::Change(Operation::Void), Outcome::Unknown) => Outcome::Voided,
        (_, outcome) => outcome,
    })
}

#[derive(Default)]
struct FreshKeys {
    honest: Honest,
    used: Mutex<u64>,
}

impl Conduct for FreshKeys {
    fn store(&self) -> &Store {
        self.honest.store()
    }

    fn key(&self, _: Invoked, charge: &Charge, operation: Operation) -> String {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        *used = used.saturating_add(1);
        format!("{}:{used}", charge.idempotency_key(operation))
    }

    fn confirms_anew(&self) -> bool {
        true
    }
}

pub(super) fn fresh_keys() -> Box<dyn Conduct> {
    boxed(FreshKeys::default())
}

/// A conduct that shows orders otherwise than they are.
struct Shows {
    honest: Honest,
    show: fn(Attempt) -> Attempt,
}

impl Conduct for Shows {
    fn store(&self) -> &Store {
        self.honest.store()
    }

    fn order(&self, by: Invoked, id: &OrderId) -> Option<Order> {
        let mut order = self.honest.order(by, id)?;
        let last = order.attempts.pop().map(self.show);
        order.attempts.extend(last);
        Some(order)
    }
}

/// Whoever finds a claimed confirm takes its worker for gone, and its call for never made.
pub(super) fn lease_is_safety() -> Box<dyn Conduct> {
    let show = |attempt: Attempt| {
        if !matches!(attempt.state, AttemptState::Sending { operation: Operation::Confirm, .. }) {
            return attempt;
        }
        let state = AttemptState::Ready { operation: Operation::Confirm, tries: 0 };
        Attempt { state, undoubted: true, ..attempt }
    };
    boxed(Shows { honest: Honest::default(), show })
}

/// Whoever finds a complete in doubt takes the shopper for one who never came back.
pub(super) fn result_forgotten() -> Box<dyn Conduct> {
    let show = |attempt: Attempt| {
        if !matches!(attempt.state, AttemptState::Unknown { operation: Operation::Complete, .. }) {
            return attempt;
        }
        let until = attempt.started_at.plus(Attempt::ACTION_TIME);
        let state = AttemptState::RequiresAction { url: String::new(), until, tries: 0 };
        Attempt { state, undoubted: true, ..attempt }
    };
    boxed(Shows { honest: Honest::default(), show })
}

/// Writes what a change makes of its order, whatever stands there. Holds are as the store moves them.
fn overwrite(store: &Store, change: &OrderChange) {
    let earlier = store.books(None).orders.into_iter().find(|record| record.order.id == change.order.id);
    let mut history = earlier.map(|record| record.history).unwrap_or_default();
    history.push(change.audit_entry());
    store.overwrite_order(OrderRecord { order: change.order.clone(), history });
}

#[derive(Default)]
struct UnversionedRecord(Honest);

impl Conduct for UnversionedRecord {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn record(&self, by: Invoked, change: &OrderChange) -> Result<(), ChangeError> {
        if change.holds.is_some() {
            return self.0.record(by, change);
        }
        overwrite(self.store(), change);
        Ok(())
    }
}

pub(super) fn unversioned_record() -> Box<dyn Conduct> {
    boxed(UnversionedRecord::default())
}

/// A claim that does not show: whoever looks meanwhile finds the call still to be made.
#[derive(Default)]
struct SentBeforeClaimed(Honest);

impl Conduct for SentBeforeClaimed {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn record(&self, by: Invoked, change: &OrderChange) -> Result<(), ChangeError> {
        let mut unclaimed = change.clone();
        if let Some(attempt) = unclaimed.order.attempts.last_mut()
            && let AttemptState::Sending { operation, tries, .. } = attempt.state
        {
            attempt.state = AttemptState::Ready { operation, tries };
        }
        self.0.record(by, &unclaimed)
    }
}

pub(super) fn sent_before_claimed() -> Box<dyn Conduct> {
    boxed(SentBeforeClaimed::default())
}

#[derive(Default)]
struct CapturedButHeld(Honest);

impl Conduct for CapturedButHeld {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn record(&self, by: Invoked, change: &OrderChange) -> Result<(), ChangeError> {
        if change.order.is_final() {
            return self.0.record(by, &OrderChange { holds: None, ..change.clone() });
        }
        self.0.record(by, change)
    }
}

pub(super) fn captured_but_held() -> Box<dyn Conduct> {
    boxed(CapturedButHeld::default())
}

/// Repeats a refund as if it were another one.
#[derive(Default)]
struct RefundAnew {
    honest: Honest,
    asked: Mutex<u32>,
}

impl Conduct for RefundAnew {
    fn store(&self) -> &Store {
        self.honest.store()
    }

    fn refunding(&self, _by: Invoked, refund: &RefundCharge) -> RefundCharge {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        *asked = asked.saturating_add(1);
        RefundCharge { renewal: *asked, ..refund.clone() }
    }
}

pub(super) fn refund_anew() -> Box<dyn Conduct> {
    boxed(RefundAnew::default())
}

#[derive(Default)]
struct RefundTimeOutIsDone(Honest);

impl Conduct for RefundTimeOutIsDone {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn heard_of_refund(&self, outcome: RefundOutcome) -> RefundOutcome {
        if outcome == RefundOutcome::Unknown { RefundOutcome::Refunded } else { outcome }
    }
}

pub(super) fn refund_time_out_is_done() -> Box<dyn Conduct> {
    boxed(RefundTimeOutIsDone::default())
}

/// Takes a refund that was not answered for one that was not executed.
#[derive(Default)]
struct RefundDoubtIsNone(Honest);

impl Conduct for RefundDoubtIsNone {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn heard_of_refund(&self, outcome: RefundOutcome) -> RefundOutcome {
        if outcome == RefundOutcome::Unknown { RefundOutcome::Rejected } else { outcome }
    }
}

pub(super) fn refund_doubt_is_none() -> Box<dyn Conduct> {
    boxed(RefundDoubtIsNone::default())
}

/// Takes the shopper's wish for the end.
#[derive(Default)]
struct CancelIsOver(Honest);

impl Conduct for CancelIsOver {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn record(&self, by: Invoked, change: &OrderChange) -> Result<(), ChangeError> {
        let mut change = change.clone();
        let at = change.order.updated_at;
        if change.order.cancel_requested_at == Some(at) && change.order.state == OrderState::PendingPayment {
            change.order.state = OrderState::Cancelled { at };
            change.holds = Some(HoldsChange::Moved { held_until: None, target: HoldMove::Free });
        }
        self.0.record(by, &change)
    }
}

pub(super) fn cancel_is_over() -> Box<dyn Conduct> {
    boxed(CancelIsOver::default())
}

/// Hears of money that came after a no, and does not write it down.
#[derive(Default)]
struct OrphanNotNoted(Honest);

impl Conduct for OrphanNotNoted {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn record(&self, by: Invoked, change: &OrderChange) -> Result<(), ChangeError> {
        if change.order.has_orphan() { Ok(()) } else { self.0.record(by, change) }
    }
}

pub(super) fn orphan_not_noted() -> Box<dyn Conduct> {
    boxed(OrphanNotNoted::default())
}

/// Writes what a refund came to, and leaves the ledger as it was.
#[derive(Default)]
struct RefundNotPosted(Honest);

impl Conduct for RefundNotPosted {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn record(&self, by: Invoked, change: &OrderChange) -> Result<(), ChangeError> {
        let mut change = change.clone();
        let version = change.order.version;
        let order = &mut change.order;
        let is_earlier = |posting: &&Posting| posting.version < version || order.refunds.is_empty();
        let earlier = order.ledger.postings().iter().filter(is_earlier).cloned().collect();
        order.ledger = Ledger::of(earlier);
        self.0.record(by, &change)
    }
}

pub(super) fn refund_not_posted() -> Box<dyn Conduct> {
    boxed(RefundNotPosted::default())
}
