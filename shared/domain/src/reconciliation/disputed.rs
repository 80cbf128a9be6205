use super::{DifferenceKind, Transfer, Verdict, agreed, captured_by, posted};
use crate::order::{Order, PostingCause};
use crate::payment::{Attempt, AttemptNumber, Dispute, DisputeNumber, GatewayReference};

/// Compares what a gateway lists of a dispute with what is posted of it for this cause.
pub(super) fn compare(
    order: &Order,
    transfer: &Transfer,
    attempt: Option<AttemptNumber>,
    reference: Option<&GatewayReference>,
    cause: fn(DisputeNumber) -> PostingCause,
) -> Verdict {
    let Some(attempt) = disputed(order, transfer, attempt) else {
        return Verdict::Differs(DifferenceKind::UnknownAttempt);
    };
    // A list that gives no id says at least how much it was.
    let is_it = |dispute: &&Dispute| {
        dispute.attempt == attempt.number
            && reference.map_or(dispute.amount == transfer.amount, |id| dispute.reference == *id)
    };
    let mut known = order.disputes.iter().filter(is_it);
    match known.find_map(|dispute| posted(order, &[cause(dispute.number)])) {
        Some(posting) => agreed(posting, transfer),
        None => Verdict::Disputed(attempt.number),
    }
}

/// The attempt whose money it is. Where the list names none, it can only be the one that has taken money there.
fn disputed<'a>(order: &'a Order, transfer: &Transfer, number: Option<AttemptNumber>) -> Option<&'a Attempt> {
    if transfer.reference.is_some() || number.is_some() {
        return captured_by(order, transfer, number);
    }
    let has_taken = |attempt: &&Attempt| {
        attempt.method.gateway() == transfer.gateway && order.disputable(attempt.number).is_some()
    };
    let mut attempts = order.attempts.iter().filter(has_taken);
    attempts.next().filter(|_| attempts.next().is_none())
}
