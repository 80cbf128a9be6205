//! Whether something of a refund may have been done that nobody here knows of, and how long that is borne.

use core::time::Duration;

use super::{Refund, RefundOutcome, RefundState};
use crate::Timestamp;

/// Why a person must look at a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundReview {
    /// The gateway said no for good.
    Refused,
    /// The gateway goes on refusing it for a dispute, and none is seen that is open.
    Disputed,
    /// A call was not answered, and what became of it cannot be found out.
    InDoubt,
    /// It was taken on, and has not arrived for long.
    UnderWay,
    /// No call for it was ever executed: nothing has gone back, and nothing is under way.
    NotExecuted,
}

impl RefundReview {
    /// Every reason.
    pub const ALL: [Self; 5] =
        [Self::Refused, Self::Disputed, Self::InDoubt, Self::UnderWay, Self::NotExecuted];

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Disputed => "disputed",
            Self::InDoubt => "in_doubt",
            Self::UnderWay => "under_way",
            Self::NotExecuted => "not_executed",
        }
    }

    /// The reason of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|review| review.as_str() == name)
    }

    /// The words in an order's history.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Refused => "refund in manual review: refused",
            Self::Disputed => "refund in manual review: refused for a dispute",
            Self::InDoubt => "refund in manual review: in doubt",
            Self::UnderWay => "refund in manual review: under way for long",
            Self::NotExecuted => "refund in manual review: never executed",
        }
    }
}

impl Refund {
    /// After so long in doubt it is not asked for again, and a person must look: the gateway that forgets keys soonest,
    /// PayPal after six hours (<https://developer.paypal.com/api/rest/reference/idempotency>), could take a repetition for
    /// another refund.
    pub const DOUBTFUL_AGE: Duration = Duration::from_secs(5 * 60 * 60);
    /// From this age on a person must look at what no call was ever executed of. No harm is done by asking again, but no
    /// gateway is away for a day: rather a key was taken back, or an account closed, and the shopper waits.
    pub const UNEXECUTED_AGE: Duration = Duration::from_secs(24 * 60 * 60);

    /// Since when it is in doubt once a call, or a look-up, came to this.
    pub(super) fn doubtful_after(&self, outcome: RefundOutcome, now: Timestamp) -> Option<Timestamp> {
        match outcome {
            RefundOutcome::Unknown => self.doubtful_since.or_else(|| Some(self.called_at(now))),
            // That says nothing about the calls before.
            RefundOutcome::Rejected | RefundOutcome::NotSent => self.doubtful_since,
            // That is said of its key, and so of every call under it.
            RefundOutcome::Refunded
            | RefundOutcome::Pending
            | RefundOutcome::Refused
            | RefundOutcome::Disputed => None,
        }
    }

    /// From when on the call that is outstanding may have been executed: whoever claimed it may be gone for long.
    fn called_at(&self, now: Timestamp) -> Timestamp {
        if let RefundState::Sending { lease_until, .. } = self.state {
            lease_until.minus(Self::LEASE)
        } else {
            now
        }
    }

    /// Why a person must look by now at what no call could bring to an end.
    pub(super) fn overdue(&self, now: Timestamp) -> Option<RefundReview> {
        if self.doubtful_since.is_some() {
            (!self.may_be_repeated(now)).then_some(RefundReview::InDoubt)
        } else {
            let is_old = now.since(self.started_at) >= Self::UNEXECUTED_AGE;
            is_old.then_some(RefundReview::NotExecuted)
        }
    }

    /// Whether its gateway is sure to recognise what it may have executed.
    pub(super) fn may_be_repeated(&self, now: Timestamp) -> bool {
        self.doubtful_since.is_none_or(|since| now.since(since) < Self::DOUBTFUL_AGE)
    }
}
