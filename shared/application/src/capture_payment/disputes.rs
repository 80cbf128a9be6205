use domain::order::Order;
use domain::payment::{AttemptNumber, Dispute};

use super::{Next, Ports, leave, out_of_time};
use crate::Failure;
use crate::disputing::look_at_disputes;

/// Looks at an open dispute again. Where nothing is new, or the gateway does not answer, the next look is as far away.
pub(super) async fn round(ports: &Ports<'_>, order: Order, attempt: AttemptNumber) -> Result<Next, Failure> {
    let now = ports.clock.now();
    if !ports.budget.allows_call(now) {
        return Err(out_of_time(&order));
    }
    match look_at_disputes(ports, order.clone(), attempt).await {
        Ok(looked) if looked.version != order.version => Ok(Next::GoOn(Box::new(looked))),
        Ok(_) => leave(ports, &order, now.plus(Dispute::LOOK_AGAIN)).await,
        Err(failure) => {
            tracing::warn!(order = %order.id, attempt, %failure, "an open dispute cannot be seen");
            leave(ports, &order, now.plus(Dispute::LOOK_AGAIN)).await
        }
    }
}

/// The gateway gives nothing back because of a dispute, of which it may not have told yet. Where that cannot be seen now,
/// the refund has a wake to be asked for again.
pub(super) async fn look_for(ports: &Ports<'_>, order: Order, attempt: AttemptNumber) -> Next {
    match look_at_disputes(ports, order.clone(), attempt).await {
        Ok(looked) => Next::GoOn(Box::new(looked)),
        Err(failure) => {
            tracing::warn!(order = %order.id, attempt, %failure, "the dispute of a refund cannot be seen");
            Next::GoOn(Box::new(order))
        }
    }
}
