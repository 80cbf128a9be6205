use application::Failure;
use domain::fraud::Risk;
use domain::payment::{
    Charge, DisputeSeen, GatewayName, GatewayReference, Outcome, RefundCharge, RefundOutcome,
};
use domain::webhook::Purpose;

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

/// The same for a look at the disputes of a charge.
pub(crate) fn report_disputes(charge: &Charge, exchange: &Exchange, seen: Result<&[DisputeSeen], &Failure>) {
    let (order_id, attempt, status) = (&charge.order_id, charge.attempt, exchange.status());
    let gateway = charge.method.gateway().as_str();
    match seen {
        Ok(seen) => {
            let disputes = seen.len();
            tracing::info!(%order_id, attempt, gateway, operation = "disputes", status, disputes, "the gateway answered");
        }
        Err(failure) => {
            tracing::warn!(%order_id, attempt, gateway, operation = "disputes", status, %failure, "the call needs another look");
        }
    }
}

/// The same for the question what an object was opened for.
pub(crate) fn report_purpose(
    gateway: GatewayName,
    reference: &GatewayReference,
    exchange: &Exchange,
    purpose: Result<&Option<Purpose>, &Failure>,
) {
    let (gateway, object, status) = (gateway.as_str(), reference.as_str(), exchange.status());
    match purpose {
        Ok(purpose) => {
            let is_ours = purpose.is_some();
            tracing::info!(gateway, object, operation = "purpose", status, is_ours, "the gateway answered");
        }
        Err(failure) => {
            tracing::warn!(gateway, object, operation = "purpose", status, %failure, "the call needs another look");
        }
    }
}

/// The same for a page of a list, or a file of it, by how many transfers it has.
pub(crate) fn report_list(gateway: GatewayName, status: Option<u16>, listed: Result<usize, &Failure>) {
    let gateway = gateway.as_str();
    match listed {
        Ok(transfers) => tracing::info!(gateway, status, transfers, "the gateway listed what it moved"),
        Err(failure) => tracing::warn!(gateway, status, %failure, "the gateway's list could not be had"),
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
            Outcome::Invalid(_) => ("invalid", false),
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
            RefundOutcome::Disputed => ("disputed", true),
            RefundOutcome::Rejected => ("rejected", false),
            RefundOutcome::NotSent => ("not_sent", false),
            RefundOutcome::Unknown => ("unknown", false),
        };
        Self { word, is_a_fact }
    }
}
