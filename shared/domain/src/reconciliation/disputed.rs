use super::{DifferenceKind, Transfer, TransferKind, Verdict, agreed, captured_by, posted};
use crate::order::{Order, Posting, PostingCause};
use crate::payment::{Attempt, AttemptNumber, Dispute, DisputeNumber, DisputeWay, GatewayReference};

/// Compares what a gateway lists of a dispute with what is posted of it.
pub(super) fn compare(
    order: &Order,
    transfer: &Transfer,
    attempt: Option<AttemptNumber>,
    reference: Option<&GatewayReference>,
    way: DisputeWay,
) -> Verdict {
    let Some(attempt) = disputed(order, transfer, attempt) else {
        return Verdict::Differs(DifferenceKind::UnknownAttempt);
    };
    if reference.is_none() {
        let alike = alike(order, transfer, attempt, way);
        return match stands_for(&alike, transfer, way) {
            Some((_, posting)) => agreed(posting, transfer),
            None if alike.is_empty() => Verdict::Disputed(attempt.number),
            None => Verdict::DisputedAgain(attempt.number),
        };
    }
    let is_it =
        |dispute: &&Dispute| dispute.attempt == attempt.number && Some(&dispute.reference) == reference;
    let mut known = order.disputes.iter().filter(is_it);
    match known.find_map(|dispute| posted(order, &[cause(way, dispute.number)])) {
        Some(posting) => agreed(posting, transfer),
        None => Verdict::Disputed(attempt.number),
    }
}

/// The dispute that a transfer agrees with by nothing but how much it was, and that nothing in the list stands for yet. Before
/// anything else is made of it that is to be written down ([`Order::list_dispute`]).
pub fn to_be_listed(order: &Order, transfer: &Transfer) -> Option<(DisputeNumber, DisputeWay)> {
    let (attempt, way) = match &transfer.kind {
        TransferKind::Disputed { attempt, dispute: None } => (*attempt, DisputeWay::Withdrawn),
        TransferKind::DisputeReversed { attempt, dispute: None } => (*attempt, DisputeWay::Reversed),
        TransferKind::Disputed { .. }
        | TransferKind::DisputeReversed { .. }
        | TransferKind::Captured(_)
        | TransferKind::CaptureFailed(_)
        | TransferKind::Refunded(_)
        | TransferKind::RefundFailed(_) => return None,
    };
    let alike = alike(order, transfer, disputed(order, transfer, attempt)?, way);
    let (dispute, _) = stands_for(&alike, transfer, way)?;
    dispute.listed_as.of(way).is_none().then_some((dispute.number, way))
}

/// What is posted of disputes of so much. A list that gives no id of a dispute says no more.
fn alike<'a>(
    order: &'a Order,
    transfer: &Transfer,
    attempt: &Attempt,
    way: DisputeWay,
) -> Vec<(&'a Dispute, &'a Posting)> {
    let is_alike =
        |dispute: &&Dispute| dispute.attempt == attempt.number && dispute.amount == transfer.amount;
    let disputes = order.disputes.iter().filter(is_alike);
    disputes.filter_map(|dispute| Some((dispute, posted(order, &[cause(way, dispute.number)])?))).collect()
}

/// The one of them that a transfer stands for, or else the first that none does.
fn stands_for<'a>(
    alike: &[(&'a Dispute, &'a Posting)],
    transfer: &Transfer,
    way: DisputeWay,
) -> Option<(&'a Dispute, &'a Posting)> {
    let listed_as = |id: Option<&GatewayReference>| {
        alike.iter().find(|(dispute, _)| dispute.listed_as.of(way) == id).copied()
    };
    listed_as(Some(&transfer.id)).or_else(|| listed_as(None))
}

const fn cause(way: DisputeWay, number: DisputeNumber) -> PostingCause {
    match way {
        DisputeWay::Withdrawn => PostingCause::DisputeOpened(number),
        DisputeWay::Reversed => PostingCause::DisputeWon(number),
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
