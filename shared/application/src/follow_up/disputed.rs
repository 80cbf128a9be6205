use domain::order::Order;
use domain::payment::AttemptNumber;

use super::follow_up;
use crate::Failure;
use crate::capture_payment::{Ports, capture_payment_now};
use crate::disputing::look_at_disputes;

/// The gateway has news of a dispute. Only what was taken is ever disputed, so it may know more of the payment than we do.
///
/// # Errors
/// When the store fails, or the gateway does not say how its disputes stand: it must be tried again.
pub(crate) async fn follow_up_dispute(
    ports: &Ports<'_>,
    order: Order,
    number: AttemptNumber,
) -> Result<(), Failure> {
    if order.disputable(number).is_some() {
        return see_to(ports, order, number).await;
    }
    let id = order.id.clone();
    follow_up(ports, order, number).await?;
    let order = ports.orders.order(&id).await?.ok_or(Failure::Unreadable("an order"))?;
    see_to(ports, order, number).await
}

async fn see_to(ports: &Ports<'_>, order: Order, number: AttemptNumber) -> Result<(), Failure> {
    let order = look_at_disputes(ports, order, number).await?;
    // What waited for the end of it goes on.
    let has_refund = order.next_refund_step(ports.clock.now()).is_some();
    if has_refund { capture_payment_now(ports, order).await } else { Ok(()) }
}
