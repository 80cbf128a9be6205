//! What a person finds out at a gateway where no call could.

use super::{Attempt, AttemptState, Refund, RefundNumber, RefundState};
use crate::Timestamp;

/// What a person found out about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// About its payment.
    Payment(PaymentFinding),
    /// About one of its refunds.
    Refund(RefundNumber, RefundFinding),
}

/// What became of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentFinding {
    /// The money has moved, in full.
    Captured,
    /// It was cancelled there, and can never be charged any more.
    Voided,
}

/// What became of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundFinding {
    /// The money has gone back, by whatever way.
    Refunded,
    /// It has not, and never will by what was asked for so far.
    NotRefunded,
}

impl PaymentFinding {
    /// The end that an attempt comes to by it.
    pub(crate) const fn state(self) -> AttemptState {
        match self {
            Self::Captured => AttemptState::Captured,
            Self::Voided => AttemptState::Voided,
        }
    }
}

impl Attempt {
    /// Takes what a person found out, where one was needed.
    pub(crate) fn found(mut self, finding: PaymentFinding) -> Option<Self> {
        if self.state != AttemptState::ManualReview {
            return None;
        }
        self.state = finding.state();
        Some(self)
    }
}

impl Refund {
    /// Takes what a person found out, where one was needed.
    pub(crate) fn found(mut self, finding: RefundFinding, now: Timestamp) -> Option<Self> {
        if !self.is_with_a_person() {
            return None;
        }
        self.state = match finding {
            RefundFinding::Refunded => RefundState::Refunded { at: now },
            RefundFinding::NotRefunded => RefundState::Withdrawn { at: now },
        };
        Some(self)
    }

    /// Whether it came to this end.
    pub(crate) const fn came_to(&self, finding: RefundFinding) -> bool {
        match finding {
            RefundFinding::Refunded => self.is_refunded(),
            RefundFinding::NotRefunded => self.is_withdrawn(),
        }
    }
}
