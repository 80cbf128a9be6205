use std::time::Duration;

use application::{Failure, SWEEP_SHARDS, SweepIndex};
use async_trait::async_trait;
use domain::stock::{HoldMove, PageKey, StockPage};
use domain::{OrderId, Timestamp};

use super::Store;

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
        let records = self.lock();
        let mut found: Vec<(Timestamp, PageKey)> = records
            .pages
            .iter()
            .filter(|(key, _)| shard_of(&format!("{}#{}", key.sku, key.number)) == shard)
            .filter_map(|(key, record)| Some((record.sweep_at.filter(|at| *at <= due)?, key.clone())))
            .collect();
        found.sort();
        Ok(found.into_iter().map(|(_, key)| key).collect())
    }

    async fn orders_due(&self, shard: u32, due: Timestamp) -> Result<Vec<OrderId>, Failure> {
        let records = self.lock();
        let mut found: Vec<(Timestamp, OrderId)> = records
            .orders
            .iter()
            .filter(|(id, _)| shard_of(id.as_str()) == shard)
            .filter_map(|(id, record)| Some((record.order.wake?.at, id.clone())))
            .filter(|(at, _)| *at < due)
            .collect();
        found.sort();
        Ok(found.into_iter().map(|(_, id)| id).collect())
    }

    async fn postpone_page(&self, seen: &StockPage, next: Option<Timestamp>) -> Result<(), Failure> {
        let units = |page: &StockPage| (page.capacity, page.available, page.sold);
        let mut records = self.lock();
        if let Some(record) = records.pages.get_mut(&seen.key)
            && units(&record.page) == units(seen)
        {
            record.sweep_at = next;
        }
        Ok(())
    }
}

/// Any fixed spread will do: a caller looks at every part.
fn shard_of(key: &str) -> u32 {
    key.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % SWEEP_SHARDS
}
