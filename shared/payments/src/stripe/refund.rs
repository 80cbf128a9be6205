//! Refunds: `POST /v1/refunds` and the list of a PaymentIntent's refunds.

use domain::payment::{RefundCharge, RefundOutcome};
use reqwest::StatusCode;
use serde::Deserialize;

use super::answer::refusal;
use super::exchange::Message;
use crate::line::{Exchange, parse};

/// How many refunds one page of the list has at most (<https://docs.stripe.com/api/refunds/list>).
const PAGE: &str = "100";

/// A Refund (<https://docs.stripe.com/api/refunds/object>), in the fields that prove something.
#[derive(Debug, Deserialize)]
struct RefundObject {
    object: String,
    amount: i64,
    currency: String,
    status: String,
    payment_intent: String,
    #[serde(default)]
    metadata: Metadata,
}

/// What we told Stripe about a refund when we asked for it.
#[derive(Debug, Default, Deserialize)]
struct Metadata {
    order_id: Option<String>,
    refund: Option<String>,
}

#[derive(Debug, Deserialize)]
struct RefundList {
    data: Vec<RefundObject>,
}

/// Asks for a refund. The same refund gives the same bytes every time.
pub(super) fn asking(refund: &RefundCharge) -> Message {
    let form = vec![
        ("payment_intent", refund.reference.as_str().to_owned()),
        ("amount", refund.amount.amount().to_string()),
        ("metadata[order_id]", refund.order_id.to_string()),
        ("metadata[refund]", refund.number.to_string()),
    ];
    Message::post("/v1/refunds".to_owned(), refund.idempotency_key(), form)
}

/// Asks for all refunds of the object. A reference has no character that means something in a query.
pub(super) fn looking_up(refund: &RefundCharge) -> Message {
    let reference = refund.reference.as_str();
    Message::get(format!("/v1/refunds?payment_intent={reference}&limit={PAGE}"))
}

/// What became of a refund that was asked for, as far as the answer proves it.
pub(super) fn prove(refund: &RefundCharge, exchange: &Exchange) -> RefundOutcome {
    match exchange {
        Exchange::NotSent => RefundOutcome::NotSent,
        Exchange::Lost => RefundOutcome::Unknown,
        Exchange::Answered { .. } if exchange.refused_unexecuted() => RefundOutcome::Rejected,
        Exchange::Answered { status, body } if status.is_success() => {
            parse(body.as_deref()).map_or(RefundOutcome::Unknown, |object| read(refund, &object))
        }
        Exchange::Answered { status, body } => {
            let code = refusal(body.as_deref()).map(|error| error.word().to_owned());
            // Everything else, "already refunded" too, may be the answer to a repetition: a look-up tells.
            let is_disputed =
                *status == StatusCode::BAD_REQUEST && code.as_deref() == Some("charge_disputed");
            if is_disputed { RefundOutcome::Disputed } else { RefundOutcome::Unknown }
        }
    }
}

/// What became of it, as far as the list of its object's refunds shows it. That it is not there proves nothing.
pub(super) fn prove_look_up(refund: &RefundCharge, exchange: &Exchange) -> RefundOutcome {
    let Exchange::Answered { status: StatusCode::OK, body } = exchange else { return RefundOutcome::Unknown };
    let Some(list) = parse::<RefundList>(body.as_deref()) else { return RefundOutcome::Unknown };
    let number = refund.number.to_string();
    let is_it = |object: &&RefundObject| {
        object.metadata.order_id.as_deref() == Some(refund.order_id.as_str())
            && object.metadata.refund.as_deref() == Some(number.as_str())
    };
    // One that failed may have been asked for anew.
    let found = list.data.iter().filter(is_it).map(|object| read(refund, object));
    let rank = |outcome: &RefundOutcome| match outcome {
        RefundOutcome::Refunded => 3,
        RefundOutcome::Pending => 2,
        RefundOutcome::Refused => 1,
        RefundOutcome::Disputed
        | RefundOutcome::Rejected
        | RefundOutcome::NotSent
        | RefundOutcome::Unknown => 0,
    };
    found.max_by_key(rank).unwrap_or(RefundOutcome::Unknown)
}

fn read(refund: &RefundCharge, object: &RefundObject) -> RefundOutcome {
    if object.object != "refund" || object.payment_intent != refund.reference.as_str() {
        return RefundOutcome::Unknown;
    }
    let agrees = object.amount == refund.amount.amount()
        && object.currency.eq_ignore_ascii_case(refund.amount.currency().as_str());
    match object.status.as_str() {
        // Another amount went back than was asked for: no call could mend that.
        "succeeded" | "pending" | "requires_action" if !agrees => RefundOutcome::Refused,
        "succeeded" => RefundOutcome::Refunded,
        "pending" | "requires_action" => RefundOutcome::Pending,
        "failed" | "canceled" => RefundOutcome::Refused,
        _ => RefundOutcome::Unknown,
    }
}
