//! Disputes: the list of those of a capture, how each ended, and what an order was opened for.

use application::Failure;
use domain::payment::{Charge, DisputeDecision, DisputeSeen, GatewayReference};
use domain::webhook::Purpose;
use reqwest::StatusCode;

use super::amount;
use super::wire::{Dispute, Disputes, Order};
use crate::line::Exchange;
use crate::reference;

/// How many disputes one page of the list has at most
/// (<https://developer.paypal.com/api/customer-disputes/v1/disputes-list>).
const PAGE: u32 = 50;

/// Where the disputes of an order's capture are listed.
pub(super) fn list_path(order: &Exchange) -> Result<String, Failure> {
    let order: Order = order.accepted().ok_or(Failure::Unavailable)?;
    let captures = order.purchase_units.iter().flat_map(|unit| &unit.payments.captures);
    let id: Option<GatewayReference> = captures.map(|capture| capture.id.parse().ok()).next().flatten();
    // What is disputed was captured, and an id that means something in a query is none.
    let id = id.ok_or(unreadable("an order's capture"))?;
    Ok(format!("/v1/customer/disputes?disputed_transaction_id={}&page_size={PAGE}", id.as_str()))
}

/// The ids of all disputes of a list. How they ended is asked one by one.
pub(super) fn ids(list: &Exchange) -> Result<Vec<GatewayReference>, Failure> {
    let list: Disputes = list.accepted().ok_or(Failure::Unavailable)?;
    if list.links.iter().any(|link| link.rel == "next") {
        return Err(unreadable("more disputes than a page has"));
    }
    list.items.iter().map(id_of).collect()
}

pub(super) fn path(id: &GatewayReference) -> String {
    format!("/v1/customer/disputes/{}", id.as_str())
}

/// One dispute in full.
pub(super) fn read(charge: &Charge, exchange: &Exchange) -> Result<DisputeSeen, Failure> {
    let dispute: Dispute = exchange.accepted().ok_or(Failure::Unavailable)?;
    let written = dispute.dispute_amount.as_ref();
    let money = written.and_then(|written| amount::read(&written.currency_code, &written.value));
    let money = money.filter(|money| money.currency() == charge.amount.currency());
    Ok(DisputeSeen {
        reference: id_of(&dispute)?,
        amount: money.ok_or(unreadable("a dispute's amount"))?,
        decision: decision(&dispute)?,
    })
}

/// PayPal keeps the money while a dispute is open, an inquiry too
/// (<https://developer.paypal.com/docs/disputes/disputes-reference>).
fn decision(dispute: &Dispute) -> Result<Option<DisputeDecision>, Failure> {
    let outcome = dispute.dispute_outcome.as_ref();
    match (dispute.status.as_str(), outcome.map(|outcome| outcome.outcome_code.as_str())) {
        ("OPEN" | "WAITING_FOR_BUYER_RESPONSE" | "WAITING_FOR_SELLER_RESPONSE" | "UNDER_REVIEW", _) => {
            Ok(None)
        }
        ("RESOLVED", Some("RESOLVED_BUYER_FAVOUR" | "ACCEPTED")) if gives_it_all(dispute) => {
            Ok(Some(DisputeDecision::Lost))
        }
        // With a payout, PayPal pays the shopper itself.
        (
            "RESOLVED",
            Some("RESOLVED_SELLER_FAVOUR" | "RESOLVED_WITH_PAYOUT" | "CANCELED_BY_BUYER" | "DENIED"),
        ) => Ok(Some(DisputeDecision::Won)),
        _ => Err(unreadable("how a dispute ended")),
    }
}

/// Whether the shopper gets what was disputed, and not a part of it, which is for a person.
fn gives_it_all(dispute: &Dispute) -> bool {
    let refunded = dispute.dispute_outcome.as_ref().and_then(|outcome| outcome.amount_refunded.as_ref());
    refunded.is_none_or(|refunded| {
        dispute.dispute_amount.as_ref().is_some_and(|amount| amount.value == refunded.value)
    })
}

/// The attempt that an order was opened for: our invoice's number says it.
pub(super) fn purpose(exchange: &Exchange) -> Result<Option<Purpose>, Failure> {
    if matches!(exchange, Exchange::Answered { status: StatusCode::NOT_FOUND, .. }) {
        return Ok(None);
    }
    let order: Order = exchange.accepted().ok_or(Failure::Unavailable)?;
    let invoice = order.purchase_units.iter().find_map(|unit| unit.invoice_id.as_deref());
    Ok(invoice.and_then(reference::purpose))
}

fn id_of(dispute: &Dispute) -> Result<GatewayReference, Failure> {
    dispute.dispute_id.parse().map_err(|_| unreadable("a dispute's id"))
}

const fn unreadable(what: &'static str) -> Failure {
    Failure::Unreadable(what)
}
