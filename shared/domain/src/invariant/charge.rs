use super::index::Index;
use super::{ChargeEntry, Invariant, Violation};
use crate::order::{Order, OrderState};
use crate::payment::{Attempt, AttemptState};

pub(super) fn check(index: &Index<'_>, order: &Order) -> Vec<Violation> {
    let mut details = check_attempts(order);
    details.extend(check_state(order));
    if let Some(entries) = index.charges(&order.id) {
        details.extend(check_entries(order, &entries));
    }
    details.into_iter().map(|detail| Violation::new(Invariant::OneCharge, &order.id, detail)).collect()
}

/// Another attempt exists only when every earlier one is a definite no.
fn check_attempts(order: &Order) -> Vec<String> {
    let mut details = Vec::new();
    let numbers = order.attempts.iter().map(|attempt| attempt.number);
    if order.attempts.is_empty() || !numbers.eq((1..).take(order.attempts.len())) {
        details.push("its attempts are not numbered from 1 without gaps".to_owned());
    }
    if order.attempts.len() > Order::ATTEMPTS_MAX {
        details.push(format!("it has {} attempts", order.attempts.len()));
    }
    let earlier = order.attempts.iter().rev().skip(1);
    details.extend(
        earlier
            .filter(|attempt| !attempt.is_definite_no())
            .map(|attempt| format!("attempt {} may have charged, and is not the last", attempt.number)),
    );
    details
}

fn check_state(order: &Order) -> Option<String> {
    let captured = order.attempts.iter().filter(|attempt| attempt.state == AttemptState::Captured).count();
    let last_is_no = order.attempt().is_some_and(Attempt::is_definite_no);
    let fits = match order.state {
        OrderState::PendingPayment => captured == 0 && !last_is_no,
        OrderState::Paid { .. } => captured == 1,
        OrderState::PaymentFailed { .. } => captured == 0 && last_is_no,
        OrderState::Cancelled { .. } if captured == 0 => last_is_no,
        OrderState::Cancelled { .. } => {
            let back = order.refunded().saturating_add(order.lost());
            captured == 1 && back >= order.totals.total.amount()
        }
    };
    (!fits).then(|| {
        let attempts: Vec<String> = order.attempts.iter().map(|attempt| attempt.state.word()).collect();
        format!("it is {}, and its attempts are: {}", order.state.as_str(), attempts.join(", "))
    })
}

/// The gateways' own account agrees with ours.
fn check_entries(order: &Order, entries: &[&ChargeEntry]) -> Option<String> {
    // What came after a no is found out later, and goes back then.
    let ours = entries.iter().copied().filter(|entry| !entry.after_no);
    let charged: Vec<&ChargeEntry> = ours.clone().filter(|entry| entry.kept() > 0).collect();
    let total = order.totals.total;
    let exact = |entry: &&ChargeEntry| entry.captured == total.amount() && entry.currency == total.currency();
    let fits = match order.state {
        // A capture whose answer was lost is charged there before it is known here.
        OrderState::PendingPayment => charged.len() <= 1,
        OrderState::Paid { .. } => {
            let captured: Vec<&ChargeEntry> = ours.filter(|entry| entry.captured > 0).collect();
            // What a refund whose answer was lost has moved is back there before it is known here.
            let known = order.refunded()..=order.going_back();
            let is_known = |entry: &&ChargeEntry| known.contains(&entry.refunded);
            captured.len() == 1 && captured.iter().all(exact) && captured.iter().all(is_known)
        }
        OrderState::PaymentFailed { .. } | OrderState::Cancelled { .. } => charged.is_empty(),
    };
    (!fits).then(|| {
        let state = order.state.as_str();
        format!("it is {state} over {total}, and the gateways charged {charged:?}")
    })
}
