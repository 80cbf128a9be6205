use core::ops::RangeInclusive;

use super::{Order, OrderState};
use crate::payment::{Attempt, AttemptState, Decline};

/// What a shopper reads of an order's payment: nothing that is not proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentWord {
    /// It is under way, and nothing is in doubt.
    Processing,
    /// The shopper has something to do.
    ActionRequired,
    /// It is not known, or a person must look.
    BeingConfirmed,
    /// The money is here.
    Captured,
    /// It was refused, and nothing was charged.
    Declined,
    /// It was given up, and nothing was charged.
    Voided,
    /// What was charged has gone back.
    Refunded,
}

impl PaymentWord {
    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::ActionRequired => "action_required",
            Self::BeingConfirmed => "being_confirmed",
            Self::Captured => "captured",
            Self::Declined => "declined",
            Self::Voided => "voided",
            Self::Refunded => "refunded",
        }
    }

    fn of(attempt: &Attempt) -> Self {
        match attempt.state {
            AttemptState::NotSent if attempt.given_up => Self::Voided,
            AttemptState::Captured => Self::Captured,
            AttemptState::RequiresAction { .. } => Self::ActionRequired,
            AttemptState::Ready { .. } if attempt.is_held_for_review() => Self::BeingConfirmed,
            AttemptState::Ready { .. } | AttemptState::Sending { .. } if attempt.undoubted => {
                Self::Processing
            }
            AttemptState::Ready { .. }
            | AttemptState::Sending { .. }
            | AttemptState::Unknown { .. }
            | AttemptState::ManualReview => Self::BeingConfirmed,
            AttemptState::Voided => Self::Voided,
            AttemptState::Declined(_) | AttemptState::NotSent => Self::Declined,
        }
    }
}

impl Order {
    /// What its shopper reads of its payment.
    pub fn payment_word(&self) -> PaymentWord {
        if self.is_given_back() || self.was_orphaned() {
            PaymentWord::Refunded
        } else if self.is_orphaned() {
            PaymentWord::BeingConfirmed
        } else {
            self.attempt().map_or(PaymentWord::Processing, PaymentWord::of)
        }
    }

    /// The refusal that its shopper reads of. One who cancelled was refused nothing, and one whose money was taken after
    /// all is not told that it was not.
    pub fn decline_read(&self) -> Option<Decline> {
        let is_told = self.has_failed()
            && self.cancel_requested_at.is_none()
            && !self.is_orphaned()
            && !self.was_orphaned();
        self.attempt().filter(|_| is_told).and_then(Attempt::decline)
    }

    /// How much of the shopper's money the gateways may have captured and not refunded, in minor units, for what its
    /// shopper reads to be true; none where the words contradict each other. What came after a no is not in it: that is
    /// found out later.
    pub fn kept_as_read(&self) -> Option<RangeInclusive<i64>> {
        if self.decline_read().is_some() {
            return Some(0..=0);
        }
        let total = self.totals.total.amount();
        // What goes back is back there before it is known here.
        let least = total.saturating_sub(self.going_back());
        match (self.word(), self.payment_word()) {
            ("paid" | "disputed", PaymentWord::Captured) => Some(least..=total),
            ("partially_refunded", PaymentWord::Captured) => {
                Some(least..=total.saturating_sub(self.refunded()))
            }
            // Of what was cancelled, a lost dispute gave the shopper a part. What has gone back in full may be disputed
            // all the same.
            ("refunded" | "cancelled" | "disputed", PaymentWord::Refunded) => Some(0..=self.lost()),
            ("payment_failed" | "cancelled", PaymentWord::Declined | PaymentWord::Voided) => Some(0..=0),
            (
                "pending_payment" | "payment_failed" | "cancelled",
                PaymentWord::Processing | PaymentWord::ActionRequired | PaymentWord::BeingConfirmed,
            ) => Some(0..=total),
            _ => None,
        }
    }

    const fn has_failed(&self) -> bool {
        matches!(self.state, OrderState::PaymentFailed { .. } | OrderState::Cancelled { .. })
    }

    /// Whether what was taken after a no is on its way back.
    fn is_orphaned(&self) -> bool {
        self.has_failed() && self.has_orphan()
    }

    /// Whether it is back.
    fn was_orphaned(&self) -> bool {
        self.is_cancelled() && self.had_orphan() && !self.has_orphan()
    }

    /// Whether all of what was paid has gone back: by refunds, and of what was cancelled also by a dispute that was lost.
    fn is_given_back(&self) -> bool {
        let lost = if self.is_cancelled() { self.lost() } else { 0 };
        let back = self.refunded().saturating_add(lost);
        back > 0 && back >= self.totals.total.amount()
    }
}
