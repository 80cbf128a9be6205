use async_trait::async_trait;
use domain::payment::GatewayName;
use domain::reconciliation::{Difference, DifferenceKey, Reconciled, Window};
use domain::{Idempotent, OrderId, Timestamp};

use super::Failure;

/// How far the gateways' lists and our ledgers have been compared.
#[async_trait]
pub trait Reconciliations: Send + Sync {
    /// How far a gateway's list has been compared (a consistent read); none where nobody has begun.
    async fn reconciled(&self, gateway: GatewayName) -> Result<Option<Reconciled>, Failure>;

    /// Notes until when everything was compared, from where it was before. Nothing is unanswered there.
    ///
    /// MUST change nothing unless it still is where it was `seen`.
    async fn advance(
        &self,
        gateway: GatewayName,
        seen: Option<Timestamp>,
        until: Timestamp,
    ) -> Result<Idempotent<()>, Failure>;

    /// Notes since when a question about the window that begins at `until` is left unanswered.
    ///
    /// MUST change nothing unless it still is there, and nothing is noted yet.
    async fn note_unanswered(
        &self,
        gateway: GatewayName,
        until: Timestamp,
        since: Timestamp,
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
