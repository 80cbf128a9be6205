//! What ends an order, or a part of it, after it was placed: a cancel, and money that goes back.

use super::{HoldsChange, Order, OrderChange, OrderRefused, OrderState};
use crate::payment::{
    Attempt, AttemptState, Refund, RefundCause, RefundCharge, RefundOutcome, RefundState, RefundStep,
};
use crate::stock::HoldMove;
use crate::wake::{Queue, Wake};
use crate::{Idempotent, Money, Reference, Timestamp};

/// What an operator asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    /// Its name outside; the same reference is the same refund.
    pub reference: Reference,
    /// How much goes back.
    pub amount: Money,
}

/// The order has nothing left that a cancel could end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("everything that was paid has gone back already")]
pub struct CancelRefused;

/// Why money does not go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefundRefused {
    /// Nothing was captured.
    #[error("the order is not paid")]
    NotPaid,
    /// Nothing, or less than nothing.
    #[error("a refund is of at least one minor unit")]
    NotPositive,
    /// More than what is left of it, or another currency.
    #[error("at most {left} can go back")]
    TooMuch {
        /// What was captured and is not going back already.
        left: Money,
    },
    /// The reference stands for another amount.
    #[error("the reference was used for another refund")]
    ReferenceReused,
}

impl Order {
    /// Ends the order: what is in flight is voided, what was paid goes back. It stays as it is until that is
    /// confirmed, and no other attempt begins.
    ///
    /// # Errors
    /// Refuses when everything has gone back already.
    pub fn cancel(mut self, now: Timestamp) -> Result<Idempotent<OrderChange>, CancelRefused> {
        if self.is_cancelled() {
            return Ok(Idempotent::AlreadyApplied(self.unchanged()));
        }
        self.cancel_requested_at = Some(now);
        self.fallbacks.clear();
        let holds = match self.state {
            OrderState::PendingPayment => {
                if let Some(attempt) = self.attempts.last_mut().filter(|attempt| !attempt.is_settled()) {
                    attempt.given_up = true;
                    self.wake = Some(Wake { queue: Queue::CapturePayment, at: now });
                }
                None
            }
            OrderState::PaymentFailed { retry_until } => {
                self.close(now);
                Some(HoldsChange::Moved { held_until: Some(retry_until), target: HoldMove::Free })
            }
            OrderState::Paid { .. } => {
                self.give_back_the_rest(now)?;
                None
            }
            OrderState::Cancelled { .. } => None,
        };
        Ok(Idempotent::Executed(self.next_version(now, holds)))
    }

    /// Whether it was cancelled, or gave itself up; the end of that may still be to come.
    pub const fn is_cancelled(&self) -> bool {
        self.cancel_requested_at.is_some() || matches!(self.state, OrderState::Cancelled { .. })
    }

    /// Begins to give a part of what was paid back.
    ///
    /// # Errors
    /// Refuses what was not captured or goes back already: however many ask at once, each change is made from the
    /// version that it saw, so the sum never exceeds what was captured.
    pub fn refund(
        mut self,
        request: RefundRequest,
        now: Timestamp,
    ) -> Result<Idempotent<OrderChange>, RefundRefused> {
        let cause = RefundCause::Asked(request.reference);
        if let Some(earlier) = self.refunds.iter().find(|earlier| earlier.cause == cause) {
            return if earlier.amount == request.amount {
                Ok(Idempotent::AlreadyApplied(self.unchanged()))
            } else {
                Err(RefundRefused::ReferenceReused)
            };
        }
        let left = self.refundable().ok_or(RefundRefused::NotPaid)?;
        if request.amount.amount() <= 0 {
            return Err(RefundRefused::NotPositive);
        }
        if request.amount.currency() != left.currency() || request.amount.amount() > left.amount() {
            return Err(RefundRefused::TooMuch { left });
        }
        self.begin_refund(request.amount, cause, now);
        Ok(Idempotent::Executed(self.next_version(now, None)))
    }

    /// What was captured and is not going back already; none where nothing was captured.
    pub fn refundable(&self) -> Option<Money> {
        let captured = self.captured()?;
        let going = self.refunds.iter().fold(0_i64, |sum, refund| sum.saturating_add(refund.amount.amount()));
        let left = captured.amount().saturating_sub(going);
        Money::new(left, captured.currency()).ok()
    }

    /// What has gone back.
    pub fn refunded(&self) -> i64 {
        let is_back = |refund: &&Refund| matches!(refund.state, RefundState::Refunded { .. });
        self.refunds.iter().filter(is_back).fold(0, |sum, refund| sum.saturating_add(refund.amount.amount()))
    }

    /// The refund that is under way: one at a time.
    pub fn open_refund(&self) -> Option<&Refund> {
        self.refunds.iter().find(|refund| !refund.is_settled())
    }

    /// What a worker does next about a refund.
    pub fn next_refund_step(&self, now: Timestamp) -> Option<RefundStep> {
        self.open_refund()?.next_step(now)
    }

