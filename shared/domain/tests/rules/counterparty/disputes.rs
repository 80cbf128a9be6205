use domain::Money;
use domain::payment::{AttemptNumber, DisputeDecision, DisputeSeen};

use super::{Counterparty, Object};

impl Counterparty {
    /// The shopper demands back so many thousandths of what was captured and has not gone back.
    pub(crate) fn open_dispute(&mut self, per_mille: i64) {
        let number = self.disputes.len();
        let captured =
            self.objects.values().find(|object| object.captured() > 0).map(|object| &object.charge);
        let Some(charge) = captured.filter(|charge| !self.withholds(charge.attempt)) else { return };
        let left = charge.amount.amount() - self.refunded(charge.attempt);
        let amount = Money::new(left * per_mille / 1_000, charge.amount.currency()).unwrap();
        if amount.amount() > 0 {
            let seen =
                DisputeSeen { reference: format!("dp_{number}").parse().unwrap(), amount, decision: None };
            self.disputes.push((charge.attempt, seen));
        }
    }

    /// The oldest dispute that is open is decided. Answers whether there was one.
    pub(crate) fn decide_dispute(&mut self, decision: DisputeDecision) -> bool {
        let open = self.disputes.iter_mut().map(|(_, dispute)| dispute).find(|one| one.decision.is_none());
        open.is_some_and(|dispute| dispute.decision.replace(decision).is_none())
    }

    pub(crate) fn disputes(&self, attempt: AttemptNumber) -> Vec<DisputeSeen> {
        let ours = self.disputes.iter().filter(|(of, _)| *of == attempt);
        ours.map(|(_, dispute)| dispute.clone()).collect()
    }

    /// Whether it gives nothing back of this attempt.
    pub(super) fn withholds(&self, attempt: AttemptNumber) -> bool {
        self.disputes(attempt).iter().any(|dispute| dispute.decision != Some(DisputeDecision::Won))
    }
}

impl Object {
    pub(super) fn captured(&self) -> i64 {
        if self.truth == super::Truth::Captured { self.charge.amount.amount() } else { 0 }
    }
}
