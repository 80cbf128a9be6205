//! Decides about an order that the fraud rules want a person to see: its payment is authorized, and its capture waits.

use domain::fraud::ReviewDecision;
use domain::order::{Order, ReviewRefused};
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

/// Why the decision was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReviewOrderError {
    /// There is no order of that id.
    #[error("there is no such order")]
    NotFound,
    /// It is not in review, or that is over.
    #[error(transparent)]
    Refused(#[from] ReviewRefused),
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Writes the decision down, once; the payment worker captures what was approved, and voids what was refused.
///
/// # Errors
/// See [`ReviewOrderError`].
pub async fn review_order(
    ports: &Ports<'_>,
    id: &OrderId,
    decision: ReviewDecision,
) -> Result<Idempotent<Order>, ReviewOrderError> {
    decide(ports.orders, id, DECISIONS_MAX, |found| {
        let order = found.ok_or(ReviewOrderError::NotFound)?;
        Ok(order.decide_review(decision, ports.clock.now())?)
    })
    .await
}
