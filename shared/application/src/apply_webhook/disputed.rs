use domain::order::Order;
use domain::payment::AttemptNumber;

use super::{Ports, take_on};
use crate::Failure;
use crate::disputing::{self, look_at_disputes};

/// The gateway tells of a dispute. What it took is known by now, or the message must come again.
pub(super) async fn see_to(ports: &Ports<'_>, order: Order, attempt: AttemptNumber) -> Result<(), Failure> {
    let Ports { orders, gateways, budget, clock, .. } = *ports;
    let order =
        look_at_disputes(&disputing::Ports { orders, gateways, budget, clock }, order, attempt).await?;
    // What waited for the end of it goes on.
    let has_refund = order.next_refund_step(clock.now()).is_some();
    if has_refund { take_on(ports, order).await } else { Ok(()) }
}
