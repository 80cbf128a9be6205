use domain::order::Order;
use domain::payment::{RefundCharge, RefundOutcome, RefundStep};

use super::disputes::look_for;
use super::{Next, Ports, leave, out_of_time, write};
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
                    (Next::GoOn(order), Some(attempt)) => Ok(look_for(ports, *order, attempt).await),
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

/// The refund that is under way, and where. Only what was captured is ever refunded, so there always is one.
fn open_at_gateway<'a>(ports: &Ports<'a>, order: &Order) -> Option<(&'a dyn Gateway, RefundCharge)> {
    let refund = order.open_refund()?;
    Some((ports.gateways.of(order.charged_by(refund)?), order.refund_charge(refund)?))
}
