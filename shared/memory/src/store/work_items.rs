use application::{Failure, Overdue, WorkItem, WorkItems, WorkRecord};
use async_trait::async_trait;
use domain::Timestamp;
use domain::work::Work;

use super::Store;
use super::sweep_index::Shard;

#[async_trait]
impl WorkItems for Store {
    async fn work_items(&self, shard: u32, since: Timestamp) -> Result<Vec<WorkItem>, Failure> {
        let records = self.lock();
        let is_asked_for = |record: &Overdue, work: &Work| record.shard() == shard && work.since >= since;
        let orders = records.orders.values().map(|record| {
            let order = &record.order;
            (Overdue::Order(order.id.clone()), order.work)
        });
        let webhooks = records
            .webhooks
            .values()
            .map(|webhook| (Overdue::Webhook(webhook.event.key.clone()), webhook.work()));
        let mut items: Vec<WorkItem> = orders
            .chain(webhooks)
            .filter_map(|(record, work)| Some((record, work?)))
            .filter(|(record, work)| is_asked_for(record, work))
            .map(|(record, work)| WorkItem { record: WorkRecord::from(record), work })
            .collect();
        items.sort_by_key(|item| item.work.since);
        Ok(items)
    }
}
