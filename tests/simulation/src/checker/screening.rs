use domain::OrderId;
use domain::fraud::{ReviewDecision, Risk, Verdict};
use domain::order::Order;
use domain::payment::Attempt;

use super::Checker;
use crate::answer::Request;
use crate::bank::{Bank, Intent, Status, risk};

/// What is to be reviewed is captured after somebody asked for that, and never before.
const REVIEW_HOLDS: &str = "REVIEW_HOLDS";
/// What the rules refuse holds and moves no money; what its gateway warns of is held until it is voided.
const REFUSED_UNSENT: &str = "REFUSED_UNSENT";
/// What a gateway warns of is never captured, and what it doubts not before a person was asked.
const RISK_HEEDED: &str = "RISK_HEEDED";
/// Whoever is refused as a card tester had so many cards declined.
const REFUSED_FOR_A_REASON: &str = "REFUSED_FOR_A_REASON";

/// From so many declined attempts on a customer is taken for a card tester.
const DECLINES: usize = 5;

impl Checker {
    /// Somebody asks for something.
    pub(crate) fn asked(&mut self, request: &Request) {
        if let Request::Review(id, ReviewDecision::Approve) = request {
            self.approved.insert(id.clone());
        }
    }

    pub(super) fn check_screenings(&mut self, bank: &Bank) {
        let orders = self.books.orders.iter().map(|record| &record.order);
        let found = orders.clone().find_map(|order| {
            order.attempts.iter().find_map(|attempt| self.found_at_gateway(order, attempt, bank))
        });
        let unfounded = || orders.clone().find_map(|order| self.unfounded(order));
        if let Some((invariant, order)) = found.or_else(unfounded) {
            self.breaks(invariant, || order.to_string());
        }
    }

    fn found_at_gateway(
        &self,
        order: &Order,
        attempt: &Attempt,
        bank: &Bank,
    ) -> Option<(&'static str, OrderId)> {
        let mut intents = bank.intents_of(&order.id, attempt.number);
        let is_approved = self.approved.contains(&order.id);
        let unheeded = |intent: &Intent| match risk(&intent.charge) {
            None => false,
            Some(Risk::Elevated) => intent.status == Status::Succeeded && !is_approved,
            Some(Risk::Highest) => intent.status == Status::Succeeded,
        };
        if bank.intents_of(&order.id, attempt.number).any(unheeded) {
            return Some((RISK_HEEDED, order.id.clone()));
        }
        match attempt.screening.as_ref()?.verdict {
            Verdict::Allow => None,
            Verdict::Review => (intents.any(|intent| intent.status == Status::Succeeded) && !is_approved)
                .then(|| (REVIEW_HOLDS, order.id.clone())),
            Verdict::Refuse => {
                let has = |intent: &Intent| {
                    let is_warned_of = risk(&intent.charge) == Some(Risk::Highest);
                    intent.has_money() && !(is_warned_of && intent.status == Status::RequiresCapture)
                };
                intents.any(has).then(|| (REFUSED_UNSENT, order.id.clone()))
            }
        }
    }

    fn unfounded(&self, order: &Order) -> Option<(&'static str, OrderId)> {
        let is_refused =
            order.attempts.iter().filter_map(|attempt| attempt.screening.as_ref()).any(|screening| {
                screening.verdict == Verdict::Refuse
                    && screening.fired.iter().any(|rule| rule == "card-testing")
            });
        let orders = self.books.orders.iter().map(|record| &record.order);
        let attempts = orders.filter(|one| one.caller == order.caller).flat_map(|one| &one.attempts);
        let declined = attempts.filter(|attempt| attempt.was_declined_by_gateway()).count();
        (is_refused && declined < DECLINES).then(|| (REFUSED_FOR_A_REASON, order.id.clone()))
    }
}
