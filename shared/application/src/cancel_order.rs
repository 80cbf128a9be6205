//! Ends an order before it is shipped: what is in flight is voided, what was paid goes back.

use domain::order::{CancelRefused, Order};
use domain::{Caller, Idempotent, OrderId};

use crate::decision::{DECISIONS_MAX, decide};
use crate::{Clock, Failure, OrderLedger};

/// What the use case needs.
pub struct Ports<'a> {
    /// Orders.
    pub orders: &'a dyn OrderLedger,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// Why the order was not cancelled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelOrderError {
    /// This caller made no order of that id.
    #[error("there is no such order")]
    NotFound,
    /// There is nothing left of it that could be ended.
    #[error(transparent)]
    Refused(#[from] CancelRefused),
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Writes the wish down, or answers with the order that was cancelled before. What the wish leads to is the payment
/// worker's business: nothing is over before the gateway has confirmed it.
///
/// # Errors
/// See [`CancelOrderError`].
pub async fn cancel_order(
    ports: &Ports<'_>,
    caller: &Caller,
    id: &OrderId,
) -> Result<Idempotent<Order>, CancelOrderError> {
    decide(ports.orders, id, DECISIONS_MAX, |found| {
        let order = found.filter(|order| order.caller == *caller).ok_or(CancelOrderError::NotFound)?;
        Ok(order.cancel(ports.clock.now())?)
    })
    .await
}
