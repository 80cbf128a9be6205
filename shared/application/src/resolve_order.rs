//! Takes what a person found out about an order whose payment, or a refund of it, waits for one.

use domain::order::{Order, OrderRefused};
use domain::payment::Finding;
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

/// Why the finding was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveOrderError {
    /// There is no order of that id.
    #[error("there is no such order")]
    NotFound,
    /// What the finding is about does not wait for a person.
    #[error("nothing of the kind waits for a person")]
    NotWaiting,
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Writes the finding down, once, and with it all that a gateway's answer would have brought.
///
/// # Errors
/// See [`ResolveOrderError`].
pub async fn resolve_order(
    ports: &Ports<'_>,
    id: &OrderId,
    finding: Finding,
) -> Result<Idempotent<Order>, ResolveOrderError> {
    decide(ports.orders, id, DECISIONS_MAX, |found| {
        let order = found.ok_or(ResolveOrderError::NotFound)?;
        order.resolve(finding, ports.clock.now()).map_err(|OrderRefused| ResolveOrderError::NotWaiting)
    })
    .await
}
