use application::{Failure, Overdue, SweepIndex};
use async_trait::async_trait;
use domain::Timestamp;
use domain::stock::{PageKey, StockPage};
use tracing::error;

use crate::attribute::{Fields, Item, text, time};
use crate::read::{self, Place, Question};
use crate::stock::moves;
use crate::write::{self, Verdict};
use crate::{PurchaseTables, keys};

#[cfg(test)]
mod tests;

#[async_trait]
impl SweepIndex for PurchaseTables {
    /// The earliest pages, as many as one answer holds: some thousands. The next sweep gets those behind them.
    async fn pages_due(&self, shard: u32, due: Timestamp) -> Result<Vec<PageKey>, Failure> {
        let question = Question {
            index: &keys::SWEEP,
            partition: text(shard.to_string()),
            place: Some(Place::UpTo(time(due))),
            limit: None,
        };
        let (items, _) = read::query(&self.client, "pages_due", &self.stock.table, question).await?;
        Ok(nominated(&items, keys::parse_page))
    }

    /// The earliest records, as many as one answer holds.
    async fn overdue(&self, shard: u32, due: Timestamp) -> Result<Vec<Overdue>, Failure> {
        let question = Question {
            index: &keys::WAKE,
            partition: text(shard.to_string()),
            place: Some(Place::Before(time(due))),
            limit: None,
        };
        let (items, _) = read::query(&self.client, "overdue", &self.orders.table, question).await?;
        Ok(nominated(&items, keys::parse_overdue))
    }

    async fn postpone_page(&self, seen: &StockPage, next: Option<Timestamp>) -> Result<(), Failure> {
        let key = keys::page(&seen.key);
        let statement = || moves::postpone(seen, next);
        match write::update(&self.client, "postpone_page", &self.stock.table, &key, statement).await? {
            // Refused: a hold came or went meanwhile, and the page keeps its place for the next sweep.
            Verdict::Written(_) | Verdict::Refused(_) => Ok(()),
        }
    }
}

/// One key that cannot be read must not keep its reader from the others.
pub(crate) fn nominated<T>(items: &[Item], parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
    let key = |item| {
        let parsed = Fields(item).text(keys::PARTITION).ok().and_then(&parse);
        if parsed.is_none() {
            error!("an index has an item whose key cannot be read");
        }
        parsed
    };
    items.iter().filter_map(key).collect()
}
