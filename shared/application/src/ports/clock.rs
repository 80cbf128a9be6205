use core::time::Duration;

use async_trait::async_trait;
use domain::Timestamp;

/// Tells the time. Nothing that must be safe may rest on it: it may be seconds off, and it may jump.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Timestamp;

    /// Waits for somebody else to get on with what this one would only be in the way of.
    async fn wait(&self, duration: Duration);
}
