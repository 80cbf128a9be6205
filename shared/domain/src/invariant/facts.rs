use super::index::Index;
use super::{Books, Invariant, Violation};
use crate::OrderId;
use crate::order::{Order, OrderRecord, OrderState};
use crate::payment::{Attempt, AttemptState, Dispute, Refund, RefundState};
use crate::reservation::{Reservation, ReservationState};
use crate::stock::StockPage;

/// Every fact of the earlier reading that the later one has lost.
pub fn check_change(before: &Books, after: &Books) -> Vec<Violation> {
    let later = Index::of(after);
    let orders = before.orders.iter().filter_map(|record| lost_from_order(record, after));
    let reservations =
        before.reservations.iter().filter_map(|earlier| lost_from_reservation(earlier, &later));
    let pages = before.pages.iter().filter_map(|earlier| lost_from_page(earlier, &later));
    let begun = before.orders.iter().filter_map(|earlier| begun_in_dispute(earlier, &later));
    let orders = orders.chain(begun);
    orders.chain(reservations).chain(pages).chain(lost_charges(before, after)).collect()
}

fn lost_from_order(earlier: &OrderRecord, after: &Books) -> Option<Violation> {
    let id = &earlier.order.id;
    let Some(later) = after.orders.iter().find(|record| record.order.id == *id) else {
        return Some(violation(id, "the order is gone"));
    };
    let detail = if later.order.version < earlier.order.version {
        "its version went back"
    } else if !later.history.starts_with(&earlier.history) {
        "its history was rewritten"
    } else if !state_stays(&earlier.order, &later.order) {
        "it left a final state"
    } else if !refunds_stay(&earlier.order, &later.order) {
        "a settled refund, or what a refund sends, has changed"
    } else if !disputes_stay(&earlier.order, &later.order) {
        "a decided dispute, or what a dispute is about, has changed"
    } else if !attempts_stay(&earlier.order, &later.order) {
        "a settled attempt, or what an attempt sends, has changed"
    } else if !later.order.ledger.postings().starts_with(earlier.order.ledger.postings()) {
        "a posting of its ledger has changed"
    } else {
        return None;
    };
    Some(violation(id, detail))
}

fn state_stays(earlier: &Order, later: &Order) -> bool {
    match earlier.state {
        OrderState::Paid { .. } => {
            later.state == earlier.state || matches!(later.state, OrderState::Cancelled { .. })
        }
        OrderState::Cancelled { .. } => later.state == earlier.state,
        OrderState::PendingPayment | OrderState::PaymentFailed { .. } => true,
    }
}

/// What an attempt sends is frozen with it, and once it is settled so is the rest; a person's business is no fact.
fn attempts_stay(earlier: &Order, later: &Order) -> bool {
    let stays = |(before, after): (&Attempt, &Attempt)| {
        (before.number, &before.method) == (after.number, &after.method)
            && (!before.is_settled() || before.state == AttemptState::ManualReview || before == after)
    };
    earlier.totals == later.totals
        && earlier.attempts.len() <= later.attempts.len()
        && earlier.attempts.iter().zip(&later.attempts).all(stays)
}

/// How much a refund gives back is frozen with it, and once it is settled so is the rest. A cancel stays.
fn refunds_stay(earlier: &Order, later: &Order) -> bool {
    let stays = |(before, after): (&Refund, &Refund)| {
        let frozen =
            |refund: &Refund| (refund.number, refund.amount, refund.cause.clone(), refund.returned.clone());
        frozen(before) == frozen(after)
            && (!before.is_settled() || before.is_with_a_person() || before == after)
    };
    earlier.refunds.len() <= later.refunds.len()
        && earlier.refunds.iter().zip(&later.refunds).all(stays)
        && (earlier.cancel_requested_at.is_none() || earlier.cancel_requested_at == later.cancel_requested_at)
}

/// What a dispute is about is frozen with it, and once it is decided so is how; what stands for it in a list stays so.
fn disputes_stay(earlier: &Order, later: &Order) -> bool {
    let stays = |(before, after): (&Dispute, &Dispute)| {
        let (state, listed_as) = (before.state, before.listed_as.clone());
        *before == Dispute { state, listed_as, ..after.clone() }
            && (before.is_open() || before.state == after.state)
            && after.listed_as.continues(&before.listed_as)
    };
    earlier.disputes.len() <= later.disputes.len() && earlier.disputes.iter().zip(&later.disputes).all(stays)
}

/// A refund that was begun although its money was in dispute, or was lost.
fn begun_in_dispute(earlier: &OrderRecord, later: &Index<'_>) -> Option<Violation> {
    let now = later.orders.get(&earlier.order.id)?;
    let is_begun = |refund: &&Refund| {
        let is_new = !earlier.order.refunds.contains(refund);
        is_new && matches!(refund.state, RefundState::Sending { .. }) && now.is_held(refund)
    };
    let refund = now.refunds.iter().find(is_begun)?;
    let detail = format!("refund {} was begun while its money was in dispute", refund.number);
    Some(Violation::new(Invariant::MoneyConserved, &earlier.order.id, detail))
}

fn lost_from_reservation(earlier: &Reservation, later: &Index<'_>) -> Option<Violation> {
    let Some(now) = later.reservations.get(&earlier.id) else {
        return Some(violation(&earlier.id, "the reservation is gone"));
    };
    // A refused one may be opened again by the same request: nobody was told of it.
    let closed = !matches!(earlier.state, ReservationState::Open | ReservationState::Refused);
    (closed && now.state != earlier.state).then(|| violation(&earlier.id, "it left a final state"))
}

fn lost_from_page(earlier: &StockPage, later: &Index<'_>) -> Option<Violation> {
    let lost = !later.pages.contains_key(&earlier.key);
    lost.then(|| violation(super::supply::place(&earlier.key), "the page is gone"))
}

/// What a gateway moved stays moved.
fn lost_charges(before: &Books, after: &Books) -> Option<Violation> {
    let (before, after) = (before.charges.as_ref()?, after.charges.as_ref()?);
    let moved = |charges: &[super::ChargeEntry], id: &OrderId| {
        let entries = charges.iter().filter(|entry| entry.order_id == *id);
        entries.fold((0_i64, 0_i64), |(captured, refunded), entry| {
            (captured.saturating_add(entry.captured), refunded.saturating_add(entry.refunded))
        })
    };
    let shrank = before.iter().map(|entry| &entry.order_id).find(|id| {
        let (earlier, later) = (moved(before, id), moved(after, id));
        later.0 < earlier.0 || later.1 < earlier.1
    })?;
    Some(violation(shrank, "what a gateway captured or refunded became less"))
}

fn violation(subject: impl core::fmt::Display, detail: &str) -> Violation {
    Violation::new(Invariant::FactsStay, subject, detail)
}
