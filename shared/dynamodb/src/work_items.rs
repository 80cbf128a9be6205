use application::{Failure, WorkItem, WorkItems};
use async_trait::async_trait;
use domain::Timestamp;
use domain::work::{Work, WorkKind};
use tracing::error;

use crate::attribute::{Fields, Item, text, time};
use crate::read::{self, Place, Question};
use crate::{OrdersTable, keys};

#[async_trait]
impl WorkItems for OrdersTable {
    async fn work_items(&self, shard: u32, since: Timestamp) -> Result<Vec<WorkItem>, Failure> {
        let question = Question {
            index: &keys::WORK,
            partition: text(shard.to_string()),
            place: Some(Place::From(time(since))),
            limit: None,
        };
        let (items, _) = read::query(&self.client, "work_items", &self.table, question).await?;
        Ok(items.iter().filter_map(readable).collect())
    }
}

/// One item that cannot be read must not hide the others.
fn readable(item: &Item) -> Option<WorkItem> {
    let fields = Fields(item);
    let record = fields.text(keys::PARTITION).ok().and_then(keys::parse_work);
    let read = record.zip(read_work(fields).ok());
    if read.is_none() {
        error!("the index of what waits for a person has an item that cannot be read");
    }
    read.map(|(record, work)| WorkItem { record, work })
}

/// What a record waits for a person for.
pub(crate) fn read_work(fields: Fields<'_>) -> Result<Work, Failure> {
    Ok(Work {
        kind: fields.word("work", WorkKind::named)?,
        since: fields.time(keys::WORK.place)?,
        until: fields.optional("work_until", Fields::time)?,
    })
}
