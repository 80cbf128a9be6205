use domain::order::Order;
use domain::payment::{AttemptNumber, RefundCharge, RefundOutcome, RefundStep};

use super::{Next, Ports, leave, out_of_time, write};
use crate::disputing::{self, look_at_disputes};
use crate::{Failure, Gateway};

/// One round of a refund: what is true was read, at most one call is made, and what it proved is written.
pub(super) async fn round(ports: &Ports<'_>, order: Order, step: RefundStep) -> Result<Next, Failure> {
    match step {
        RefundStep::Leave(until) => leave(ports, &order, until).await,
        RefundStep::Claim | RefundStep::LookUp if !ports.budget.allows_call(ports.clock.now()) => {
            Err(out_of_time(&order))
        }
        RefundStep::Claim => match write(ports, order.claim_refund(ports.clock.now())).await? {
            // The call is made by whoever wrote its claim, and by nobody else.
            Next::GoOn(claimed) => {
                let outcome = match open_at_gateway(ports, &claimed) {
                    _ if !ports.budget.allows_call(ports.clock.now()) => RefundOutcome::Rejected,
                    Some((gateway, charge)) => gateway.refund(&charge).await,
                    None => RefundOutcome::Unknown,
                };
                let of = claimed.open_refund().and_then(|refund| claimed.charged_by(refund));
                let disputed = of.map(|of| of.number).filter(|_| outcome == RefundOutcome::Disputed);
                let written = write(ports, claimed.record_refund(outcome, ports.clock.now())).await?;
                match (written, disputed) {
                    (Next::GoOn(order), Some(attempt)) => Ok(look_at_dispute(ports, *order, attempt).await),
                    (written, _) => Ok(written),
                }
            }
            other @ (Next::ReadAgain | Next::Done) => Ok(other),
        },
        RefundStep::LookUp => {
            let outcome = match open_at_gateway(ports, &order) {
                Some((gateway, charge)) => gateway.look_up_refund(&charge).await,
                None => RefundOutcome::Unknown,
            };
            write(ports, order.record_refund_look_up(outcome, ports.clock.now())).await
        }
    }
}

/// The gateway gives nothing back because of a dispute, of which it may not have told yet. Where that cannot be seen now,
/// the refund has a wake to be asked for again.
async fn look_at_dispute(ports: &Ports<'_>, order: Order, attempt: AttemptNumber) -> Next {
    let Ports { orders, gateways, budget, clock, .. } = *ports;
    let ports = disputing::Ports { orders, gateways, budget, clock };
    match look_at_disputes(&ports, order.clone(), attempt).await {
        Ok(order) => Next::GoOn(Box::new(order)),
        Err(failure) => {
            tracing::warn!(order = %order.id, attempt, %failure, "the dispute of a refund cannot be seen");
            Next::GoOn(Box::new(order))
        }
    }
}

/// The refund that is under way, and where. Only what was captured is ever refunded, so there always is one.
fn open_at_gateway<'a>(ports: &Ports<'a>, order: &Order) -> Option<(&'a dyn Gateway, RefundCharge)> {
    let refund = order.open_refund()?;
    Some((ports.gateways.of(order.charged_by(refund)?), order.refund_charge(refund)?))
}
