//! What must hold: after every commit, at every answer, and in the end.

use std::collections::{BTreeMap, BTreeSet};

use domain::invariant::{self, Books, Invariant};
use domain::order::{Order, OrderState};
use domain::payment::{AttemptState, Dispute, Refund};
use domain::{OrderId, Timestamp};
use memory::Store;

use crate::bank::{Bank, Intent};
use crate::world::Desk;

mod alerts; // ONCE_PER_CROSSING
mod answers; // ONE_ANSWER, and nothing false in what shoppers hear
mod bands; // BAND_IS_TRUE and LOOK_IS_TRUE
mod circuits; // ONE_PROBER
mod differences; // DIFFERENCES_ARE_REAL
mod end; // what must have come about once faults have stopped
mod promises; // PROMISE_KEPT
mod resolved; // RESOLVED_STAYS, and what was told and not seen to
mod screening; // REVIEW_HOLDS, REFUSED_UNSENT, RISK_HEEDED and REFUSED_FOR_A_REASON
mod telling; // TOLD_BEFORE_DONE
mod units; // NOT_SOLD_OUT, and where units are free

/// Something that must never be, in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The name of what does not hold.
    pub invariant: &'static str,
    /// What was found.
    pub detail: String,
}

impl Broken {
    /// What should hold, where it is one of the domain's invariants.
    pub fn statement(&self) -> Option<&'static str> {
        let named = Invariant::ALL.into_iter().find(|invariant| invariant.name() == self.invariant);
        named.map(Invariant::statement)
    }
}

impl core::fmt::Display for Broken {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "{}: {}", self.invariant, self.detail)
    }
}

/// The last reading of everything that is stored, and what shoppers were told.
#[derive(Debug, Default)]
pub(crate) struct Checker {
    pub(crate) books: Books,
    /// The store's revision that was read last.
    revision: u64,
    broken: Option<Broken>,
    told: BTreeMap<String, answers::Told>,
    promises: promises::Promises,
    /// What somebody asked to be captured.
    approved: BTreeSet<OrderId>,
    pages: units::Pages,
    looks: bands::Looks,
    untold: telling::Untold,
    probes: circuits::Probes,
    /// Differences about strangers who paid.
    strangers_noted: usize,
    resolved: resolved::Resolved,
}

impl Checker {
    pub(crate) fn broken(&self) -> Option<&Broken> {
        self.broken.as_ref()
    }

    /// The first violation is the one to look at.
    pub(crate) fn breaks(&mut self, invariant: &'static str, detail: impl FnOnce() -> String) {
        if self.broken.is_none() {
            self.broken = Some(Broken { invariant, detail: detail() });
        }
    }

    fn commit(&mut self, after: Books, bank: &Bank, now: Timestamp) {
        let found = invariant::check(&after);
        let lost = invariant::check_change(&self.books, &after);
        if let Some(violation) = found.into_iter().chain(lost).next() {
            self.breaks(violation.invariant.name(), || {
                format!("{}: {}", violation.subject, violation.detail)
            });
        }
        self.pages.follow(&after, now);
        self.books = after;
        self.charges(bank);
        self.check_promises(now);
    }

    /// The gateway's book, beyond what the domain's invariants can see of it: money that is held but not moved.
    fn charges(&mut self, bank: &Bank) {
        let found = self.books.orders.iter().find_map(|record| twice_charged(&record.order, bank));
        if let Some(detail) = found {
            self.breaks(Invariant::OneCharge.name(), || detail);
        }
        self.check_screenings(bank);
    }
}

impl Desk {
    /// Checks everything after a commit, if it changed anything.
    pub(crate) fn check(&mut self, store: &Store) {
        self.check_differences(store);
        self.check_resolved(store);
        let revision = store.revision();
        if core::mem::replace(&mut self.checker.revision, revision) == revision {
            return;
        }
        let after = store.books(Some(self.bank.entries()));
        self.checker.commit(after, &self.bank, self.now);
    }

    /// Checks the charges after the gateway did something.
    pub(crate) fn check_charges(&mut self) {
        self.bank.list_transfers(self.now);
        let entries = self.bank.entries();
        if self.checker.books.charges.as_ref() != Some(&entries) {
            let after = Books { charges: Some(entries), ..self.checker.books.clone() };
            self.checker.commit(after, &self.bank, self.now);
        }
        self.checker.charges(&self.bank);
    }
}

/// Money is held or moved for at most one object of an order, and for none of an attempt that is a definite no.
fn twice_charged(order: &Order, bank: &Bank) -> Option<String> {
    let has_money = |intent: &&Intent| intent.has_money();
    let ours = bank.intents().iter().filter(|intent| intent.charge.order_id == order.id);
    let charged = ours.filter(has_money).count();
    if charged > 1 {
        return Some(format!("{}: the gateway holds money for {charged} of its objects", order.id));
    }
    let denied = order.attempts.iter().filter(|attempt| attempt.is_definite_no());
    let false_no = denied
        .map(|attempt| (attempt, bank.intents_of(&order.id, attempt.number).filter(has_money).count()))
        .find(|(_, charged)| *charged > 0);
    let (attempt, _) = false_no?;
    let word = attempt.state.word();
    Some(format!(
        "{}: attempt {} is said to be {word}, and the gateway holds its money",
        order.id, attempt.number
    ))
}

/// Whether nothing more happens to an order by itself for now: it is final, or a person must look or decide.
fn is_settled(order: &Order, now: Timestamp) -> bool {
    let is_in_review = order.review().is_some_and(|review| now < review.until) && !order.is_cancelled();
    let is_with_a_person = order.attempt().is_some_and(|attempt| attempt.state == AttemptState::ManualReview);
    let is_refund_with_a_person = order.refunds.iter().any(Refund::is_with_a_person);
    match order.state {
        // Its worker still has to tell that its units are back.
        OrderState::Cancelled { .. } => order.wake.is_none(),
        // Its gateway may have decided, and nobody told of it.
        OrderState::Paid { .. } if order.disputes.iter().any(Dispute::is_open) => false,
        OrderState::Paid { .. } if order.cancel_requested_at.is_some() => is_refund_with_a_person,
        OrderState::Paid { .. } => order.open_refund().is_none(),
        OrderState::PendingPayment => (is_with_a_person || is_in_review) && order.open_refund().is_none(),
        OrderState::PaymentFailed { .. } => false,
    }
}
