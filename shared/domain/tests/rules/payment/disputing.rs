use domain::Idempotent;
use domain::payment::{AttemptNumber, DisputeDecision, DisputeSeen};
use proptest::prelude::*;

use super::Shop;

/// Something that happens about a dispute.
#[derive(Clone, Debug)]
pub(super) enum Disputing {
    /// The shopper demands back so many thousandths of what is left.
    Opens(i64),
    /// The oldest one is decided.
    Ends(DisputeDecision),
    /// The shop hears, and asks the gateway.
    IsTold,
    /// The shop hears what was true when it heard the last time.
    IsToldLate,
}

pub(super) fn any_disputing() -> impl Strategy<Value = Disputing> {
    prop_oneof![
        1 => (1..=1_000_i64).prop_map(Disputing::Opens),
        1 => prop_oneof![Just(DisputeDecision::Won), Just(DisputeDecision::Lost)].prop_map(Disputing::Ends),
        2 => Just(Disputing::IsTold),
        1 => Just(Disputing::IsToldLate),
    ]
}

impl Shop {
    pub(super) fn disputing(&mut self, disputing: &Disputing) {
        match disputing {
            Disputing::Opens(per_mille) => self.gateway.open_dispute(*per_mille),
            Disputing::Ends(decision) => {
                self.gateway.decide_dispute(*decision);
            }
            Disputing::IsTold => self.see_disputes(),
            Disputing::IsToldLate => self.show(&self.seen.clone()),
        }
    }

    pub(super) fn see_disputes(&mut self) {
        let attempt = self.attempt().number;
        let seen = (attempt, self.gateway.disputes(attempt));
        self.show(&seen);
        self.seen = seen;
    }

    /// Whoever heard late changes nothing that was decided.
    fn show(&mut self, (attempt, seen): &(AttemptNumber, Vec<DisputeSeen>)) {
        match self.order.clone().dispute(*attempt, seen, self.now) {
            Ok(Idempotent::Executed(change)) => self.commit(change),
            Ok(Idempotent::AlreadyApplied(unchanged)) => assert_eq!(unchanged.order, self.order),
            Err(_) => assert!(self.order.disputable(*attempt).is_none()),
        }
    }

    /// Every dispute is decided in the end, and the shop hears of it. Answers whether it had not.
    pub(super) fn disputes_end(&mut self) -> bool {
        let version = self.order.version;
        while self.gateway.decide_dispute(DisputeDecision::Won) {}
        self.see_disputes();
        self.order.version != version
    }
}
