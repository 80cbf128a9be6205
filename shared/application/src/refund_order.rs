//! Gives a part of what was paid for an order back.

use domain::order::{Order, RefundRefused, RefundRequest};
use domain::{Idempotent, OrderId};

use crate::decision::{DECISIONS_MAX, decide};
use crate::{Clock, Failure, OrderLedger};

/// What the use case needs.
pub struct Ports<'a> {
    /// Orders.
    pub orders: &'a dyn OrderLedger,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// Why nothing goes back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefundOrderError {
    /// There is no order of that id.
    #[error("there is no such order")]
    NotFound,
    /// The order does not give that back.
    #[error(transparent)]
    Refused(#[from] RefundRefused),
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Writes the refund down, once per reference; the payment worker sees to it. However many are asked for at once, the
/// sum never exceeds what was captured: each is written to the very version that it was decided on.
///
/// # Errors
/// See [`RefundOrderError`].
pub async fn refund_order(
    ports: &Ports<'_>,
    id: &OrderId,
    request: &RefundRequest,
) -> Result<Idempotent<Order>, RefundOrderError> {
    decide(ports.orders, id, DECISIONS_MAX, |found| {
        let order = found.ok_or(RefundOrderError::NotFound)?;
        Ok(order.refund(request.clone(), ports.clock.now())?)
    })
    .await
}
