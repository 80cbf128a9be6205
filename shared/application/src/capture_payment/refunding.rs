use domain::order::Order;
use domain::payment::{GatewayName, RefundOutcome, RefundState, RefundStep};

use super::{Next, Ports, leave, write};
use crate::Failure;

/// One round of a refund: what is true was read, at most one call is made, and what it proved is written.
pub(super) async fn round(ports: &Ports<'_>, order: Order, step: RefundStep) -> Result<Next, Failure> {
    let now = ports.clock.now();
    match step {
        RefundStep::Leave(until) => leave(ports, &order, until).await,
        RefundStep::Claim => match write(ports, order.claim_refund(now)).await? {
            // The call is made by whoever wrote its claim, and by nobody else.
            Next::GoOn(claimed) => call_claimed(ports, *claimed).await,
            other @ (Next::ReadAgain | Next::Done) => Ok(other),
        },
        RefundStep::LookUp => {
            let outcome = ask(ports, &order, Asked::LookUp).await;
            write(ports, order.record_refund_look_up(outcome, ports.clock.now())).await
        }
    }
}

async fn call_claimed(ports: &Ports<'_>, order: Order) -> Result<Next, Failure> {
    let is_claimed =
        order.open_refund().is_some_and(|refund| matches!(refund.state, RefundState::Sending { .. }));
    if !is_claimed {
        return Ok(Next::GoOn(Box::new(order)));
    }
    let outcome = ask(ports, &order, Asked::Refund).await;
    write(ports, order.record_refund(outcome, ports.clock.now())).await
}

enum Asked {
    Refund,
    LookUp,
}

async fn ask(ports: &Ports<'_>, order: &Order, asked: Asked) -> RefundOutcome {
    let charge = order.open_refund().and_then(|refund| order.refund_charge(refund));
    let (Some(charge), Some(gateway)) = (charge, captured_at(order)) else {
        // Only what was captured is ever refunded, and that has a reference.
        return RefundOutcome::Unknown;
    };
    let gateway = ports.gateways.named(gateway);
    match asked {
        Asked::Refund => gateway.refund(&charge).await,
        Asked::LookUp => gateway.look_up_refund(&charge).await,
    }
}

fn captured_at(order: &Order) -> Option<GatewayName> {
    order.attempt().map(|attempt| attempt.method.gateway())
}
