use domain::payment::{Charge, Decline, GatewayReference, Operation, Outcome, Retry};
use reqwest::StatusCode;

use super::amount::is_written;
use super::call::{Aim, Call};
use super::decline::decline;
use super::wire::{Amount, Link, Order, Payment, Problem, Unit};
use crate::line::{Exchange, parse, web_address};

/// What became of a call, as far as its answer proves it.
pub(super) fn prove(call: &Call<'_>, exchange: &Exchange) -> Outcome {
    match exchange {
        Exchange::NotSent => Outcome::NotSent,
        Exchange::Lost => Outcome::Unknown,
        // PayPal answers these before it begins to execute (https://developer.paypal.com/api/rest/responses/).
        Exchange::Answered { .. } if exchange.refused_unexecuted() => Outcome::Rejected,
        Exchange::Answered { status, body } if status.is_success() => {
            read(call, *status, body.as_deref()).unwrap_or(Outcome::Unknown)
        }
        Exchange::Answered { status, body } => parse::<Problem>(body.as_deref())
            .and_then(|problem| read_refusal(call.aim, *status, problem))
            .unwrap_or(Outcome::Unknown),
    }
}

/// PayPal's word for a refusal, where the answer is one.
pub(super) fn refusal_code(exchange: &Exchange) -> Option<String> {
    match exchange {
        Exchange::Answered { status, body } if !status.is_success() => {
            parse(body.as_deref()).map(|problem: Problem| problem.word())
        }
        Exchange::NotSent | Exchange::Lost | Exchange::Answered { .. } => None,
    }
}

/// The one authorization of an order.
pub(super) fn authorization(exchange: &Exchange) -> Option<GatewayReference> {
    let Exchange::Answered { body, .. } = exchange else { return None };
    let order: Order = parse(body.as_deref())?;
    let [unit] = order.purchase_units.as_slice() else { return None };
    let [authorization] = unit.payments.authorizations.as_slice() else { return None };
    authorization.id.parse().ok()
}

/// Nothing when the answer proves nothing.
fn read(call: &Call<'_>, status: StatusCode, body: Option<&[u8]>) -> Option<Outcome> {
    match call.aim {
        Aim::Change(Operation::Void) if status == StatusCode::NO_CONTENT => Some(Outcome::Voided),
        Aim::Change(Operation::Void) => {
            (parse::<Payment>(body)?.status == "VOIDED").then_some(Outcome::Voided)
        }
        Aim::Change(Operation::Capture) => captured(call.charge, &parse(body)?),
        Aim::Change(Operation::Open) => opened(call.charge, parse(body)?),
        // An approval was seen before it was asked for, so it is no answer to it.
        Aim::Change(Operation::Confirm) => {
            standing(call, parse(body)?).filter(|outcome| *outcome != Outcome::Approved)
        }
        Aim::Change(Operation::Complete) | Aim::LookUp => standing(call, parse(body)?),
    }
}

/// Opening proves that the order waits for its shopper, or nothing.
fn opened(charge: &Charge, order: Order) -> Option<Outcome> {
    let [unit] = order.purchase_units.as_slice() else { return None };
    if !agrees(charge, &unit.amount) {
        return Some(Outcome::Mismatch);
    }
    let waits = matches!(order.status.as_str(), "CREATED" | "PAYER_ACTION_REQUIRED");
    let reference = order.id.parse().ok()?;
    waits.then_some(Outcome::ApprovalNeeded { reference, url: approval_page(order.links)? })
}

/// Where an order stands.
fn standing(call: &Call<'_>, order: Order) -> Option<Outcome> {
    if call.order.is_none_or(|ours| ours.as_str() != order.id) {
        return None;
    }
    let [unit] = order.purchase_units.as_slice() else { return None };
    if !agrees(call.charge, &unit.amount) {
        return Some(Outcome::Mismatch);
    }
    match (unit.payments.authorizations.as_slice(), unit.payments.captures.as_slice()) {
        ([], []) => match order.status.as_str() {
            "CREATED" | "PAYER_ACTION_REQUIRED" => {
                Some(Outcome::RequiresAction { url: approval_page(order.links)? })
            }
            "APPROVED" => Some(Outcome::Approved),
            "VOIDED" => Some(Outcome::Voided),
            _ => None,
        },
        _ => paid(call.charge, unit),
    }
}

/// What was made of a unit. We make one authorization and one capture of it, so several of either are a riddle.
fn paid(charge: &Charge, unit: &Unit) -> Option<Outcome> {
    match (unit.payments.authorizations.as_slice(), unit.payments.captures.as_slice()) {
        ([_], [capture]) => captured(charge, capture),
        ([authorization], []) => match authorization.status.as_str() {
            "CREATED" if !holds(charge, authorization)? => Some(Outcome::Mismatch),
            "CREATED" => Some(Outcome::Authorized),
            // Nobody captured it in time, and only a reauthorization of ours, which is never made, would hold money
            // again (https://developer.paypal.com/api/rest/webhooks/event-names, `PAYMENT.AUTHORIZATION.VOIDED`).
            "VOIDED" | "EXPIRED" => Some(Outcome::Voided),
            "DENIED" => Some(Outcome::Declined(Decline {
                code: "authorization_denied".to_owned(),
                retry: Retry::OtherMethod,
            })),
            // `PENDING` is not over, `CAPTURED` without its capture is not whole, and a word that is not known here may
            // mean anything.
            _ => None,
        },
        _ => None,
    }
}

fn captured(charge: &Charge, capture: &Payment) -> Option<Outcome> {
    match capture.status.as_str() {
        "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED" => {
            Some(if holds(charge, capture)? { Outcome::Captured } else { Outcome::Mismatch })
        }
        _ => None,
    }
}

/// Whether a payment is of the whole amount; nothing when it does not say of how much it is.
fn holds(charge: &Charge, payment: &Payment) -> Option<bool> {
    payment.amount.as_ref().map(|amount| agrees(charge, amount))
}

fn agrees(charge: &Charge, amount: &Amount) -> bool {
    is_written(charge.amount, &amount.currency_code, &amount.value)
}

/// Where the shopper approves. An order that names its payment source has `payer-action`, others have `approve`.
fn approval_page(links: Vec<Link>) -> Option<String> {
    let page = links.into_iter().find(|link| matches!(link.rel.as_str(), "payer-action" | "approve"))?;
    web_address(page.href)
}

/// Nothing when the refusal proves nothing: of an order that exists, only looking at it tells where it stands.
fn read_refusal(aim: Aim, status: StatusCode, problem: Problem) -> Option<Outcome> {
    let refused = matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY);
    match aim {
        // What was asked for is not valid, so nothing was created, and asking again changes nothing.
        Aim::Change(Operation::Open) if refused => {
            Some(Outcome::Declined(Decline { code: problem.word(), retry: Retry::OtherMethod }))
        }
        Aim::Change(Operation::Confirm) if status == StatusCode::UNPROCESSABLE_ENTITY => {
            match problem.issue() {
                "ORDER_NOT_APPROVED" | "PAYER_ACTION_REQUIRED" => {
                    Some(Outcome::RequiresAction { url: approval_page(problem.links)? })
                }
                _ => decline(&problem).map(Outcome::Declined),
            }
        }
        Aim::Change(Operation::Void) if problem.issue() == "PREVIOUSLY_VOIDED" => Some(Outcome::Voided),
        Aim::Change(_) | Aim::LookUp => None,
    }
}
