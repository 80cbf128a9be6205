use domain::payment::{Charge, Decline, GatewayReference, Operation, Outcome, RefundOutcome, Retry};
use reqwest::StatusCode;

use super::call::Call;
use super::completion;
use super::decline::refused;
use super::wire::{Amount, Payment, Problem, Received};
use crate::line::Exchange;
use crate::reference;

/// What became of a call, as far as its answer proves it.
pub(super) fn prove(call: &Call<'_>, exchange: &Exchange) -> Outcome {
    match exchange {
        Exchange::NotSent => Outcome::NotSent,
        Exchange::Lost => Outcome::Unknown,
        // Adyen answers these before it begins to execute (https://docs.adyen.com/development-resources/error-codes).
        Exchange::Answered { .. } if exchange.refused_unexecuted() => Outcome::Rejected,
        Exchange::Answered { .. } => match call.operation {
            Operation::Confirm => read_payment(call.charge, exchange).unwrap_or(Outcome::Unknown),
            Operation::Complete => completion::read(call.charge, exchange).unwrap_or(Outcome::Unknown),
            Operation::Open | Operation::Capture | Operation::Void => match exchange.accepted::<Received>() {
                Some(received) if received.status == "received" => Outcome::Received,
                // It may be refused because an earlier request was taken on: only what is told later says.
                Some(_) | None => Outcome::Unknown,
            },
        },
    }
}

/// Adyen's id of the payment that an answer is about.
pub(super) fn payment(exchange: &Exchange) -> Option<GatewayReference> {
    exchange.accepted::<Payment>()?.psp_reference?.parse().ok()
}

/// What became of a refund that was asked for: it is under way, or that is unknown.
pub(super) fn prove_refund(exchange: &Exchange) -> RefundOutcome {
    match exchange {
        Exchange::NotSent => RefundOutcome::NotSent,
        Exchange::Answered { .. } if exchange.refused_unexecuted() => RefundOutcome::Rejected,
        Exchange::Lost | Exchange::Answered { .. } => match exchange.accepted::<Received>() {
            Some(received) if received.status == "received" => RefundOutcome::Pending,
            Some(_) | None => RefundOutcome::Unknown,
        },
    }
}

/// Adyen's code for a refusal, where the answer is one.
pub(super) fn refusal_code(exchange: &Exchange) -> Option<String> {
    problem(exchange).map(|(_, problem)| problem.code().to_owned())
}

/// Nothing when the answer proves nothing.
fn read_payment(charge: &Charge, exchange: &Exchange) -> Option<Outcome> {
    if let Some((status, problem)) = problem(exchange) {
        return read_refusal(status, &problem).map(Outcome::Declined);
    }
    let payment: Payment = exchange.accepted()?;
    let ours = reference::of(charge)?;
    if payment.merchant_reference.as_deref().is_some_and(|reference| reference != ours.as_str()) {
        return None;
    }
    match payment.result_code.as_str() {
        // What the shop cannot show ends here: a card is authorized after it only by a request to `/payments/details`
        // (https://docs.adyen.com/online-payments/3d-secure/redirect-3ds2).
        "RedirectShopper" => Some(completion::redirect(payment.action).unwrap_or_else(no_authentication)),
        _ => read_result(charge, &payment),
    }
}

/// What the result code says. Nothing when it proves nothing.
pub(super) fn read_result(charge: &Charge, payment: &Payment) -> Option<Outcome> {
    match payment.result_code.as_str() {
        "Authorised"
            if payment.amount.as_ref().is_some_and(|amount| *amount != Amount::of(charge.amount)) =>
        {
            Some(Outcome::Mismatch)
        }
        "Authorised" => Some(payment.risk().map_or(Outcome::Authorized, Outcome::AuthorizedAtRisk)),
        // Some of the money is held, and nobody asked for that.
        "PartiallyAuthorised" => Some(Outcome::Mismatch),
        "Refused" | "Error" | "Cancelled" => {
            Some(Outcome::Declined(refused(payment.refusal_reason_code.as_deref())))
        }
        "RedirectShopper" | "IdentifyShopper" | "ChallengeShopper" => Some(no_authentication()),
        // `Pending` and `Received` are not over, and a word that is not known here may mean anything.
        _ => None,
    }
}

fn no_authentication() -> Outcome {
    Outcome::Declined(refused(Some("38")))
}

/// A request that is not valid was not executed, and asking again changes nothing. Of a key that is in use or was used for
/// something else, and of a failure, nothing is proven.
pub(super) fn read_refusal(status: StatusCode, problem: &Problem) -> Option<Decline> {
    // "Request already processed or in progress."
    const IN_USE: &str = "704";
    let invalid = matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY);
    (invalid && problem.error_type == "validation" && problem.code() != IN_USE).then(|| {
        let code = format!("validation_{}", problem.code());
        Decline { code, retry: Retry::OtherMethod }
    })
}

pub(super) fn problem(exchange: &Exchange) -> Option<(StatusCode, Problem)> {
    match exchange {
        Exchange::Answered { status, body: Some(body) } if !status.is_success() => {
            Some((*status, serde_json::from_slice(body).ok()?))
        }
        Exchange::NotSent | Exchange::Lost | Exchange::Answered { .. } => None,
    }
}
