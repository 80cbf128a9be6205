use application::{Failure, Overdue, SweepIndex};
use async_trait::async_trait;
use domain::Timestamp;
use domain::stock::{PageKey, StockPage};

use super::Invocation;
use crate::conduct::{Conduct, now};

/// The sweeper's index runs behind: an entry may be missing for a while. An answer without entries is given at once,
/// because whoever gets it does nothing about it.
#[async_trait]
impl SweepIndex for Invocation {
    async fn pages_due(&self, shard: u32, due: Timestamp) -> Result<Vec<PageKey>, Failure> {
        let ask = || now(self.world.conduct.store().pages_due(shard, due));
        if ask()?.is_empty() || self.is_stale() {
            return Ok(Vec::new());
        }
        self.read("pages due in part", &shard, ask).await?
    }

    async fn overdue(&self, shard: u32, due: Timestamp) -> Result<Vec<Overdue>, Failure> {
        let ask = || now(self.world.conduct.store().overdue(shard, due));
        if ask()?.is_empty() || self.is_stale() {
            return Ok(Vec::new());
        }
        self.read("overdue in part", &shard, ask).await?
    }

    async fn postpone_page(&self, seen: &StockPage, next: Option<Timestamp>) -> Result<(), Failure> {
        let postpone = |conduct: &dyn Conduct| now(conduct.store().postpone_page(seen, next));
        self.write("postpone page", &seen.key.number, postpone).await
    }
}

impl Invocation {
    /// Whether an index has not caught up yet.
    pub(super) fn is_stale(&self) -> bool {
        let mut desk = self.world.desk();
        desk.is_seeded && desk.faults.is_some() && desk.dice.hits(100)
    }
}
