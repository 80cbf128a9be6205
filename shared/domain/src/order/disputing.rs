//! Disputes: money that the shopper demands back over the shop's head.

use super::ledger::{Account, PostingCause};
use super::{Order, OrderChange, OrderRefused};
use crate::payment::{
    Attempt, AttemptNumber, AttemptState, Dispute, DisputeDecision, DisputeNumber, DisputeSeen, DisputeState,
    DisputeWay, GatewayName, GatewayReference, ListedAs, Refund, RefundCause,
};
use crate::wake::{Queue, Wake};
use crate::{Idempotent, Money, Timestamp};

/// Why what a gateway shows of disputes is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DisputeRefused {
    /// As far as the order knows, the attempt has taken nothing that could be disputed.
    #[error("nothing was captured")]
    NotCaptured,
    /// One is about another currency than was charged, or about nothing.
    #[error("a dispute is not about what was charged")]
    OtherMoney,
}

impl Order {
    /// Takes what a gateway shows of the disputes of an attempt. One that was decided stays so, whatever comes late or out
    /// of order; and what is not shown any more is not forgotten.
    ///
    /// # Errors
    /// See [`DisputeRefused`].
    pub fn dispute(
        mut self,
        attempt: AttemptNumber,
        seen: &[DisputeSeen],
        now: Timestamp,
    ) -> Result<Idempotent<OrderChange>, DisputeRefused> {
        let gateway = self.disputable(attempt).ok_or(DisputeRefused::NotCaptured)?.method.gateway();
        let currency = self.totals.total.currency();
        if seen.iter().any(|one| one.amount.currency() != currency || one.amount.amount() <= 0) {
            return Err(DisputeRefused::OtherMoney);
        }
        let mut has_moved = false;
        for one in seen {
            has_moved |= self.open_dispute(attempt, gateway, one, now);
            has_moved |= self.decide_dispute(attempt, gateway, one, now);
        }
        if !has_moved {
            return Ok(Idempotent::AlreadyApplied(self.unchanged()));
        }
        self.refunds.iter_mut().for_each(|refund| refund.begin_anew(now));
        self.withdraw_what_is_lost(now);
        let holds = if self.rests() && !self.has_units_to_end() { self.refund_settled(now) } else { None };
        Ok(Idempotent::Executed(self.next_version(now, holds)))
    }

    /// Notes that this transfer of its gateway's list stands for a dispute, and so for no other one.
    ///
    /// # Errors
    /// Refuses where another transfer does.
    pub fn list_dispute(
        mut self,
        number: DisputeNumber,
        way: DisputeWay,
        transfer: &GatewayReference,
        now: Timestamp,
    ) -> Result<OrderChange, OrderRefused> {
        let dispute =
            self.disputes.iter_mut().find(|dispute| dispute.number == number).ok_or(OrderRefused)?;
        let listed = match way {
            DisputeWay::Withdrawn => &mut dispute.listed_as.withdrawn,
            DisputeWay::Reversed => &mut dispute.listed_as.reversed,
        };
        if listed.is_some() {
            return Err(OrderRefused);
        }
        *listed = Some(transfer.clone());
        Ok(self.next_version(now, None))
    }

    /// A dispute of the attempt that was decided here, and of which its gateway now says something else.
    pub fn contradicted(&self, attempt: AttemptNumber, seen: &[DisputeSeen]) -> Option<&Dispute> {
        let is_contradicted = |dispute: &&Dispute| seen.iter().any(|one| dispute.is_contradicted_by(one));
        self.disputes.iter().filter(|dispute| dispute.attempt == attempt).find(is_contradicted)
    }

    /// The attempt of that number, if it has taken money: for the order, or although it had been a definite no.
    pub fn disputable(&self, attempt: AttemptNumber) -> Option<&Attempt> {
        let is_orphaned = || self.refunds.iter().any(|refund| refund.cause == RefundCause::Orphaned(attempt));
        self.attempts
            .iter()
            .find(|one| one.number == attempt && (one.state == AttemptState::Captured || is_orphaned()))
    }

    /// The attempt of an open dispute that is to be looked at now: its order rests, and has nothing else to wait for.
    pub fn dispute_due(&self, now: Timestamp) -> Option<AttemptNumber> {
        let is_due = |wake: &Wake| wake.queue == Queue::CapturePayment && wake.at <= now;
        self.wake.filter(is_due).filter(|_| self.rests())?;
        self.disputes.iter().find(|dispute| dispute.is_open()).map(|dispute| dispute.attempt)
    }

    /// Whether something that was paid for it is in dispute, or was lost to one.
    pub fn is_disputed(&self) -> bool {
        self.has_open_dispute() || self.lost() > 0
    }

    /// Whether something that was paid for it is in dispute.
    pub fn has_open_dispute(&self) -> bool {
        let captured = self.attempts.iter().find(|attempt| attempt.state == AttemptState::Captured);
        captured.is_some_and(|attempt| self.disputes_of(attempt.number).any(Dispute::is_open))
    }

    /// What of the captured money was lost to disputes, in minor units, as its ledger says.
    pub fn lost(&self) -> i64 {
        self.ledger.balance(Account::Losses)
    }

