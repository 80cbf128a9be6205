use application::{Failure, WorkItem, WorkItems};
use async_trait::async_trait;
use domain::Timestamp;

use super::Invocation;
use crate::conduct::now;

/// Its index runs behind, as the sweeper's does.
#[async_trait]
impl WorkItems for Invocation {
    async fn work_items(&self, shard: u32, since: Timestamp) -> Result<Vec<WorkItem>, Failure> {
        let ask = || now(self.world.conduct.store().work_items(shard, since));
        if ask()?.is_empty() || self.is_stale() {
            return Ok(Vec::new());
        }
        self.read("work items in part", &shard, ask).await?
    }
}
