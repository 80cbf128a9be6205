use domain::payment::{PaymentMethod, RefundCharge, RefundNumber, RefundOutcome};
use domain::{OrderId, Timestamp};

use super::{Bank, Intent, Status, key_life, place, token};

/// What a key was used for first, and what was answered.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    refund: RefundCharge,
    at: Timestamp,
    answer: RefundOutcome,
}

impl Bank {
    /// Gives money back, never more than was captured.
    pub(crate) fn refund(&mut self, refund: &RefundCharge, now: Timestamp) -> RefundOutcome {
        let key = refund.idempotency_key();
        let life = self.intent(Some(&refund.reference)).map(|intent| key_life(&intent.charge.method));
        let is_known = |kept: &&Kept| life.is_some_and(|life| now.since(kept.at) < life);
        if let Some(kept) = self.kept_refunds.get(&key).filter(is_known) {
            return if kept.refund == *refund { kept.answer } else { RefundOutcome::Unknown };
        }
        let answer = self.give_back(refund);
        if answer != RefundOutcome::Disputed || self.keeps_refusals(refund) {
            self.kept_refunds.insert(key, Kept { refund: refund.clone(), at: now, answer });
        }
        answer
    }

    fn give_back(&mut self, refund: &RefundCharge) -> RefundOutcome {
        let intent = place(Some(&refund.reference)).and_then(|at| self.intents.get_mut(at));
        let Some(intent) = intent.filter(|intent| intent.status == Status::Succeeded) else {
            return RefundOutcome::Unknown;
        };
        if token(&intent.charge) == "refund_refused" && refund.number == 1 {
            return RefundOutcome::Refused;
        }
        if intent.withholds() {
            return RefundOutcome::Disputed;
        }
        let amount = refund.amount.amount();
        // "Already refunded" may be the answer to a repetition, so it proves nothing.
        if amount > intent.captured().saturating_sub(intent.refunded()) {
            return RefundOutcome::Unknown;
        }
        intent.refunds.push((refund.number, amount));
        RefundOutcome::Refunded
    }

    /// Stripe keeps what it refused under its key; PayPal and Adyen execute a repetition of it.
    fn keeps_refusals(&self, refund: &RefundCharge) -> bool {
        let intent = self.intent(Some(&refund.reference));
        intent.is_some_and(|intent| matches!(intent.charge.method, PaymentMethod::Stripe { .. }))
    }

    /// Fails, and keeps the failure under the key.
    pub(crate) fn fail_refund(&mut self, refund: &RefundCharge, now: Timestamp) -> RefundOutcome {
        let answer = RefundOutcome::Unknown;
        let kept = Kept { refund: refund.clone(), at: now, answer };
        self.kept_refunds.entry(refund.idempotency_key()).or_insert(kept).answer
    }

    /// A request that is still on its way when its sender has given up.
    pub(crate) fn delay_refund(&mut self, refund: RefundCharge, until: Timestamp) {
        self.late_refunds.push((until, refund));
    }

    /// Whether a refund of an order is among those of its object.
    pub(crate) fn has_refunded(&self, order: &OrderId, number: RefundNumber) -> bool {
        let mut ours = self.intents.iter().filter(|intent| intent.charge.order_id == *order);
        ours.any(|intent| intent.refunds.iter().any(|(made, _)| *made == number))
    }

    /// Whether a refund is among those of its object. That it is not there proves nothing.
    pub(crate) fn look_up_refund(&self, refund: &RefundCharge) -> RefundOutcome {
        let intent = self.intent(Some(&refund.reference));
        let is_made = |intent: &Intent| intent.refunds.iter().any(|(number, _)| *number == refund.number);
        if intent.is_some_and(is_made) { RefundOutcome::Refunded } else { RefundOutcome::Unknown }
    }
}

impl Intent {
    pub(super) fn captured(&self) -> i64 {
        if self.status == Status::Succeeded { self.charge.amount.amount() } else { 0 }
    }

    pub(crate) fn refunded(&self) -> i64 {
        self.refunds.iter().fold(0, |sum, (_, amount)| sum.saturating_add(*amount))
    }
}
