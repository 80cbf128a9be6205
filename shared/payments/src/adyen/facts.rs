use std::collections::BTreeMap;

use application::Failure;
use domain::Money;
use domain::payment::{
    Charge, DisputeDecision, DisputeSeen, GatewayReference, Outcome, RefundCharge, RefundOutcome,
};
use domain::webhook::{DisputeStage, Fact, FactSubject};

use super::decline::refused;

/// Where an attempt stands, as far as it was told. A success counts for more than a failure of another request for the
/// same; that nothing was told, or only that a capture or a cancel could not be done, proves nothing.
pub(super) fn prove(charge: &Charge, told: &[Fact]) -> Outcome {
    let done = |subject: FactSubject| told.iter().find(|fact| fact.success && fact.subject == subject);
    let refused_for_good =
        || told.iter().any(|fact| !fact.success && fact.subject == FactSubject::Authorization);
    if let Some(captured) = done(FactSubject::Capture) {
        return if agrees(captured, charge.amount) { Outcome::Captured } else { Outcome::Mismatch };
    }
    if done(FactSubject::Cancellation).is_some() {
        return Outcome::Voided;
    }
    match done(FactSubject::Authorization) {
        Some(held) if agrees(held, charge.amount) => {
            held.risk.map_or(Outcome::Authorized, Outcome::AuthorizedAtRisk)
        }
        Some(_) => Outcome::Mismatch,
        None if refused_for_good() => Outcome::Declined(refused(None)),
        None => Outcome::Unknown,
    }
}

/// Adyen's id of a payment that was authorized.
pub(super) fn authorized(told: &[Fact]) -> Option<GatewayReference> {
    let of_payment = |fact: &&Fact| {
        fact.success && matches!(fact.subject, FactSubject::Authorization | FactSubject::Capture)
    };
    told.iter().find(of_payment).map(|fact| fact.payment.clone())
}

/// What became of a refund.
pub(super) fn prove_refund(refund: &RefundCharge, told: &[Fact]) -> RefundOutcome {
    let ours = || told.iter().filter(|fact| fact.subject == FactSubject::Refund(refund.number));
    match ours().find(|fact| fact.success) {
        Some(made) if agrees(made, refund.amount) => RefundOutcome::Refunded,
        // Another amount went back than was asked for: no call could mend that.
        Some(_) => RefundOutcome::Refused,
        None if ours().next().is_some() => RefundOutcome::Refused,
        None => RefundOutcome::Unknown,
    }
}

/// Every dispute that was told of, in whatever order its stages came. One that was won and lost again is two: the second
/// has the name of the first with a word of ours.
pub(super) fn disputes(told: &[Fact]) -> Result<Vec<DisputeSeen>, Failure> {
    let mut stages: BTreeMap<&str, (Money, Vec<DisputeStage>)> = BTreeMap::new();
    for fact in told.iter().filter(|fact| fact.success) {
        let FactSubject::Dispute { reference, stage } = &fact.subject else { continue };
        let amount = fact.amount.ok_or(Failure::Unreadable("a dispute's amount"))?;
        stages.entry(reference.as_str()).or_insert_with(|| (amount, Vec::new())).1.push(*stage);
    }
    let mut seen = Vec::new();
    for (reference, (amount, stages)) in stages {
        let was_lost_again = stages.contains(&DisputeStage::LostAgain);
        // It can be lost again only after it was won.
        let decision = if was_lost_again || stages.contains(&DisputeStage::Won) {
            Some(DisputeDecision::Won)
        } else {
            stages.contains(&DisputeStage::Lost).then_some(DisputeDecision::Lost)
        };
        seen.push(dispute(reference, amount, decision)?);
        if was_lost_again {
            seen.push(dispute(&again(reference), amount, Some(DisputeDecision::Lost))?);
        }
    }
    Ok(seen)
}

/// Our name for a dispute that was won and lost again.
pub(super) fn again(reference: &str) -> String {
    format!("{reference}-again")
}

fn dispute(
    reference: &str,
    amount: Money,
    decision: Option<DisputeDecision>,
) -> Result<DisputeSeen, Failure> {
    let reference = reference.parse().map_err(|_| Failure::Unreadable("a dispute's id"))?;
    Ok(DisputeSeen { reference, amount, decision })
}

fn agrees(fact: &Fact, money: Money) -> bool {
    fact.amount == Some(money)
}
