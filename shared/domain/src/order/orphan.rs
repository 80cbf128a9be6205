//! Money that a gateway took for an attempt that had been a definite no: it goes back, in full.

use super::ledger::PostingCause;
use super::{Order, OrderChange, OrderRefused};
use crate::payment::{AttemptNumber, Refund, RefundCause};
use crate::{Idempotent, Timestamp};

impl Order {
    /// Notes that an attempt was captured after all, although its gateway had said no to it, or had confirmed a cancel. The
    /// money has no order to pay for, whatever became of the order meanwhile, so it goes back once the payment has come to
    /// its end.
    ///
    /// # Errors
    /// Refuses unless the attempt is a definite no: while it may charge, its money is the order's.
    pub fn orphan(
        mut self,
        attempt: AttemptNumber,
        now: Timestamp,
    ) -> Result<Idempotent<OrderChange>, OrderRefused> {
        let cause = RefundCause::Orphaned(attempt);
        if self.refunds.iter().any(|refund| refund.cause == cause) {
            return Ok(Idempotent::AlreadyApplied(self.unchanged()));
        }
        let denied = self
            .attempts
            .iter()
            .find(|one| one.number == attempt && one.is_definite_no())
            .ok_or(OrderRefused)?;
        let gateway = denied.method.gateway();
        let amount = self.totals.total;
        self.post(PostingCause::Orphaned(attempt), gateway, amount, now);
        self.add_refund(amount, cause, now);
        if self.rests() {
            self.wake_for_money(self.resting_wake(now));
        }
        Ok(Idempotent::Executed(self.next_version(now, None)))
    }

    /// Whether money was ever taken that no attempt of it stands for, whatever became of that.
    pub fn had_orphan(&self) -> bool {
        self.refunds.iter().any(Refund::is_of_orphan)
    }

    /// Whether money of its shopper's that no attempt of it stands for may still be at a gateway.
    pub fn has_orphan(&self) -> bool {
        self.refunds
            .iter()
            .any(|refund| refund.is_of_orphan() && !refund.is_refunded() && !refund.is_withdrawn())
    }
}
