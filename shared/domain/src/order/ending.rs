//! What ends an order, or a part of it, after it was placed: a cancel, and money that goes back.

use super::ledger::{Account, PostingCause};
use super::returning::{ReturnedLine, asked_by_sku, returned_by_sku};
use super::{HoldsChange, Order, OrderChange, OrderRefused, OrderState};
use crate::payment::{
    Attempt, AttemptState, Dispute, Refund, RefundCause, RefundCharge, RefundOutcome, RefundStep,
};
use crate::stock::HoldMove;
use crate::wake::{Queue, Wake};
use crate::{Idempotent, Money, Reference, Sku, Timestamp};

/// What an operator asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    /// Its name outside; the same reference is the same refund.
    pub reference: Reference,
    /// How much goes back.
    pub amount: Money,
    /// What came back to the shop, and is to go on sale again.
    pub returned: Vec<ReturnedLine>,
}

/// The order has nothing left that a cancel could end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("everything that was paid has gone back already")]
pub struct CancelRefused;

/// Why money does not go back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefundRefused {
    /// Nothing was captured.
    #[error("the order is not paid")]
    NotPaid,
    /// Nothing, or less than nothing.
    #[error("a refund is of at least one minor unit")]
    NotPositive,
    /// Its money is in dispute. What is lost to a dispute goes back to nobody else.
    #[error("nothing goes back while a dispute is open")]
    Disputed,
    /// More than what is left of it, or another currency.
    #[error("at most {left} can go back")]
    TooMuch {
        /// What was captured, is not going back already and was not lost.
        left: Money,
    },
    /// More units came back of a SKU than the order has.
    #[error("the order has fewer units of {sku}")]
    NotSold {
        /// Of which.
        sku: Sku,
    },
    /// The reference stands for another amount, or other units.
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
    /// Refuses what was not captured, goes back already, is disputed or was lost: however many ask at once, each change is made from the
    /// version that it saw, so the sum never exceeds what was captured.
    pub fn refund(
        mut self,
        request: RefundRequest,
        now: Timestamp,
    ) -> Result<Idempotent<OrderChange>, RefundRefused> {
        let cause = RefundCause::Asked(request.reference);
        if let Some(earlier) = self.refunds.iter().find(|earlier| earlier.cause == cause) {
            let units = returned_by_sku(&earlier.returned);
            return if earlier.amount == request.amount && units == asked_by_sku(&request.returned) {
                Ok(Idempotent::AlreadyApplied(self.unchanged()))
            } else {
                Err(RefundRefused::ReferenceReused)
            };
        }
        let left = self.refundable().ok_or(RefundRefused::NotPaid)?;
        if request.amount.amount() <= 0 {
            return Err(RefundRefused::NotPositive);
        }
        if self.has_open_dispute() {
            return Err(RefundRefused::Disputed);
        }
        if request.amount.currency() != left.currency() || request.amount.amount() > left.amount() {
            return Err(RefundRefused::TooMuch { left });
        }
        let returned = self.units_of(&request.returned)?;
        self.begin_refund(request.amount, cause, now);
        if returned.is_empty() {
            return Ok(Idempotent::Executed(self.next_version(now, None)));
        }
        if let Some(refund) = self.refunds.last_mut() {
            refund.returned.clone_from(&returned);
        }
        // Those who look for units are told first; the money follows.
        self.wake = Some(Wake { queue: Queue::ExpireReservation, at: now });
        Ok(Idempotent::Executed(self.next_version(now, Some(HoldsChange::TakenBack(returned)))))
    }

    /// What was captured, is not going back already and was not lost to a dispute; none where nothing was captured.
    pub fn refundable(&self) -> Option<Money> {
        let captured = self.captured();
        let going = self.going_back();
        let left = captured.saturating_sub(going).saturating_sub(self.lost());
        let left = Money::new(left.max(0), self.totals.total.currency()).ok()?;
        (captured > 0).then_some(left)
    }

    /// What of the captured money goes back or has gone, in minor units; what was lost to disputes apart.
    pub fn going_back(&self) -> i64 {
        let of_sales = |refund: &&Refund| !refund.is_of_orphan() && !refund.is_withdrawn();
        self.refunds.iter().filter(of_sales).fold(0, |sum, refund| sum.saturating_add(refund.amount.amount()))
    }

    /// What was captured for the order, in minor units, as its ledger says.
    pub fn captured(&self) -> i64 {
        self.ledger.balance(Account::Sales).saturating_neg()
    }

    /// What of that has gone back, in minor units, as its ledger says.
    pub fn refunded(&self) -> i64 {
        self.ledger.balance(Account::Refunds)
    }

    /// The refund that is under way: one at a time, and one that waits for the end of a dispute last.
    pub fn open_refund(&self) -> Option<&Refund> {
        self.refunds.iter().filter(|refund| !refund.is_settled()).min_by_key(|refund| self.is_held(refund))
    }

    /// What a worker does next about a refund.
    pub fn next_refund_step(&self, now: Timestamp) -> Option<RefundStep> {
        let refund = self.open_refund()?;
        if self.is_held(refund) { refund.next_step_if_held(now) } else { refund.next_step(now) }
    }

    /// What a refund sends, frozen since it began but for its renewal.
    pub fn refund_charge(&self, refund: &Refund) -> Option<RefundCharge> {
        let captured = self.charged_by(refund)?;
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

    /// The attempt whose money a refund gives back.
    pub fn charged_by(&self, refund: &Refund) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| match refund.cause {
            RefundCause::Orphaned(number) => attempt.number == number,
            RefundCause::Cancelled | RefundCause::Asked(_) => attempt.state == AttemptState::Captured,
        })
    }

    /// Claims the call of the refund that is under way. It may be made once this is written, and not before.
    ///
    /// # Errors
    /// Refuses when none is, and while a dispute holds its money.
    pub fn claim_refund(self, now: Timestamp) -> Result<OrderChange, OrderRefused> {
        if self.open_refund().is_some_and(|refund| self.is_held(refund)) {
            return Err(OrderRefused);
        }
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

    /// Takes a payment that is a person's business up again, because the gateway may know more by now. With no fact to be
    /// had, it is back with a person at once.
    ///
    /// # Errors
    /// Refuses where no payment waits for a person.
    pub fn look_again(self, now: Timestamp) -> Result<OrderChange, OrderRefused> {
        self.with_attempt(now, Attempt::look_again)
    }

    /// Notes that nothing is left to be done about its units.
    pub fn rest(mut self, now: Timestamp) -> OrderChange {
        self.wake = self.resting_wake(now);
        self.next_version(now, None)
    }

    fn with_refund(
        mut self,
        now: Timestamp,
        step: impl FnOnce(Refund) -> Refund,
    ) -> Result<OrderChange, OrderRefused> {
        let number = self.open_refund().ok_or(OrderRefused)?.number;
        let open = self.refunds.iter_mut().find(|refund| refund.number == number).ok_or(OrderRefused)?;
        *open = step(open.clone());
        let refund = open.clone();
        if refund.is_refunded() {
            self.post_refund(&refund, now)?;
        }
        // Refused for a dispute: it waits for the end of that, or has nothing left to give back.
        let waits = refund.is_unsent() && self.is_held(&refund);
        if refund.is_settled() || waits {
            if refund.is_settled() {
                // Those behind it could not be sent before.
                self.refunds.iter_mut().for_each(|waiting| waiting.begin_anew(now));
            }
            self.withdraw_what_is_lost(now);
            let holds = self.refund_settled(now);
            return Ok(self.next_version(now, holds));
        }
        // Whoever goes on at once still has the message that woke it; should it die, that comes back.
        let pause = refund.pause();
        if !pause.is_zero() {
            self.wake_for_money(Some(Wake { queue: Queue::CapturePayment, at: now.plus(pause) }));
        }
        Ok(self.next_version(now, None))
    }

    pub(super) fn post_refund(&mut self, refund: &Refund, now: Timestamp) -> Result<(), OrderRefused> {
        let gateway = self.charged_by(refund).ok_or(OrderRefused)?.method.gateway();
        let cause = if refund.is_of_orphan() {
            PostingCause::OrphanReturned(refund.number)
        } else {
            PostingCause::Refunded(refund.number)
        };
        self.post(cause, gateway, refund.amount, now);
        Ok(())
    }

    /// The next refund begins, or there is none; with everything back, or lost, a cancelled order's units are for sale again.
    pub(super) fn refund_settled(&mut self, now: Timestamp) -> Option<HoldsChange> {
        self.wake_for_money(self.resting_wake(now));
        let is_paid = matches!(self.state, OrderState::Paid { .. });
        let is_back = is_paid && self.refunded().saturating_add(self.lost()) == self.totals.total.amount();
        if !is_back || self.cancel_requested_at.is_none() || self.open_refund().is_some() {
            return None;
        }
        self.close(now);
        Some(HoldsChange::TakenBack(self.sold_units()))
    }

    /// The wake of an order whose payment rests: at once where there is something to be done about a refund, and later where
    /// a dispute is open, of whose end nobody may tell.
    pub(super) fn resting_wake(&self, now: Timestamp) -> Option<Wake> {
        let refund = self.next_refund_step(now).map(|_| now);
        let look = || self.disputes.iter().any(Dispute::is_open).then(|| now.plus(Dispute::LOOK_AGAIN));
        refund.or_else(look).map(|at| Wake { queue: Queue::CapturePayment, at })
    }

    /// Gives everything back that is not going back already.
    pub(super) fn give_back_the_rest(&mut self, now: Timestamp) -> Result<(), CancelRefused> {
        let left = self.refundable().ok_or(CancelRefused)?;
        if left.amount() <= 0 && self.refunded().saturating_add(self.lost()) == self.captured() {
            return Err(CancelRefused);
        }
        if left.amount() > 0 {
            self.begin_refund(left, RefundCause::Cancelled, now);
        }
        Ok(())
    }

    fn begin_refund(&mut self, amount: Money, cause: RefundCause, now: Timestamp) {
        self.add_refund(amount, cause, now);
        self.wake_for_money(self.resting_wake(now));
    }

    pub(super) fn add_refund(&mut self, amount: Money, cause: RefundCause, now: Timestamp) {
        let number = self.refunds.last().map_or(0, |refund| refund.number).saturating_add(1);
        self.refunds.push(Refund::new(number, amount, cause, now));
    }

    /// Asks for a wake about its money, unless a worker has still to see to its units: whoever does that asks for it then.
    pub(super) fn wake_for_money(&mut self, wake: Option<Wake>) {
        if !self.has_units_to_end() {
            self.wake = wake;
        }
    }

    /// Whether a worker has still to see to its units. Whatever else is to be done waits for that.
    pub fn has_units_to_end(&self) -> bool {
        self.wake.is_some_and(|wake| wake.queue == Queue::ExpireReservation)
    }

    /// It is over. Its worker tells those who look for units, and gives back what counts against a limit.
    pub(super) fn close(&mut self, now: Timestamp) {
        self.state = OrderState::Cancelled { at: now };
        self.wake = Some(Wake { queue: Queue::ExpireReservation, at: now });
    }

    /// The order as it is, for whoever finds that there is nothing to write.
    pub fn unchanged(self) -> OrderChange {
        OrderChange { seen_version: Some(self.version), order: self, holds: None }
    }
}
