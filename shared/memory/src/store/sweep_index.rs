use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::time::Duration;

use application::{Failure, Overdue, SWEEP_SHARDS, SweepIndex};
use async_trait::async_trait;
use domain::stock::{HoldMove, PageKey, StockPage};
use domain::{OrderId, Timestamp};

use super::{PageRecord, Store};

/// Records by part and time, as the sweeper looks at them, and whoever reconciles.
#[derive(Debug)]
pub(super) struct Due<K> {
    keys: BTreeMap<(u32, Timestamp), BTreeSet<K>>,
}

impl<K> Default for Due<K> {
    fn default() -> Self {
        Self { keys: BTreeMap::new() }
    }
}

impl<K: Shard> Due<K> {
    /// Gives a record its new place.
    pub(super) fn moved(&mut self, key: &K, before: Option<Timestamp>, after: Option<Timestamp>) {
        if before == after {
            return;
        }
        let shard = key.shard();
        if let Some(at) = before
            && let Some(keys) = self.keys.get_mut(&(shard, at))
        {
            keys.remove(key);
            if keys.is_empty() {
                self.keys.remove(&(shard, at));
            }
        }
        if let Some(at) = after {
            self.keys.entry((shard, at)).or_default().insert(key.clone());
        }
    }

    /// What is due by a time, or before it, in the order of its time.
    fn by(&self, shard: u32, end: Bound<Timestamp>) -> Vec<K> {
        self.between(shard, Timestamp::from_millis(i64::MIN), end)
    }

    /// The same from a time on.
    pub(super) fn between(&self, shard: u32, begin: Timestamp, end: Bound<Timestamp>) -> Vec<K> {
        let start = Bound::Included((shard, begin));
        let end = end.map(|at| (shard, at));
        self.keys.range((start, end)).flat_map(|(_, keys)| keys.iter().cloned()).collect()
    }
}

/// A record that is found in one part of an index. Any fixed spread will do: a caller looks at every part.
pub(super) trait Shard: Ord + Clone {
    fn shard(&self) -> u32;
}

impl Shard for PageKey {
    fn shard(&self) -> u32 {
        shard_of(self.sku.as_str().bytes().chain(self.number.to_be_bytes()))
    }
}

impl Shard for OrderId {
    fn shard(&self) -> u32 {
        shard_of(self.as_str().bytes())
    }
}

impl Shard for Overdue {
    fn shard(&self) -> u32 {
        match self {
            Self::Order(id) => id.shard(),
            Self::Webhook(key) => shard_of(key.id.as_str().bytes()),
        }
    }
}

pub(super) fn shard_of(key: impl Iterator<Item = u8>) -> u32 {
    key.fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % SWEEP_SHARDS
}

/// A page is found by the earliest deadline that it came with.
pub(super) fn of_new(page: &StockPage) -> Option<Timestamp> {
    page.next_sweep(Timestamp::from_millis(0), Duration::ZERO)
}

/// A page that has a place keeps it: deadlines that come later are later, and the sweeper puts it off itself.
pub(super) fn after_hold(sweep_at: Option<Timestamp>, expires_at: Timestamp) -> Option<Timestamp> {
    sweep_at.or(Some(expires_at))
}

pub(super) fn after_move(sweep_at: Option<Timestamp>, target: HoldMove) -> Option<Timestamp> {
    match target {
        HoldMove::BackToHeld { until } => after_hold(sweep_at, until),
        HoldMove::Free | HoldMove::ToPaying | HoldMove::ToSold => sweep_at,
    }
}

#[async_trait]
impl SweepIndex for Store {
    async fn pages_due(&self, shard: u32, due: Timestamp) -> Result<Vec<PageKey>, Failure> {
        Ok(self.lock().pages_due.by(shard, Bound::Included(due)))
    }

    async fn overdue(&self, shard: u32, due: Timestamp) -> Result<Vec<Overdue>, Failure> {
        Ok(self.lock().overdue.by(shard, Bound::Excluded(due)))
    }

    async fn postpone_page(&self, seen: &StockPage, next: Option<Timestamp>) -> Result<(), Failure> {
        let units = |page: &StockPage| (page.capacity, page.available, page.sold);
        let mut records = self.lock();
        let stored = records.pages.get(&seen.key).filter(|record| units(&record.page) == units(seen));
        if let Some(PageRecord { page, .. }) = stored.cloned() {
            records.write_page(PageRecord { page, sweep_at: next });
        }
        Ok(())
    }
}
