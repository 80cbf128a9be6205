//! Takes what a shopper brought back from an action at the gateway, such as 3-D Secure.

use domain::order::{NoActionAwaited, Order};
use domain::payment::ActionResult;
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

/// Why the result was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitActionResultError {
    /// This caller made no order of that id.
    #[error("there is no such order")]
    NotFound,
    /// Nothing waits for it.
    #[error(transparent)]
    Refused(#[from] NoActionAwaited),
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Writes the result down, or answers with the order that has it already. What it is worth is the payment worker's
/// business: the gateway alone can tell.
///
/// # Errors
/// See [`SubmitActionResultError`].
pub async fn submit_action_result(
    ports: &Ports<'_>,
    caller: &Caller,
    id: &OrderId,
    result: &ActionResult,
) -> Result<Idempotent<Order>, SubmitActionResultError> {
    decide(ports.orders, id, DECISIONS_MAX, |found| {
        let order = found.filter(|order| order.caller == *caller).ok_or(SubmitActionResultError::NotFound)?;
        Ok(order.submit_action_result(result.clone(), ports.clock.now())?)
    })
    .await
}
