use domain::fraud::Risk;
use domain::payment::{Charge, Outcome, RefundCharge, RefundOutcome};

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

/// The same for a call about a refund.
pub(crate) fn report_refund(
    refund: &RefundCharge,
    operation: &str,
    exchange: &Exchange,
    code: Option<&str>,
    outcome: RefundOutcome,
) {
    let (order_id, number, status) = (&refund.order_id, refund.number, exchange.status());
    let Word { word: outcome, is_a_fact } = Word::of_refund(outcome);
    if is_a_fact {
        tracing::info!(%order_id, refund = number, operation, status, code, outcome, "the gateway answered");
    } else {
        tracing::warn!(%order_id, refund = number, operation, status, code, outcome, "the call needs another look");
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
            Outcome::AuthorizedAtRisk(Risk::Elevated) => ("authorized_at_elevated_risk", true),
            Outcome::AuthorizedAtRisk(Risk::Highest) => ("authorized_at_highest_risk", true),
            Outcome::Captured => ("captured", true),
            Outcome::RequiresAction { .. } => ("requires_action", true),
            Outcome::Declined(_) => ("declined", true),
            Outcome::Voided => ("voided", true),
            Outcome::Rejected => ("rejected", false),
            Outcome::NotSent => ("not_sent", false),
            Outcome::Mismatch => ("mismatch", false),
            Outcome::Received => ("received", false),
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
