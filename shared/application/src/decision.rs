//! Decides about an order, and writes that to the very version that it was decided on.

use domain::order::{Order, OrderChange};
use domain::{Idempotent, OrderId};

use crate::repeat::until_definite;
use crate::{ChangeError, Failure, OrderLedger};

/// How often the decision is made anew by whoever need not hurry, after somebody else changed the order meanwhile.
pub(crate) const DECISIONS_MAX: u32 = 6;

/// Reads the order, decides and writes; after somebody else changed it meanwhile, all of that again, so often at the most.
/// Perhaps that somebody was this very request: what it then finds stands.
///
/// # Errors
/// What `decide` refuses with, and failures of the store.
pub(crate) async fn decide<E: From<Failure>>(
    orders: &dyn OrderLedger,
    id: &OrderId,
    decisions_max: u32,
    decide: impl Fn(Option<Order>) -> Result<Idempotent<OrderChange>, E>,
) -> Result<Idempotent<Order>, E> {
    for _ in 0..decisions_max {
        let change = match decide(orders.order(id).await?)? {
            Idempotent::Executed(change) => change,
            Idempotent::AlreadyApplied(unchanged) => return Ok(Idempotent::AlreadyApplied(unchanged.order)),
        };
        match until_definite(|| orders.record(&change)).await {
            Ok(()) => return Ok(Idempotent::Executed(change.order)),
            Err(ChangeError::Conflict) => {}
            Err(ChangeError::Failure(failure)) => return Err(failure.into()),
        }
    }
    Err(Failure::Throttled.into())
}
