//! What a fraud screen and the person behind it make of an order.

use super::{HoldsChange, Order, OrderChange, OrderRefused, OrderState};
use crate::fraud::{Count, Day, Mark, Review, ReviewDecision, ReviewEnd, Screening, Subject};
use crate::stock::HoldMove;
use crate::wake::{Queue, Wake};
use crate::{Idempotent, Money, Timestamp};

/// Why a decision about a review was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReviewRefused {
    /// Nothing of the order waits for a person.
    #[error("the order is not in review")]
    NotInReview,
    /// It was decided otherwise, or too late, or the order was cancelled.
    #[error("the review is over")]
    Over(ReviewEnd),
}

impl OrderChange {
    /// Who pays how much by this change, where its order becomes paid.
    pub fn paid(&self) -> Option<(Subject, Money)> {
        let is_paid = matches!(self.holds, Some(HoldsChange::Moved { target: HoldMove::ToSold, .. }));
        is_paid.then(|| (Subject::customer(&self.order.caller), self.order.totals.total))
    }
}

impl Order {
    /// The review that waits for a person, if one does.
    pub fn review(&self) -> Option<&Review> {
        self.attempt()
            .filter(|attempt| attempt.is_held_for_review())
            .and_then(|attempt| attempt.review.as_ref())
    }

    /// What is counted about it now, for its present attempt.
    pub fn count(&self, now: Timestamp) -> Count {
        let payment = self.attempt().and_then(|attempt| Subject::payment(&attempt.method));
        let customer = Subject::customer(&self.caller);
        let mark = |at, attempt| Mark { at, order: self.id.clone(), attempt };
        let declined = self.attempts.iter().filter(|attempt| attempt.was_declined_by_gateway());
        Count {
            subjects: [customer, Subject::address(&self.shipping_address)]
                .into_iter()
                .chain(payment)
                .collect(),
            day: Day::of(now),
            order: mark(self.created_at, 1),
            declines: declined.map(|attempt| mark(attempt.started_at, attempt.number)).collect(),
        }
    }

    /// The order with what the rules say of its present attempt. That is written with the first answer of the gateway:
    /// whoever dies before has sent nothing that could charge, and whoever comes next asks the rules again.
    #[must_use]
    pub fn screened(mut self, screening: Screening) -> Self {
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.screening = Some(screening);
        }
        self
    }

    /// Ends an attempt of which nothing was sent, because the rules refuse it.
    ///
    /// # Errors
    /// Refuses where something may have been sent.
    pub fn refuse(self, screening: Screening, now: Timestamp) -> Result<OrderChange, OrderRefused> {
        self.with_attempt(now, |attempt| attempt.refuse(screening))
    }

    /// Takes a person's decision about the review.
    ///
    /// # Errors
    /// See [`ReviewRefused`].
    pub fn decide_review(
        mut self,
        decision: ReviewDecision,
        now: Timestamp,
    ) -> Result<Idempotent<OrderChange>, ReviewRefused> {
        let is_open = self.state == OrderState::PendingPayment;
        let attempt = self.attempts.last_mut().ok_or(ReviewRefused::NotInReview)?;
        let review = attempt.review.ok_or(ReviewRefused::NotInReview)?;
        match review.end {
            Some((ReviewEnd::Decided(earlier), _)) if earlier == decision => {
                return Ok(Idempotent::AlreadyApplied(self.unchanged()));
            }
            Some((end, _)) => return Err(ReviewRefused::Over(end)),
            None if attempt.given_up => return Err(ReviewRefused::Over(ReviewEnd::Withdrawn)),
            None if now >= review.until => return Err(ReviewRefused::Over(ReviewEnd::Lapsed)),
            None if !is_open || !attempt.is_held_for_review() => return Err(ReviewRefused::NotInReview),
            None => attempt.end_review(decision, now),
        }
        self.wake = Some(Wake { queue: Queue::CapturePayment, at: now });
        Ok(Idempotent::Executed(self.next_version(now, None)))
    }
}
