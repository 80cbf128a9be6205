use domain::payment::{Charge, Outcome};

use crate::line::Exchange;

/// Leaves one line for each call: never the token, the key or a body. `code` is the gateway's word for a refusal.
pub(crate) fn report(
    charge: &Charge,
    operation: &str,
    exchange: &Exchange,
    code: Option<&str>,
    outcome: &Outcome,
) {
    let (order_id, attempt, status) = (&charge.order_id, charge.attempt, exchange.status());
    let gateway = charge.method.gateway().as_str();
    let Word { word: outcome, is_a_fact } = Word::of(outcome);
    if is_a_fact {
        tracing::info!(%order_id, attempt, gateway, operation, status, code, outcome, "the gateway answered");
    } else {
        tracing::warn!(
            %order_id, attempt, gateway, operation, status, code, outcome, "the call needs another look"
        );
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
            Outcome::ApprovalNeeded { .. } => ("approval_needed", true),
            Outcome::Approved => ("approved", true),
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
