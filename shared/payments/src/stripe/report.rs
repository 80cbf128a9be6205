use domain::payment::{Outcome, RefundCharge, RefundOutcome};

use super::answer;
use super::call::Call;
use super::exchange::Exchange;
use super::wire::ErrorBody;

/// Leaves one line for each call: never the token, the key or a body.
pub(super) fn report(call: &Call<'_>, exchange: &Exchange, outcome: &Outcome) {
    let (order_id, attempt, operation) = (&call.charge.order_id, call.charge.attempt, call.operation());
    let Word { word: outcome, is_a_fact } = Word::of(outcome);
    let (status, refusal) = heard(exchange);
    let code = refusal.as_ref().map(ErrorBody::word);
    if is_a_fact {
        tracing::info!(%order_id, attempt, operation, status, code, outcome, "the gateway answered");
    } else {
        tracing::warn!(%order_id, attempt, operation, status, code, outcome, "the call needs another look");
    }
}

/// The same for a call about a refund.
pub(super) fn report_refund(
    refund: &RefundCharge,
    operation: &'static str,
    exchange: &Exchange,
    outcome: RefundOutcome,
) {
    let (order_id, number) = (&refund.order_id, refund.number);
    let Word { word: outcome, is_a_fact } = Word::of_refund(outcome);
    let (status, refusal) = heard(exchange);
    let code = refusal.as_ref().map(ErrorBody::word);
    if is_a_fact {
        tracing::info!(%order_id, refund = number, operation, status, code, outcome, "the gateway answered");
    } else {
        tracing::warn!(%order_id, refund = number, operation, status, code, outcome, "the call needs another look");
    }
}

/// The status of an answer, and why it refused.
fn heard(exchange: &Exchange) -> (Option<u16>, Option<ErrorBody>) {
    match exchange {
        Exchange::NotSent | Exchange::Lost => (None, None),
        Exchange::Answered { status, .. } if status.is_success() => (Some(status.as_u16()), None),
        Exchange::Answered { status, body } => (Some(status.as_u16()), answer::refusal(body.as_deref())),
    }
}

struct Word {
    word: &'static str,
    is_a_fact: bool,
}

impl Word {
    const fn of(outcome: &Outcome) -> Self {
        let (word, is_a_fact) = match outcome {
            Outcome::Opened(_) => ("opened", true),
            Outcome::Authorized => ("authorized", true),
            Outcome::Captured => ("captured", true),
            Outcome::RequiresAction { .. } => ("requires_action", true),
            Outcome::Declined(_) => ("declined", true),
            Outcome::Voided => ("voided", true),
            Outcome::Rejected => ("rejected", false),
            Outcome::NotSent => ("not_sent", false),
            Outcome::Mismatch => ("mismatch", false),
            Outcome::Unknown => ("unknown", false),
        };
        Self { word, is_a_fact }
    }

    const fn of_refund(outcome: RefundOutcome) -> Self {
        let (word, is_a_fact) = match outcome {
            RefundOutcome::Refunded => ("refunded", true),
            RefundOutcome::Pending => ("pending", true),
            RefundOutcome::Refused => ("refused", true),
            RefundOutcome::Rejected => ("rejected", false),
            RefundOutcome::NotSent => ("not_sent", false),
            RefundOutcome::Unknown => ("unknown", false),
        };
        Self { word, is_a_fact }
    }
}
