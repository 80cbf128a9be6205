//! What waits for a person, longest first.

use domain::Timestamp;
use domain::work::WorkKind;

use crate::{Failure, SWEEP_SHARDS, WorkItem, WorkItems, WorkRecord};

/// What the use case needs.
pub struct Ports<'a> {
    /// What waits.
    pub work_items: &'a dyn WorkItems,
}

/// Which of them are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Only this kind; every kind without.
    pub kind: Option<WorkKind>,
    /// Only what comes after this one, which was the last of the page before.
    pub after: Option<WorkItem>,
    /// How many at the most.
    pub limit: usize,
}

/// One page of what waits, and whether there is more. Each item is where its record stood a moment ago; the record itself
/// tells the rest.
///
/// # Errors
/// When the store cannot be read.
pub async fn list_work_items(
    ports: &Ports<'_>,
    question: &Question,
) -> Result<(Vec<WorkItem>, bool), Failure> {
    let since = question.after.as_ref().map_or(Timestamp::from_millis(0), |item| item.work.since);
    let mut items = all(ports.work_items, since).await?;
    items.retain(|item| {
        question.kind.is_none_or(|kind| item.work.kind == kind)
            && question.after.as_ref().is_none_or(|after| place(item) > place(after))
    });
    items.sort_by(|one, other| place(one).cmp(&place(other)));
    let is_more = items.len() > question.limit;
    items.truncate(question.limit);
    Ok((items, is_more))
}

/// Everything that has been waiting since then or shorter.
pub(crate) async fn all(work_items: &dyn WorkItems, since: Timestamp) -> Result<Vec<WorkItem>, Failure> {
    let mut items = Vec::new();
    for shard in 0..SWEEP_SHARDS {
        items.extend(work_items.work_items(shard, since).await?);
    }
    Ok(items)
}

/// Where an item stands in the list.
fn place(item: &WorkItem) -> (Timestamp, &WorkRecord) {
    (item.work.since, &item.record)
}
