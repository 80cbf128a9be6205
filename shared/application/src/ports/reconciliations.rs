use async_trait::async_trait;
use domain::payment::GatewayName;
use domain::reconciliation::{Difference, DifferenceKey, Window};
use domain::{Idempotent, OrderId, Timestamp};

use super::Failure;

/// How far the gateways' lists and our ledgers have been compared.
#[async_trait]
pub trait Reconciliations: Send + Sync {
    /// Until when everything of a gateway has been compared (a consistent read); none where nobody has begun.
    async fn reconciled_until(&self, gateway: GatewayName) -> Result<Option<Timestamp>, Failure>;

    /// Notes until when everything was compared, from where it was before.
    ///
    /// MUST change nothing unless it still is where it was `seen`.
    async fn advance(
        &self,
        gateway: GatewayName,
        seen: Option<Timestamp>,
        until: Timestamp,
    ) -> Result<Idempotent<()>, Failure>;

    /// Orders of one of [`SWEEP_SHARDS`](super::SWEEP_SHARDS) parts whose latest posting is in a window. May be stale for
    /// some seconds: whoever asks comes later than that.
    async fn posted(&self, shard: u32, window: Window) -> Result<Vec<OrderId>, Failure>;
}

/// What the gateways and our ledgers say differently.
#[async_trait]
pub trait Differences: Send + Sync {
    /// Writes a difference, unless one of its key is there: the first one stays, whatever became of it.
    async fn note(&self, difference: &Difference) -> Result<Idempotent<()>, Failure>;

    /// The difference as it is now (a consistent read).
    async fn difference(&self, key: &DifferenceKey) -> Result<Option<Difference>, Failure>;
}

/// Where differences wait for a person.
#[async_trait]
pub trait DifferenceLedger: Differences {
    /// Writes that a person is done with a difference ([`Difference::resolve`]).
    ///
    /// MUST change nothing unless it is there and nobody is.
    async fn resolve(&self, resolved: &Difference) -> Result<Idempotent<()>, Failure>;
}
