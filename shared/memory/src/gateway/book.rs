use std::collections::BTreeMap;

use domain::invariant::ChargeEntry;
use domain::payment::{
    ActionResult, AttemptNumber, Charge, DisputeDecision, DisputeSeen, GatewayReference, Outcome,
    PaymentToken, RefundCharge, RefundNumber, RefundOutcome,
};

use domain::webhook::Purpose;
use domain::{Money, OrderId};

use super::Call;

/// Every object of the gateway, by the attempt that it was opened for.
#[derive(Debug, Default)]
pub(super) struct Book {
    objects: BTreeMap<(OrderId, AttemptNumber), Object>,
    decisions: BTreeMap<String, Outcome>,
}

#[derive(Debug)]
struct Object {
    charge: Charge,
    stands: Standing,
    /// Whether it was captured although it had been a definite no.
    after_no: bool,
    /// By key: a repetition under the same one changes nothing.
    refunds: BTreeMap<String, (RefundNumber, i64)>,
    disputes: Vec<DisputeSeen>,
}

/// Where an object stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    /// It waits for a confirm.
    Open,
    /// It stands as this answer says.
    Decided(Outcome),
}

impl Book {
    /// What stands for a token where the shopper approves and brings none.
    const APPROVED: &str = "approved";

    pub(super) fn card(&mut self, token: &str, decision: Outcome) {
        self.decisions.insert(token.to_owned(), decision);
    }

    pub(super) fn account(&mut self, decision: Outcome) {
        self.card(Self::APPROVED, decision);
    }

    pub(super) fn shopper_acts(&mut self, order: &OrderId, decision: &Outcome) {
        let waits = |object: &&mut Object| {
            object.charge.order_id == *order
                && matches!(object.stands, Standing::Decided(Outcome::RequiresAction { .. }))
        };
        for object in self.objects.values_mut().filter(waits) {
            object.stands = Standing::Decided(decision.clone());
        }
    }

    pub(super) fn lets_lapse(&mut self, order: &OrderId) {
        let is_held = |object: &&mut Object| {
            object.charge.order_id == *order && object.stands == Standing::Decided(Outcome::Authorized)
        };
        for object in self.objects.values_mut().filter(is_held) {
            object.stands = Standing::Decided(Outcome::Voided);
        }
    }

    pub(super) fn captures_after_no(&mut self, order: &OrderId) {
        for object in self.objects.values_mut().filter(|object| object.charge.order_id == *order) {
            if !matches!(object.stands, Standing::Decided(Outcome::Captured)) {
                (object.stands, object.after_no) = (Standing::Decided(Outcome::Captured), true);
            }
        }
    }

    pub(super) fn execute(&mut self, call: Call, charge: &Charge) -> Outcome {
        // What an action led to comes later, and a renewal changes the key and nothing of what is charged.
        let completed = self.completed(charge.action_result.as_ref());
        let charge = &Charge { action_result: None, renewal: 0, ..charge.clone() };
        let place = (charge.order_id.clone(), charge.attempt);
        if call == Call::Open {
            return self.open(place, charge);
        }
        let decision = self.decision(charge);
        let gateway = charge.method.gateway();
        let voids_held_only = gateway.voids_only_what_is_held();
        let Some(object) = self.objects.get_mut(&place) else {
            return Outcome::Unknown;
        };
        if object.charge != *charge {
            // A key that comes with another body is refused unexecuted.
            return Outcome::Rejected;
        }
        object.stands = match (call, object.stands.clone()) {
            (Call::Confirm, Standing::Open | Standing::Decided(Outcome::Approved)) => {
                Standing::Decided(decision)
            }
            (Call::Complete, Standing::Decided(Outcome::RequiresAction { .. })) => {
                Standing::Decided(completed)
            }
            // Who authorizes by a result cannot be asked whether one is awaited.
            (Call::LookUp, Standing::Decided(Outcome::RequiresAction { .. }))
                if gateway.completes_by_result() =>
            {
                return Outcome::Unknown;
            }
            (Call::Capture, Standing::Decided(Outcome::Authorized | Outcome::AuthorizedAtRisk(_))) => {
                Standing::Decided(Outcome::Captured)
            }
            (
                Call::Void,
                Standing::Open
                | Standing::Decided(
                    Outcome::Authorized | Outcome::AuthorizedAtRisk(_) | Outcome::RequiresAction { .. },
                ),
            ) if !voids_held_only => Standing::Decided(Outcome::Voided),
            // Elsewhere only what is held can be given up.
            (Call::Void, Standing::Decided(Outcome::Authorized)) => Standing::Decided(Outcome::Voided),
            (
                Call::Void,
                Standing::Open | Standing::Decided(Outcome::Approved | Outcome::RequiresAction { .. }),
            ) => return Outcome::Unknown,
            (
                Call::Open | Call::Confirm | Call::Complete | Call::Capture | Call::Void | Call::LookUp,
                unchanged,
            ) => unchanged,
        };
        match &object.stands {
            // An object that waits for a confirm proves nothing.
            Standing::Open => Outcome::Unknown,
            Standing::Decided(outcome) => outcome.clone(),
        }
    }

