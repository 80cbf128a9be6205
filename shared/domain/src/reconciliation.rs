//! Whether what a gateway lists and what our ledgers say is the same.
//!
//! Both ways: every [`Transfer`] that a gateway lists must be posted ([`compare`]), and everything that is posted must be
//! listed ([`unlisted`]). What agrees changes nothing, so comparing twice changes nothing either.

use crate::order::{Order, Posting, PostingCause};
use crate::payment::{Attempt, AttemptNumber, AttemptState, DisputeWay, GatewayName, Refund, RefundNumber};

mod difference; // what a person must look at
mod disputed; // money that its shopper demands back
mod reconciled; // how far was compared
mod transfer; // one line of a gateway's list
mod window; // the time that is compared at once

pub use difference::{Difference, DifferenceKey, DifferenceKind, DifferenceSubject};
pub use disputed::to_be_listed;
pub use reconciled::Reconciled;
pub use transfer::{Transfer, TransferKind};
pub use window::Window;

/// The number of a posting within its order's ledger.
pub type PostingNumber = u32;

/// What a transfer that a gateway lists means for the order that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// This posting says the same.
    Agreed(PostingNumber),
    /// The payment of this attempt, or its refund, is not settled yet: asking the gateway about it brings it on.
    InFlight(AttemptNumber),
    /// It was captured for this attempt, which is a definite no, and nobody has noted that.
    Orphan(AttemptNumber),
    /// The money of this attempt was disputed, or its dispute was won, and nobody has noted that.
    Disputed(AttemptNumber),
    /// The same, once more than anybody has noted: other transfers stand for each dispute that is known
    /// of so much.
    DisputedAgain(AttemptNumber),
    /// They say different things.
    Differs(DifferenceKind),
}

/// Compares a transfer with the order that it names, as it is now.
pub fn compare(order: Option<&Order>, transfer: &Transfer) -> Verdict {
    let Some(order) = order else { return Verdict::Differs(DifferenceKind::UnknownOrder) };
    match &transfer.kind {
        TransferKind::Captured(number) => match captured_by(order, transfer, *number) {
            Some(attempt) => compare_capture(order, attempt, transfer),
            None => Verdict::Differs(DifferenceKind::UnknownAttempt),
        },
        TransferKind::Refunded(number) => match refund_of(order, *number) {
            Some(refund) => compare_refund(order, refund, transfer),
            None => Verdict::Differs(DifferenceKind::UnknownRefund),
        },
        // The shopper does not have what the ledger says has gone back.
        TransferKind::RefundFailed(_) => Verdict::Differs(DifferenceKind::RefundFailed),
        // The shop does not have what the ledger says was captured.
        TransferKind::CaptureFailed(_) => Verdict::Differs(DifferenceKind::CaptureFailed),
        TransferKind::Disputed { attempt, dispute } => {
            disputed::compare(order, transfer, *attempt, dispute.as_ref(), DisputeWay::Withdrawn)
        }
        TransferKind::DisputeReversed { attempt, dispute } => {
            disputed::compare(order, transfer, *attempt, dispute.as_ref(), DisputeWay::Reversed)
        }
    }
}

/// The postings at a gateway that are not among those that its list agreed with.
pub fn unlisted<'a>(
    order: &'a Order,
    gateway: GatewayName,
    is_listed: impl Fn(PostingNumber) -> bool + 'a,
) -> impl Iterator<Item = &'a Posting> {
    let postings = order.ledger.postings().iter();
    postings.filter(move |posting| posting.gateway == gateway && !is_listed(posting.number))
}

/// The attempt that has the object which the list names, or else the one that the object was opened for.
fn captured_by<'a>(
    order: &'a Order,
    transfer: &Transfer,
    number: Option<AttemptNumber>,
) -> Option<&'a Attempt> {
    let of_gateway = || order.attempts.iter().filter(|attempt| attempt.method.gateway() == transfer.gateway);
    let has_it = |attempt: &&Attempt| transfer.reference.is_some() && attempt.reference == transfer.reference;
    let is_named = |attempt: &&Attempt| {
        let is_open = attempt.reference.is_none() || transfer.reference.is_none();
        is_open && Some(attempt.number) == number
    };
    of_gateway().find(has_it).or_else(|| of_gateway().find(is_named))
}

fn compare_capture(order: &Order, attempt: &Attempt, transfer: &Transfer) -> Verdict {
    if transfer.amount != order.totals.total {
        return Verdict::Differs(DifferenceKind::Amount);
    }
    let number = attempt.number;
    let causes = [PostingCause::Captured(number), PostingCause::Orphaned(number)];
    match posted(order, &causes) {
        Some(posting) => agreed(posting, transfer),
        None if attempt.is_definite_no() => Verdict::Orphan(number),
        // What was captured is posted with the same write, so somebody has taken the posting away.
        None if attempt.state == AttemptState::Captured => Verdict::Differs(DifferenceKind::NotPosted),
        None => Verdict::InFlight(number),
    }
}

fn refund_of(order: &Order, number: Option<RefundNumber>) -> Option<&Refund> {
    order.refunds.iter().find(|refund| Some(refund.number) == number)
}

fn compare_refund(order: &Order, refund: &Refund, transfer: &Transfer) -> Verdict {
    if transfer.amount != refund.amount {
        return Verdict::Differs(DifferenceKind::Amount);
    }
    let causes = [PostingCause::Refunded(refund.number), PostingCause::OrphanReturned(refund.number)];
    match (posted(order, &causes), order.charged_by(refund)) {
        (Some(posting), _) => agreed(posting, transfer),
        (None, Some(attempt)) if !refund.is_settled() => Verdict::InFlight(attempt.number),
        (None, _) => Verdict::Differs(DifferenceKind::NotPosted),
    }
}

fn agreed(posting: &Posting, transfer: &Transfer) -> Verdict {
    let is_same = posting.amount == transfer.amount;
    if is_same { Verdict::Agreed(posting.number) } else { Verdict::Differs(DifferenceKind::Amount) }
}

fn posted<'a>(order: &'a Order, causes: &[PostingCause]) -> Option<&'a Posting> {
    order.ledger.postings().iter().find(|posting| causes.contains(&posting.cause))
}
