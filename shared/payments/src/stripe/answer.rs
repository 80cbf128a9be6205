use domain::payment::{Charge, Decline, GatewayReference, Operation, Outcome, Retry};
use reqwest::StatusCode;

use super::call::{Aim, Call};
use super::decline::decline;
use super::wire::{ErrorBody, PaymentIntent, Refusal};
use crate::line::{Exchange, parse, web_address};

/// What became of a call, as far as its answer proves it.
pub(super) fn prove(call: &Call<'_>, exchange: &Exchange) -> Outcome {
    match exchange {
        Exchange::NotSent => Outcome::NotSent,
        Exchange::Lost => Outcome::Unknown,
        // Stripe answers these before it begins to execute (https://docs.stripe.com/error-low-level).
        Exchange::Answered { .. } if exchange.refused_unexecuted() => Outcome::Rejected,
        Exchange::Answered { status, body } if status.is_success() => {
            parse(body.as_deref()).map_or(Outcome::Unknown, |intent| read_intent(call, intent))
        }
        Exchange::Answered { status, body } => {
            refusal(body.as_deref()).map_or(Outcome::Unknown, |error| read_refusal(call.aim, *status, &error))
        }
    }
}

/// Stripe's word for a refusal, where the answer is one.
pub(super) fn refusal_code(exchange: &Exchange) -> Option<String> {
    match exchange {
        Exchange::Answered { status, body } if !status.is_success() => {
            refusal(body.as_deref()).map(|error| error.word().to_owned())
        }
        Exchange::NotSent | Exchange::Lost | Exchange::Answered { .. } => None,
    }
}

/// The refusal in an answer that is not 2xx.
pub(super) fn refusal(body: Option<&[u8]>) -> Option<ErrorBody> {
    parse(body).map(|Refusal { error }| error)
}

fn read_intent(call: &Call<'_>, intent: PaymentIntent) -> Outcome {
    let is_ours = call.reference.is_none_or(|reference| reference.as_str() == intent.id);
    if intent.object != "payment_intent" || !is_ours {
        return Outcome::Unknown;
    }
    if !agrees(&intent, call.charge) {
        return Outcome::Mismatch;
    }
    if call.aim == Aim::Change(Operation::Open) {
        return opened(&intent);
    }
    match intent.status.as_str() {
        "requires_capture" => intent.risk().map_or(Outcome::Authorized, Outcome::AuthorizedAtRisk),
        "succeeded" => Outcome::Captured,
        "canceled" => Outcome::Voided,
        "requires_action" => action(intent).map_or(Outcome::Unknown, |url| Outcome::RequiresAction { url }),
        // The shop never confirms an intent with a second card, so this one is over once it has failed.
        "requires_payment_method" => {
            intent.last_payment_error.map_or(Outcome::Unknown, |error| Outcome::Declined(decline(&error)))
        }
        // `requires_confirmation` may still meet a confirm that is on its way, `processing` is not over, and a word
        // that is not known here may mean anything.
        _ => Outcome::Unknown,
    }
}

/// Opening proves that the object waits, or nothing: without its reference no other fact could be used.
fn opened(intent: &PaymentIntent) -> Outcome {
    match intent.id.parse::<GatewayReference>() {
        Ok(reference) if intent.status == "requires_confirmation" => Outcome::Opened(reference),
        Ok(_) | Err(_) => Outcome::Unknown,
    }
}

/// Whether the gateway asks for, holds and moved what was asked for.
fn agrees(intent: &PaymentIntent, charge: &Charge) -> bool {
    let asked = charge.amount.amount();
    let moved = match intent.status.as_str() {
        "requires_capture" => intent.amount_capturable,
        "succeeded" => intent.amount_received,
        _ => None,
    };
    intent.amount == asked
        && moved.is_none_or(|amount| amount == asked)
        && intent.currency.eq_ignore_ascii_case(charge.amount.currency().as_str())
}

/// Where the shopper must go.
fn action(intent: PaymentIntent) -> Option<String> {
    web_address(intent.next_action?.redirect_to_url?.url?)
}

fn read_refusal(aim: Aim, status: StatusCode, error: &ErrorBody) -> Outcome {
    let card_error = status == StatusCode::PAYMENT_REQUIRED || error.r#type == "card_error";
    match aim {
        Aim::Change(Operation::Open | Operation::Confirm) if card_error => Outcome::Declined(decline(error)),
        // The key was used before with something else; what that was, this answer does not say.
        Aim::Change(_) if error.r#type == "idempotency_error" => Outcome::Unknown,
        // What was asked for is not valid, so nothing was created, and asking again changes nothing.
        Aim::Change(Operation::Open) if status == StatusCode::BAD_REQUEST => {
            Outcome::Declined(Decline { code: error.word().to_owned(), retry: Retry::OtherMethod })
        }
        // Of an object that exists, only looking at it tells where it stands; a look-up that finds none or fails
        // proves nothing.
        Aim::Change(_) | Aim::LookUp => Outcome::Unknown,
    }
}
