//! What a person finds out about an order where nobody here can: it ends what was unknown, as a gateway's answer would.

use super::{Order, OrderChange, OrderRefused};
use crate::payment::{AttemptState, Dispute, Finding, PaymentFinding, Refund, RefundFinding, RefundNumber};
use crate::work::WorkKind;
use crate::{Idempotent, Timestamp};

impl Order {
    /// What a person must do about it first, and until when somebody can.
    pub(super) fn needs(&self) -> Option<(WorkKind, Option<Timestamp>)> {
        let is_unknown = self.attempt().is_some_and(|attempt| attempt.state == AttemptState::ManualReview);
        let needs_refund = self.refunds.iter().any(Refund::is_with_a_person);
        if let Some(review) = self.review().filter(|_| !self.is_cancelled()) {
            Some((WorkKind::FraudReview, Some(review.until)))
        } else if is_unknown {
            Some((WorkKind::Payment, None))
        } else if needs_refund {
            Some((WorkKind::Refund, None))
        } else {
            self.disputes.iter().any(Dispute::is_open).then_some((WorkKind::Dispute, None))
        }
    }

    /// Takes what a person found out at the gateway.
    ///
    /// # Errors
    /// Refuses where that does not wait for a person, unless it came to the very same end.
    pub fn resolve(self, finding: Finding, now: Timestamp) -> Result<Idempotent<OrderChange>, OrderRefused> {
        match finding {
            Finding::Payment(finding) => self.resolve_payment(finding, now),
            Finding::Refund(number, finding) => self.resolve_refund(number, finding, now),
        }
    }

    /// Should it turn out to be wrong that it is voided, and the payment to be captured after all, that is an orphan like
    /// any other.
    fn resolve_payment(
        self,
        finding: PaymentFinding,
        now: Timestamp,
    ) -> Result<Idempotent<OrderChange>, OrderRefused> {
        if self.attempt().is_some_and(|attempt| attempt.state == finding.state()) {
            return Ok(Idempotent::AlreadyApplied(self.unchanged()));
        }
        self.with_attempt(now, |attempt| attempt.found(finding)).map(Idempotent::Executed)
    }

    fn resolve_refund(
        mut self,
        number: RefundNumber,
        finding: RefundFinding,
        now: Timestamp,
    ) -> Result<Idempotent<OrderChange>, OrderRefused> {
        let found = self.refunds.iter_mut().find(|refund| refund.number == number).ok_or(OrderRefused)?;
        if found.came_to(finding) {
            return Ok(Idempotent::AlreadyApplied(self.unchanged()));
        }
        *found = found.clone().found(finding, now).ok_or(OrderRefused)?;
        let refund = found.clone();
        match finding {
            RefundFinding::Refunded => self.post_refund(&refund, now)?,
            RefundFinding::NotRefunded => {
                let attempt = self.charged_by(&refund).map(|attempt| attempt.number).ok_or(OrderRefused)?;
                self.give_back_what_is_left(attempt, now);
            }
        }
        let holds = self.refund_settled(now);
        Ok(Idempotent::Executed(self.next_version(now, holds)))
    }
}
