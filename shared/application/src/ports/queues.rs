use async_trait::async_trait;
use domain::Timestamp;

use super::{Failure, WakeUp};

/// Queues of wake-ups.
#[async_trait]
pub trait Queues: Send + Sync {
    /// Sends wake-ups, each to its queue, to arrive no earlier than its time or after the longest delay that the
    /// queue knows, whichever is sooner. Answers those that were not accepted, by their place in the list.
    async fn send(&self, wake_ups: &[WakeUp], now: Timestamp) -> Result<Vec<usize>, Failure>;
}
