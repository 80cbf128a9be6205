use async_trait::async_trait;
use domain::stock::{PageKey, StockPage};
use domain::{OrderId, Timestamp};

use super::Failure;

/// What the sweeper looks at: pages whose next deadline may have passed.
#[async_trait]
pub trait SweepIndex: Send + Sync {
    /// Pages to be looked at by `due`, of one of [`SWEEP_SHARDS`] parts. May be stale: it only nominates.
    async fn pages_due(&self, shard: u32, due: Timestamp) -> Result<Vec<PageKey>, Failure>;

    /// Orders and when they were to be woken, of one part, if that was before `due`. May be stale: it only nominates.
    async fn orders_due(&self, shard: u32, due: Timestamp) -> Result<Vec<OrderId>, Failure>;

    /// Notes when the sweeper should look at this page next, if its units are as `seen`; otherwise a hold came or
    /// went meanwhile, and the next sweep sees to it.
    async fn postpone_page(&self, seen: &StockPage, next: Option<Timestamp>) -> Result<(), Failure>;
}

/// How many parts the sweeper's indexes have, so that no one partition takes all their writes.
pub const SWEEP_SHARDS: u32 = 16;
