//! Takes that a person is done with something that a gateway and our ledgers say differently.

use domain::Idempotent;
use domain::reconciliation::{Difference, DifferenceKey};

use crate::repeat::until_definite;
use crate::{Clock, DifferenceLedger, Failure};

/// What the use case needs.
pub struct Ports<'a> {
    /// What differs.
    pub differences: &'a dyn DifferenceLedger,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// Why that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveDifferenceError {
    /// Nobody found such a difference.
    #[error("there is no such difference")]
    NotFound,
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Writes it down, once. Whoever compares again finds it there, and tells nobody of it anew.
///
/// # Errors
/// See [`ResolveDifferenceError`].
pub async fn resolve_difference(
    ports: &Ports<'_>,
    key: &DifferenceKey,
) -> Result<Idempotent<Difference>, ResolveDifferenceError> {
    let found = ports.differences.difference(key).await?.ok_or(ResolveDifferenceError::NotFound)?;
    let resolved = match found.resolve(ports.clock.now()) {
        Idempotent::Executed(resolved) => resolved,
        again @ Idempotent::AlreadyApplied(_) => return Ok(again),
    };
    if until_definite(|| ports.differences.resolve(&resolved)).await?.is_replay() {
        // Somebody else was done with it first, or this very write was applied: both stand.
        let standing = ports.differences.difference(key).await?.ok_or(ResolveDifferenceError::NotFound)?;
        return Ok(Idempotent::AlreadyApplied(standing));
    }
    Ok(Idempotent::Executed(resolved))
}
