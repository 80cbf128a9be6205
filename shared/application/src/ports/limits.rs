use async_trait::async_trait;
use domain::Idempotent;
use domain::stock::{LimitClaim, LimitReached};

use super::Failure;

/// Why units were not counted against a customer's limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// The customer would have too many, or another turn's claim stands.
    #[error(transparent)]
    Reached(#[from] LimitReached),
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// What customers have of SKUs that are limited per customer.
#[async_trait]
pub trait Limits: Send + Sync {
    /// Counts a reservation's units ([`domain::stock::CustomerLimit::claim`]). MUST come after the reservation and
    /// before its holds, so that a claim can be given back by whoever finds its reservation ended.
    async fn claim(&self, claim: &LimitClaim) -> Result<Idempotent<()>, ClaimError>;

    /// Gives a claim back, if it still is exactly this one.
    async fn give_back(&self, claim: &LimitClaim) -> Result<Idempotent<()>, Failure>;
}
