use domain::order::{Order, Posting, PostingCause};
use domain::payment::{DisputeNumber, Outcome, RefundOutcome};
use domain::reconciliation::{Difference, unlisted};

use super::listed::Listed;
use super::{At, Comparison, Progress};
use crate::{Failure, Gateway, SWEEP_SHARDS};

/// What a gateway that does not list a posting says when it is asked for it.
enum Confirmation {
    /// It happened, and stands in another window.
    Confirmed,
    /// It did not happen.
    Denied,
    /// It does not say.
    Silent,
}

/// Asks the gateway for what is posted there and not listed. An order that was posted to in the window is looked at as a
/// whole: it is found at its latest posting alone.
pub(super) async fn confirm_all(
    at: &At<'_>,
    listed: &Listed,
    comparison: &mut Comparison,
) -> Result<Progress, Failure> {
    let mut failure = None;
    for shard in 0..SWEEP_SHARDS {
        for id in at.ports.reconciliations.posted(shard, at.window).await? {
            let Some(order) = at.ports.payment.orders.order(&id).await? else { continue };
            let is_listed = |posting| listed.contains_key(&(id.clone(), posting));
            for posting in unlisted(&order, at.gateway, is_listed) {
                match confirm(at, &order, posting, comparison).await {
                    Ok(()) => {}
                    Err(_) if !at.has_time() => return Ok(Progress::OutOfTime),
                    Err(failed) => {
                        failure.get_or_insert(failed);
                    }
                }
            }
        }
    }
    failure.map_or(Ok(Progress::Complete), Err)
}

async fn confirm(
    at: &At<'_>,
    order: &Order,
    posting: &Posting,
    comparison: &mut Comparison,
) -> Result<(), Failure> {
    if !at.has_time() {
        return Err(Failure::Throttled);
    }
    match ask(at, order, posting).await {
        Confirmation::Confirmed => Ok(()),
        Confirmation::Silent if !at.is_out_of_patience().await? => Err(Failure::Unavailable),
        Confirmation::Denied | Confirmation::Silent => {
            let difference = Difference::of_posting(&order.id, posting, at.ports.payment.clock.now());
            at.note(&difference, comparison).await
        }
    }
}

async fn ask(at: &At<'_>, order: &Order, posting: &Posting) -> Confirmation {
    let gateway = at.ports.payment.gateways.named(at.gateway);
    match posting.cause {
        PostingCause::Captured(number) | PostingCause::Orphaned(number) => {
            let attempt = order.attempts.iter().find(|attempt| attempt.number == number);
            let Some((attempt, reference)) = attempt.and_then(|one| Some((one, one.reference.as_ref()?)))
            else {
                return Confirmation::Denied;
            };
            of_charge(&gateway.look_up(&order.charge(attempt), reference).await)
        }
        PostingCause::Refunded(number) | PostingCause::OrphanReturned(number) => {
            let refund = order.refunds.iter().find(|refund| refund.number == number);
            let Some(charge) = refund.and_then(|refund| order.refund_charge(refund)) else {
                return Confirmation::Denied;
            };
            of_refund(gateway.look_up_refund(&charge).await)
        }
        PostingCause::DisputeOpened(number)
        | PostingCause::DisputeWon(number)
        | PostingCause::DisputeLost(number)
        | PostingCause::OrphanDisputeLost(number) => ask_of_dispute(gateway, order, number).await,
    }
}

/// Its decision is not compared: what the gateway has decided otherwise since is told to a person by whoever hears of it.
async fn ask_of_dispute(gateway: &dyn Gateway, order: &Order, number: DisputeNumber) -> Confirmation {
    let dispute = order.disputes.iter().find(|dispute| dispute.number == number);
    let disputed = dispute.and_then(|dispute| {
        let attempt = order.disputable(dispute.attempt)?;
        Some((dispute, attempt, attempt.reference.as_ref()?))
    });
    let Some((dispute, attempt, reference)) = disputed else { return Confirmation::Denied };
    match gateway.disputes(&order.charge(attempt), reference).await {
        Ok(seen) if seen.iter().any(|one| one.reference == dispute.reference) => Confirmation::Confirmed,
        Ok(_) => Confirmation::Denied,
        Err(_) => Confirmation::Silent,
    }
}

fn of_charge(outcome: &Outcome) -> Confirmation {
    match outcome {
        Outcome::Captured => Confirmation::Confirmed,
        Outcome::Unknown | Outcome::Received | Outcome::Invalid(_) | Outcome::Rejected | Outcome::NotSent => {
            Confirmation::Silent
        }
        Outcome::Opened(_)
        | Outcome::ApprovalNeeded { .. }
        | Outcome::Approved
        | Outcome::Authorized
        | Outcome::AuthorizedAtRisk(_)
        | Outcome::RequiresAction { .. }
        | Outcome::Declined(_)
        | Outcome::Voided
        | Outcome::Mismatch => Confirmation::Denied,
    }
}

const fn of_refund(outcome: RefundOutcome) -> Confirmation {
    match outcome {
        RefundOutcome::Refunded => Confirmation::Confirmed,
        RefundOutcome::Refused | RefundOutcome::Disputed => Confirmation::Denied,
        RefundOutcome::Pending
        | RefundOutcome::Rejected
        | RefundOutcome::NotSent
        | RefundOutcome::Unknown => Confirmation::Silent,
    }
}