    /// Whether a refund waits: a dispute of its money is open, or has left too little of it.
    pub fn is_held(&self, refund: &Refund) -> bool {
        self.charged_by(refund).is_some_and(|attempt| {
            self.disputes_of(attempt.number).any(Dispute::is_open) || self.is_overdrawn(attempt.number)
        })
    }

    /// Withdraws the newest refunds that a lost dispute has left no money for.
    pub(super) fn withdraw_what_is_lost(&mut self, now: Timestamp) {
        let numbers: Vec<AttemptNumber> = self.attempts.iter().map(|attempt| attempt.number).collect();
        for attempt in numbers {
            while self.is_overdrawn(attempt) && !self.disputes_of(attempt).any(Dispute::is_open) {
                let is_one = |refund: &Refund| refund.is_unsent() && self.charger(refund) == Some(attempt);
                let newest = self.refunds.iter().rposition(is_one);
                let Some(refund) = newest.and_then(|place| self.refunds.get_mut(place)) else { break };
                refund.withdraw(now);
            }
            self.give_back_what_is_left(attempt, now);
        }
    }

    /// What a cancel or a gateway's mistake is to give back in full goes back as far as it is left, whatever was withdrawn; what
    /// an operator asked for is theirs to ask for again.
    pub(super) fn give_back_what_is_left(&mut self, attempt: AttemptNumber, now: Timestamp) {
        let orphaned = RefundCause::Orphaned(attempt);
        let has_paid = |one: &Attempt| one.number == attempt && one.state == AttemptState::Captured;
        let cause = if self.refunds.iter().any(|refund| refund.cause == orphaned) {
            orphaned
        } else if self.cancel_requested_at.is_some() && self.attempts.iter().any(has_paid) {
            RefundCause::Cancelled
        } else {
            return;
        };
        let left = Money::new(self.left_of(attempt).max(0), self.totals.total.currency());
        if let Ok(left) = left
            && left.amount() > 0
        {
            self.add_refund(left, cause, now);
        }
    }

    /// Whether more is to go back of an attempt than a lost dispute has left.
    fn is_overdrawn(&self, attempt: AttemptNumber) -> bool {
        self.lost_by(attempt) > 0 && self.left_of(attempt) < 0
    }

    /// What was captured by an attempt less what was lost of it and what goes back or has gone, in minor units.
    fn left_of(&self, attempt: AttemptNumber) -> i64 {
        let goes = |refund: &&Refund| !refund.is_withdrawn() && self.charger(refund) == Some(attempt);
        let taken = self.refunds.iter().filter(goes).map(|refund| refund.amount.amount());
        let taken = taken.fold(self.lost_by(attempt), i64::saturating_add);
        self.totals.total.amount().saturating_sub(taken)
    }

    fn lost_by(&self, attempt: AttemptNumber) -> i64 {
        let lost = self.disputes_of(attempt).filter(|dispute| dispute.is_lost());
        lost.fold(0, |sum, dispute| sum.saturating_add(dispute.amount.amount()))
    }

    fn charger(&self, refund: &Refund) -> Option<AttemptNumber> {
        self.charged_by(refund).map(|attempt| attempt.number)
    }

    fn disputes_of(&self, attempt: AttemptNumber) -> impl Iterator<Item = &Dispute> {
        self.disputes.iter().filter(move |dispute| dispute.attempt == attempt)
    }

    /// Notes a dispute that was not known. Answers whether there was one.
    fn open_dispute(
        &mut self,
        attempt: AttemptNumber,
        gateway: GatewayName,
        seen: &DisputeSeen,
        now: Timestamp,
    ) -> bool {
        if self.disputes_of(attempt).any(|dispute| dispute.reference == seen.reference) {
            return false;
        }
        let number = self.disputes.last().map_or(0, |dispute| dispute.number).saturating_add(1);
        let (reference, amount) = (seen.reference.clone(), seen.amount);
        self.disputes.push(Dispute {
            number,
            reference,
            attempt,
            amount,
            state: DisputeState::Open,
            opened_at: now,
            listed_as: ListedAs::default(),
        });
        self.post(PostingCause::DisputeOpened(number), gateway, amount, now);
        true
    }

    /// Notes how an open dispute was decided. Answers whether it was.
    fn decide_dispute(
        &mut self,
        attempt: AttemptNumber,
        gateway: GatewayName,
        seen: &DisputeSeen,
        now: Timestamp,
    ) -> bool {
        let is_orphan = self.attempts.iter().any(|one| one.number == attempt && one.is_definite_no());
        let is_it = |dispute: &&mut Dispute| {
            dispute.attempt == attempt && dispute.reference == seen.reference && dispute.is_open()
        };
        let (Some(decision), Some(dispute)) = (seen.decision, self.disputes.iter_mut().find(is_it)) else {
            return false;
        };
        dispute.state = decision.state(now);
        let (number, amount) = (dispute.number, dispute.amount);
        let cause = match decision {
            DisputeDecision::Won => PostingCause::DisputeWon(number),
            DisputeDecision::Lost if is_orphan => PostingCause::OrphanDisputeLost(number),
            DisputeDecision::Lost => PostingCause::DisputeLost(number),
        };
        self.post(cause, gateway, amount, now);
        true
    }
}