    /// What a refund sends, frozen since it began but for its renewal.
    pub fn refund_charge(&self, refund: &Refund) -> Option<RefundCharge> {
        let captured = self.attempts.iter().find(|attempt| attempt.state == AttemptState::Captured)?;
        let is_everything = refund.amount == self.totals.total;
        Some(RefundCharge {
            order_id: self.id.clone(),
            attempt: captured.number,
            reference: captured.reference.clone()?,
            number: refund.number,
            amount: refund.amount,
            // Tries go up in pairs, of which the first is the look-up.
            renewal: if is_everything { refund.tries() / 2 } else { 0 },
        })
    }

    /// Claims the call of the refund that is under way. It may be made once this is written, and not before.
    ///
    /// # Errors
    /// Refuses when none is.
    pub fn claim_refund(self, now: Timestamp) -> Result<OrderChange, OrderRefused> {
        self.with_refund(now, |refund| refund.claim(now))
    }

    /// Takes the gateway's answer to the call that this version claimed.
    ///
    /// # Errors
    /// Refuses when no refund is under way: facts stay.
    pub fn record_refund(self, outcome: RefundOutcome, now: Timestamp) -> Result<OrderChange, OrderRefused> {
        self.with_refund(now, |refund| refund.apply(outcome, now))
    }

    /// Takes the gateway's answer to a look-up.
    ///
    /// # Errors
    /// Refuses when no refund is under way: facts stay.
    pub fn record_refund_look_up(
        self,
        outcome: RefundOutcome,
        now: Timestamp,
    ) -> Result<OrderChange, OrderRefused> {
        self.with_refund(now, |refund| refund.apply_look_up(outcome, now))
    }

    /// Ends an attempt that was given up before any call that could charge.
    ///
    /// # Errors
    /// Refuses where such a call may have been made.
    pub fn give_up(self, now: Timestamp) -> Result<OrderChange, OrderRefused> {
        self.with_attempt(now, Attempt::give_up)
    }

    /// Notes that nothing is left to be done about its units.
    pub fn rest(mut self, now: Timestamp) -> OrderChange {
        self.wake = None;
        self.next_version(now, None)
    }

    fn with_refund(
        mut self,
        now: Timestamp,
        step: impl FnOnce(Refund) -> Refund,
    ) -> Result<OrderChange, OrderRefused> {
        let open = self.refunds.iter_mut().find(|refund| !refund.is_settled()).ok_or(OrderRefused)?;
        *open = step(open.clone());
        let (pause, is_settled) = (open.pause(), open.is_settled());
        let holds = if is_settled { self.refund_settled(now) } else { None };
        // Whoever goes on at once still has the message that woke it; should it die, that comes back.
        if !is_settled && !pause.is_zero() {
            self.wake = Some(Wake { queue: Queue::CapturePayment, at: now.plus(pause) });
        }
        Ok(self.next_version(now, holds))
    }

    /// The next refund begins, or there is none; with everything back, a cancelled order's units are for sale again.
    fn refund_settled(&mut self, now: Timestamp) -> Option<HoldsChange> {
        if self.open_refund().is_some() {
            self.wake = Some(Wake { queue: Queue::CapturePayment, at: now });
            return None;
        }
        self.wake = None;
        if self.cancel_requested_at.is_none() || self.refunded() != self.totals.total.amount() {
            return None;
        }
        self.close(now);
        Some(HoldsChange::TakenBack)
    }

    /// Gives everything back that is not going back already.
    pub(super) fn give_back_the_rest(&mut self, now: Timestamp) -> Result<(), CancelRefused> {
        let left = self.refundable().ok_or(CancelRefused)?;
        if left.amount() <= 0 && self.open_refund().is_none() {
            return Err(CancelRefused);
        }
        if left.amount() > 0 {
            self.begin_refund(left, RefundCause::Cancelled, now);
        }
        Ok(())
    }

    fn begin_refund(&mut self, amount: Money, cause: RefundCause, now: Timestamp) {
        let number = self.refunds.last().map_or(0, |refund| refund.number).saturating_add(1);
        self.refunds.push(Refund::new(number, amount, cause, now));
        self.wake = Some(Wake { queue: Queue::CapturePayment, at: now });
    }

    /// It is over. Its worker tells those who look for units, and gives back what counts against a limit.
    pub(super) fn close(&mut self, now: Timestamp) {
        self.state = OrderState::Cancelled { at: now };
        self.wake = Some(Wake { queue: Queue::ExpireReservation, at: now });
    }

    fn captured(&self) -> Option<Money> {
        let is_captured = self.attempts.iter().any(|attempt| attempt.state == AttemptState::Captured);
        is_captured.then_some(self.totals.total)
    }

    /// The order as it is, for whoever finds that there is nothing to write.
    pub fn unchanged(self) -> OrderChange {
        OrderChange { seen_version: Some(self.version), order: self, holds: None }
    }
}
