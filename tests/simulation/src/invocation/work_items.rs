use application::{DifferenceLedger, Failure, WebhookQuarantine, WorkItem, WorkItems};
use async_trait::async_trait;
use domain::reconciliation::Difference;
use domain::webhook::Webhook;
use domain::{Idempotent, Timestamp};

use super::Invocation;
use crate::conduct::{Conduct, now};

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

#[async_trait]
impl WebhookQuarantine for Invocation {
    async fn resolve(&self, decided: &Webhook) -> Result<Idempotent<()>, Failure> {
        let resolve = |conduct: &dyn Conduct| conduct.resolve_webhook(self.by, decided);
        let what = format!("{} {:?}", decided.event.key.id, decided.state);
        self.write("resolve event", &what, resolve).await
    }
}

#[async_trait]
impl DifferenceLedger for Invocation {
    async fn resolve(&self, resolved: &Difference) -> Result<Idempotent<()>, Failure> {
        let resolve = |conduct: &dyn Conduct| conduct.resolve_difference(self.by, resolved);
        self.write("resolve difference", &resolved.key.subject, resolve).await
    }
}
