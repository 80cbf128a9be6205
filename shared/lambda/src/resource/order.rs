//! An order, and its payment as its shopper is told.

use domain::Timestamp;
use domain::order::OrderState;
use domain::payment::{Attempt, AttemptState, Decline, Retry};
use serde::Serialize;

use super::reservation::{Line, Totals};
use crate::http::{ETag, Request, Response};
use crate::problem::Problem;
use crate::wire::Time;

/// An order.
#[derive(Clone, Debug, Serialize)]
pub struct Order {
    id: String,
    state: &'static str,
    reservation_id: String,
    lines: Vec<Line>,
    totals: Totals,
    payment: Payment,
    created_at: Time,
    updated_at: Time,
}

/// What the shopper is told about the payment: nothing that is not proven.
#[derive(Clone, Debug, Serialize)]
struct Payment {
    state: &'static str,
    gateway: &'static str,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_action: Option<NextAction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decline: Option<DeclineShown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_until: Option<Time>,
}

#[derive(Clone, Debug, Serialize)]
struct NextAction {
    r#type: &'static str,
    url: String,
    expires_at: Time,
}

#[derive(Clone, Debug, Serialize)]
struct DeclineShown {
    code: String,
    message: &'static str,
    retry: &'static str,
}

impl Order {
    /// An order as its shopper sees it.
    pub fn shown(order: &domain::order::Order) -> Self {
        Self {
            id: order.id.to_string(),
            state: order.word(),
            reservation_id: order.reservation_id.to_string(),
            lines: Line::all(&order.lines),
            totals: order.totals.into(),
            payment: Payment::shown(order),
            created_at: order.created_at.into(),
            updated_at: order.updated_at.into(),
        }
    }

    /// Shows an order, with its version and when it is worth asking again.
    ///
    /// # Errors
    /// When it has no JSON, which is our bug.
    pub fn respond(response: Response, order: &domain::order::Order) -> Result<Response, Problem> {
        versioned(response, order).json(&Self::shown(order))
    }

    /// Shows an order to a client that may have this version already.
    ///
    /// # Errors
    /// When it has no JSON, which is our bug.
    pub fn respond_to(request: &Request, order: &domain::order::Order) -> Result<Response, Problem> {
        if request.has(&ETag::of_version(order.version)) {
            return Ok(versioned(Response::not_modified(), order));
        }
        Self::respond(Response::ok(), order)
    }
}

fn versioned(response: Response, order: &domain::order::Order) -> Response {
    let response = response.etag(&ETag::of_version(order.version)).cache_control("private, no-cache");
    match seconds_until_news(order) {
        Some(seconds) => response.retry_after(seconds),
        None => response,
    }
}

/// After how long it is worth asking again, in seconds. A worker may be done within one; a person takes hours.
fn seconds_until_news(order: &domain::order::Order) -> Option<u32> {
    // A dispute takes weeks.
    let waits = order.open_refund().is_some_and(|refund| order.is_held(refund));
    if order.is_final() || waits {
        return None;
    }
    Some(if order.work.is_some() { 60 } else { 1 })
}

impl Payment {
    fn shown(order: &domain::order::Order) -> Self {
        let attempt = order.attempt();
        Self {
            state: order.payment_word().as_str(),
            gateway: attempt.map_or("", |attempt| attempt.method.gateway().as_str()),
            attempts: attempt.map_or(0, |attempt| attempt.number),
            next_action: attempt.and_then(next_action),
            decline: order.decline_read().map(|decline| shown_decline(decline, order.had_orphan())),
            retry_until: retry_until(&order.state).map(Time),
        }
    }
}

fn next_action(attempt: &Attempt) -> Option<NextAction> {
    if let AttemptState::RequiresAction { url, until, .. } = &attempt.state {
        Some(NextAction { r#type: "redirect", url: url.clone(), expires_at: Time(*until) })
    } else {
        None
    }
}

const fn retry_until(order: &OrderState) -> Option<Timestamp> {
    match order {
        OrderState::PaymentFailed { retry_until } => Some(*retry_until),
        OrderState::PendingPayment | OrderState::Paid { .. } | OrderState::Cancelled { .. } => None,
    }
}

fn shown_decline(decline: Decline, was_charged: bool) -> DeclineShown {
    let (retry, otherwise) = match decline.retry {
        Retry::SameMethod => ("same_method", "The payment did not go through. Please try again."),
        Retry::OtherMethod => ("other_method", "The payment was declined. Please try another method."),
        Retry::None => ("none", "The payment was declined. Please contact your bank."),
    };
    let message = match decline.code.as_str() {
        _ if was_charged => {
            "The payment did not go through, and what was charged has gone back. Please try another method."
        }
        "insufficient_funds" => "There are not enough funds. Please try another method.",
        "expired_card" => "The card has expired. Please try another one.",
        "incorrect_cvc" => "The security code is wrong. Please enter the card again.",
        "gateway_unreachable" => "The payment provider could not be reached. You were not charged.",
        "payment_not_confirmed" => {
            "The payment could not be confirmed and was cancelled. You were not charged."
        }
        _ => otherwise,
    };
    // Whoever tests stolen cards is not told which of them the shop refused by itself.
    let is_ours = decline.code == Attempt::REFUSED_BY_SHOP;
    let code = if is_ours { "generic_decline".to_owned() } else { decline.code };
    DeclineShown { code, message, retry }
}
