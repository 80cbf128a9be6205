use application::ChangeError;
use domain::OrderId;
use domain::order::{Order, OrderChange};
use domain::payment::{Dispute, DisputeState};
use memory::Store;

use super::boxed;
use crate::conduct::{Conduct, Honest, Invoked, Role};

/// Whoever works on refunds sees no dispute, and leaves those that there are as they are.
#[derive(Default)]
struct RefundedInDispute(Honest);

impl Conduct for RefundedInDispute {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn order(&self, by: Invoked, id: &OrderId) -> Option<Order> {
        let mut order = self.0.order(by, id)?;
        if by.role == Role::CapturePayment {
            order.disputes.clear();
        }
        Some(order)
    }

    fn record(&self, by: Invoked, change: &OrderChange) -> Result<(), ChangeError> {
        let mut change = change.clone();
        if by.role == Role::CapturePayment
            && let Some(stored) = self.0.order(by, &change.order.id)
        {
            change.order.disputes = stored.disputes;
        }
        self.0.record(by, &change)
    }
}

pub(super) fn refunded_in_dispute() -> Box<dyn Conduct> {
    boxed(RefundedInDispute::default())
}

/// What comes after a decision opens its dispute again.
#[derive(Default)]
struct DisputeReopened(Honest);

impl Conduct for DisputeReopened {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn record(&self, by: Invoked, change: &OrderChange) -> Result<(), ChangeError> {
        let mut change = change.clone();
        let now = change.order.updated_at;
        let was_decided = |dispute: &&mut Dispute| match dispute.state {
            DisputeState::Open => false,
            DisputeState::Won { at } | DisputeState::Lost { at } => at < now,
        };
        for dispute in change.order.disputes.iter_mut().filter(was_decided) {
            dispute.state = DisputeState::Open;
        }
        self.0.record(by, &change)
    }
}

pub(super) fn dispute_reopened() -> Box<dyn Conduct> {
    boxed(DisputeReopened::default())
}

/// Writes what became of a dispute, and leaves the ledger as it was.
#[derive(Default)]
struct DisputeNotPosted(Honest);

impl Conduct for DisputeNotPosted {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn record(&self, by: Invoked, change: &OrderChange) -> Result<(), ChangeError> {
        let stored = self.0.order(by, &change.order.id);
        let mut change = change.clone();
        if let Some(stored) = stored.filter(|stored| stored.disputes != change.order.disputes) {
            change.order.ledger = stored.ledger;
        }
        self.0.record(by, &change)
    }
}

pub(super) fn dispute_not_posted() -> Box<dyn Conduct> {
    boxed(DisputeNotPosted::default())
}

/// Hears of a dispute of money that came after a no, and does not write it down.
#[derive(Default)]
struct OrphanDisputeUnheard(Honest);

impl Conduct for OrphanDisputeUnheard {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn record(&self, by: Invoked, change: &OrderChange) -> Result<(), ChangeError> {
        let known = self.0.order(by, &change.order.id).map_or(0, |stored| stored.disputes.len());
        let is_denied = |dispute: &Dispute| {
            let mut attempts = change.order.attempts.iter();
            attempts.any(|attempt| attempt.number == dispute.attempt && attempt.is_definite_no())
        };
        if change.order.disputes.iter().skip(known).any(is_denied) {
            return Ok(());
        }
        self.0.record(by, change)
    }
}

pub(super) fn orphan_dispute_unheard() -> Box<dyn Conduct> {
    boxed(OrphanDisputeUnheard::default())
}
