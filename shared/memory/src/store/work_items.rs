use application::{Failure, WorkItem, WorkItems, WorkRecord};
use async_trait::async_trait;
use domain::Timestamp;

use super::Store;
use super::sweep_index::shard_of;

#[async_trait]
impl WorkItems for Store {
    async fn work_items(&self, shard: u32, since: Timestamp) -> Result<Vec<WorkItem>, Failure> {
        let records = self.lock();
        let orders = records.orders.values().map(|record| {
            let order = &record.order;
            (WorkRecord::Order(order.id.clone()), order.work)
        });
        let webhooks = records
            .webhooks
            .values()
            .map(|webhook| (WorkRecord::Webhook(webhook.event.key.clone()), webhook.work()));
        let differences = records
            .differences
            .values()
            .map(|difference| (WorkRecord::Difference(difference.key.clone()), difference.work()));
        let mut items: Vec<WorkItem> = orders
            .chain(webhooks)
            .chain(differences)
            .filter_map(|(record, work)| Some(WorkItem { record, work: work? }))
            .filter(|item| part_of(&item.record) == shard && item.work.since >= since)
            .collect();
        items.sort_by_key(|item| item.work.since);
        Ok(items)
    }
}

fn part_of(record: &WorkRecord) -> u32 {
    match record {
        WorkRecord::Order(id) => shard_of(id.as_str().bytes()),
        WorkRecord::Webhook(key) => shard_of(key.id.as_str().bytes()),
        WorkRecord::Difference(key) => shard_of(key.subject.to_string().bytes()),
    }
}
