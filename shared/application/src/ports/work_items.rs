use async_trait::async_trait;
use domain::reconciliation::DifferenceKey;
use domain::webhook::EventKey;
use domain::work::Work;
use domain::{OrderId, Timestamp};

use super::Failure;

/// A record that a person can be needed for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkRecord {
    /// An order: its review, its payment or one of its refunds.
    Order(OrderId),
    /// An event that a gateway told.
    Webhook(EventKey),
    /// Something that a gateway and our ledgers say differently.
    Difference(DifferenceKey),
}

/// A record that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkItem {
    /// Which.
    pub record: WorkRecord,
    /// What for.
    pub work: Work,
}

/// What waits for a person.
#[async_trait]
pub trait WorkItems: Send + Sync {
    /// The records of one of [`SWEEP_SHARDS`](super::SWEEP_SHARDS) parts that have been waiting since `since` or shorter,
    /// those that wait longest first; as many as one answer holds, which is thousands. May be stale.
    async fn work_items(&self, shard: u32, since: Timestamp) -> Result<Vec<WorkItem>, Failure>;
}