    fn open(&mut self, place: (OrderId, AttemptNumber), charge: &Charge) -> Outcome {
        let reference = format!("scripted_{}_{}", charge.order_id, charge.attempt);
        // Ids have only letters that a reference may have.
        let Ok(reference) = reference.parse::<GatewayReference>() else { return Outcome::Unknown };
        let (stands, answer) = if charge.method.gateway().approves_by_redirect() {
            let url = "https://gateway.example/approve".to_owned();
            let waits = Standing::Decided(Outcome::RequiresAction { url: url.clone() });
            (waits, Outcome::ApprovalNeeded { reference, url })
        } else {
            (Standing::Open, Outcome::Opened(reference))
        };
        let (refunds, disputes) = (BTreeMap::new(), Vec::new());
        let object = Object { charge: charge.clone(), stands, after_no: false, refunds, disputes };
        if self.objects.entry(place).or_insert(object).charge != *charge {
            return Outcome::Rejected;
        }
        answer
    }

    /// Gives back at most what was captured and is still here.
    pub(super) fn refund(&mut self, refund: &RefundCharge) -> RefundOutcome {
        let place = (refund.order_id.clone(), refund.attempt);
        let Some(object) = self.objects.get_mut(&place) else { return RefundOutcome::Unknown };
        let key = refund.idempotency_key();
        if let Some((_, amount)) = object.refunds.get(&key) {
            let is_same = *amount == refund.amount.amount();
            return if is_same { RefundOutcome::Refunded } else { RefundOutcome::Unknown };
        }
        if object.disputes.iter().any(|dispute| dispute.decision != Some(DisputeDecision::Won)) {
            return RefundOutcome::Disputed;
        }
        let left = object.captured().saturating_sub(object.refunded());
        if refund.amount.amount() > left {
            return RefundOutcome::Unknown;
        }
        object.refunds.insert(key, (refund.number, refund.amount.amount()));
        RefundOutcome::Refunded
    }

    pub(super) fn look_up_refund(&self, refund: &RefundCharge) -> RefundOutcome {
        let object = self.objects.get(&(refund.order_id.clone(), refund.attempt));
        let is_made =
            object.is_some_and(|object| object.refunds.values().any(|(number, _)| *number == refund.number));
        if is_made { RefundOutcome::Refunded } else { RefundOutcome::Unknown }
    }

    /// The shopper demands back what was captured for this order and has not gone back, or that is decided.
    pub(super) fn dispute(&mut self, order: &OrderId, reference: &str, decision: Option<DisputeDecision>) {
        let captured = |object: &&mut Object| object.charge.order_id == *order && object.captured() > 0;
        for object in self.objects.values_mut().filter(captured) {
            let left = object.captured().saturating_sub(object.refunded());
            match object.disputes.iter_mut().find(|dispute| dispute.reference.as_str() == reference) {
                Some(dispute) => dispute.decision = decision,
                None => object.disputes.extend(dispute(reference, left, &object.charge, decision)),
            }
        }
    }

    pub(super) fn disputes(&self, charge: &Charge) -> Vec<DisputeSeen> {
        let object = self.objects.get(&(charge.order_id.clone(), charge.attempt));
        object.map(|object| object.disputes.clone()).unwrap_or_default()
    }

    /// What the object of that id was opened for.
    pub(super) fn purpose(&self, reference: &GatewayReference) -> Option<Purpose> {
        let is_it = |(order_id, attempt): &&(OrderId, AttemptNumber)| {
            reference.as_str() == format!("scripted_{order_id}_{attempt}")
        };
        let (order_id, attempt) = self.objects.keys().find(is_it)?;
        Some(Purpose { order_id: order_id.clone(), attempt: *attempt })
    }

    fn decision(&self, charge: &Charge) -> Outcome {
        self.decisions
            .get(charge.method.token().map_or(Self::APPROVED, PaymentToken::expose))
            .cloned()
            .unwrap_or(Outcome::Authorized)
    }

    fn completed(&self, result: Option<&ActionResult>) -> Outcome {
        let decision = result.and_then(|result| self.decisions.get(result.expose()));
        decision.cloned().unwrap_or(Outcome::Authorized)
    }

    pub(super) fn entries(&self) -> Vec<ChargeEntry> {
        let entry = |object: &Object| ChargeEntry {
            order_id: object.charge.order_id.clone(),
            amount: object.charge.amount.amount(),
            currency: object.charge.amount.currency(),
            captured: object.captured(),
            refunded: object.refunded(),
            disputes: object.disputes.clone(),
            after_no: object.after_no,
        };
        self.objects.values().map(entry).collect()
    }
}

fn dispute(
    reference: &str,
    amount: i64,
    charge: &Charge,
    decision: Option<DisputeDecision>,
) -> Option<DisputeSeen> {
    let amount = Money::new(amount, charge.amount.currency()).ok()?;
    Some(DisputeSeen { reference: reference.parse().ok()?, amount, decision })
}

impl Object {
    fn captured(&self) -> i64 {
        if self.stands == Standing::Decided(Outcome::Captured) { self.charge.amount.amount() } else { 0 }
    }

    fn refunded(&self) -> i64 {
        self.refunds.values().fold(0, |sum, (_, amount)| sum.saturating_add(*amount))
    }
}
