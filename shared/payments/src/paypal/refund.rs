//! Refunds of a capture: `POST /v2/payments/captures/{id}/refund`, and what the order says of them.

use domain::payment::{GatewayReference, RefundCharge, RefundOutcome};

use super::amount::written;
use super::answer::refusal_code;
use super::call::{amount_of, json};
use super::wire::{NewRefund, Order, Refund};
use crate::line::Exchange;
use crate::reference;

/// Where a refund of an order's capture is asked for, once there is a capture.
pub(super) fn path(order: &Exchange) -> Option<String> {
    let order: Order = order.accepted()?;
    let capture = order.purchase_units.first()?.payments.captures.first()?;
    // An id that means something in a path is none.
    let id: GatewayReference = capture.id.parse().ok()?;
    Some(format!("/v2/payments/captures/{}/refund", id.as_str()))
}

/// The body. The same refund gives the same bytes every time.
pub(super) fn asking(refund: &RefundCharge) -> Option<String> {
    let (custom_id, invoice_id) = (refund.reference.as_str(), reference::of_refund(refund));
    json(&NewRefund { amount: amount_of(refund.amount)?, custom_id, invoice_id })
}

/// What became of a refund that was asked for, as far as the answer proves it.
pub(super) fn prove(refund: &RefundCharge, exchange: &Exchange) -> RefundOutcome {
    match exchange {
        Exchange::NotSent => RefundOutcome::NotSent,
        Exchange::Answered { .. } if exchange.refused_unexecuted() => RefundOutcome::Rejected,
        Exchange::Answered { .. } if is_disputed(exchange) => RefundOutcome::Disputed,
        Exchange::Lost | Exchange::Answered { .. } => {
            exchange.accepted().map_or(RefundOutcome::Unknown, |made: Refund| read(refund, &made))
        }
    }
}

/// Whether nothing goes back because of a dispute (<https://developer.paypal.com/api/payments/v2/captures-refund>).
fn is_disputed(exchange: &Exchange) -> bool {
    const DISPUTED: [&str; 2] = ["transaction_disputed", "capture_disputed_partial_refund_not_allowed"];
    refusal_code(exchange).is_some_and(|code| DISPUTED.contains(&code.as_str()))
}

/// What became of it, as far as its order shows it. That it is not there proves nothing.
pub(super) fn prove_look_up(refund: &RefundCharge, exchange: &Exchange) -> RefundOutcome {
    let Some(order) = exchange.accepted::<Order>() else { return RefundOutcome::Unknown };
    let refunds = order.purchase_units.iter().flat_map(|unit| &unit.payments.refunds);
    let invoice = reference::of_refund(refund);
    let mut ours = refunds.filter(|made| made.invoice_id.as_deref() == Some(invoice.as_str()));
    ours.next().map_or(RefundOutcome::Unknown, |made| read(refund, made))
}

fn read(refund: &RefundCharge, made: &Refund) -> RefundOutcome {
    let currency = refund.amount.currency();
    let agrees = made.amount.as_ref().is_some_and(|amount| {
        amount.currency_code == currency.as_str() && Some(&amount.value) == written(refund.amount).as_ref()
    });
    match made.status.as_str() {
        // Another amount went back than was asked for: no call could mend that.
        "COMPLETED" | "PENDING" if !agrees => RefundOutcome::Refused,
        "COMPLETED" => RefundOutcome::Refunded,
        "PENDING" => RefundOutcome::Pending,
        "FAILED" | "CANCELLED" => RefundOutcome::Refused,
        _ => RefundOutcome::Unknown,
    }
}
