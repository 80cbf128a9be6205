//! Disputes: the list of those of a PaymentIntent, and what the intent was opened for.

use application::Failure;
use domain::Money;
use domain::payment::{Charge, DisputeDecision, DisputeSeen, GatewayReference};
use domain::webhook::Purpose;
use reqwest::StatusCode;
use serde::Deserialize;

use super::exchange::Message;
use super::wire::Metadata;
use crate::line::Exchange;

/// How many disputes one page of the list has at most (<https://docs.stripe.com/api/disputes/list>).
const PAGE: &str = "100";

/// A Dispute (<https://docs.stripe.com/api/disputes/object>), in the fields that prove something.
#[derive(Debug, Deserialize)]
struct DisputeObject {
    id: String,
    object: String,
    amount: i64,
    currency: String,
    status: String,
    payment_intent: Option<String>,
}

#[derive(Debug, Deserialize)]
struct DisputeList {
    data: Vec<DisputeObject>,
    has_more: bool,
}

/// What of a PaymentIntent says whose it is.
#[derive(Debug, Deserialize)]
struct Named {
    object: String,
    metadata: Option<Metadata>,
}

/// Asks for all disputes of the object. A reference has no character that means something in a query.
pub(super) fn listing(reference: &GatewayReference) -> Message {
    Message::get(format!("/v1/disputes?payment_intent={}&limit={PAGE}", reference.as_str()))
}

/// Asks for the object itself.
pub(super) fn naming(reference: &GatewayReference) -> Message {
    Message::get(format!("/v1/payment_intents/{}", reference.as_str()))
}

/// Every dispute of a list that moves money.
pub(super) fn read(
    charge: &Charge,
    reference: &GatewayReference,
    exchange: &Exchange,
) -> Result<Vec<DisputeSeen>, Failure> {
    let list: DisputeList = exchange.accepted().ok_or(Failure::Unavailable)?;
    if list.has_more {
        return Err(unreadable("more disputes than a page has"));
    }
    let seen = list.data.iter().map(|dispute| read_one(charge, reference, dispute));
    seen.filter_map(Result::transpose).collect()
}

fn read_one(
    charge: &Charge,
    reference: &GatewayReference,
    dispute: &DisputeObject,
) -> Result<Option<DisputeSeen>, Failure> {
    if dispute.object != "dispute" || dispute.payment_intent.as_deref() != Some(reference.as_str()) {
        return Err(unreadable("a dispute of something else"));
    }
    let decision = match dispute.status.as_str() {
        "needs_response" | "under_review" => None,
        "won" => Some(DisputeDecision::Won),
        "lost" => Some(DisputeDecision::Lost),
        // An inquiry of the bank, or a complaint that became no dispute: no money is withdrawn
        // (https://docs.stripe.com/disputes/how-disputes-work).
        "warning_needs_response" | "warning_under_review" | "warning_closed" | "prevented" => {
            return Ok(None);
        }
        _ => return Err(unreadable("a dispute's status")),
    };
    let currency = charge.amount.currency();
    if !dispute.currency.eq_ignore_ascii_case(currency.as_str()) {
        return Err(unreadable("a dispute in another currency"));
    }
    Ok(Some(DisputeSeen {
        reference: dispute.id.parse().map_err(|_| unreadable("a dispute's id"))?,
        amount: Money::new(dispute.amount, currency).map_err(|_| unreadable("a dispute's amount"))?,
        decision,
    }))
}

/// The attempt that an object was opened for, as its answer says.
pub(super) fn purpose(exchange: &Exchange) -> Result<Option<Purpose>, Failure> {
    if matches!(exchange, Exchange::Answered { status: StatusCode::NOT_FOUND, .. }) {
        return Ok(None);
    }
    let named: Named = exchange.accepted().ok_or(Failure::Unavailable)?;
    let metadata = named.metadata.filter(|_| named.object == "payment_intent");
    Ok(metadata.as_ref().and_then(Metadata::purpose))
}

fn unreadable(what: &'static str) -> Failure {
    Failure::Unreadable(what)
}
