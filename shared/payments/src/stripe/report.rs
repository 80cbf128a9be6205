use domain::payment::Outcome;

use super::answer;
use super::call::Call;
use super::exchange::Exchange;
use super::wire::ErrorBody;

/// Leaves one line for each call: never the token, the key or a body.
pub(super) fn report(call: &Call<'_>, exchange: &Exchange, outcome: &Outcome) {
    let (order_id, attempt, operation) = (&call.charge.order_id, call.charge.attempt, call.operation());
    let Word { word: outcome, is_a_fact } = Word::of(outcome);
    let (status, refusal) = match exchange {
        Exchange::NotSent | Exchange::Lost => (None, None),
        Exchange::Answered { status, .. } if status.is_success() => (Some(status.as_u16()), None),
        Exchange::Answered { status, body } => (Some(status.as_u16()), answer::refusal(body.as_deref())),
    };
    let code = refusal.as_ref().map(ErrorBody::word);
    if is_a_fact {
        tracing::info!(%order_id, attempt, operation, status, code, outcome, "the gateway answered");
    } else {
        tracing::warn!(%order_id, attempt, operation, status, code, outcome, "the call needs another look");
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
}
