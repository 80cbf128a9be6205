//! Counts what waits for a person, for metrics and their alarms.

use domain::work::WorkKind;

use crate::list_work_items::all;
use crate::{Clock, Failure, WorkItem, WorkItems};

/// What the use case needs.
pub struct Ports<'a> {
    /// What waits.
    pub work_items: &'a dyn WorkItems,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// How much of one kind waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The kind.
    pub kind: WorkKind,
    /// How many wait.
    pub open: usize,
    /// How many of them will soon be decided by themselves.
    pub urgent: usize,
    /// For how long the oldest has been waiting, in whole minutes.
    pub oldest_minutes: u64,
}

/// Counts every kind, those of which there are none too.
///
/// # Errors
/// When the store cannot be read.
pub async fn count_work_items(ports: &Ports<'_>) -> Result<Vec<Count>, Failure> {
    let items = all(ports.work_items, domain::Timestamp::from_millis(0)).await?;
    let now = ports.clock.now();
    let count = |kind| {
        let of_kind: Vec<&WorkItem> = items.iter().filter(|item| item.work.kind == kind).collect();
        let oldest = of_kind.iter().map(|item| now.since(item.work.since)).max();
        Count {
            kind,
            open: of_kind.len(),
            urgent: of_kind.iter().filter(|item| item.work.is_urgent(now)).count(),
            oldest_minutes: oldest.map_or(0, |age| age.as_secs() / 60),
        }
    };
    Ok(WorkKind::ALL.into_iter().map(count).collect())
}
