use async_trait::async_trait;
use domain::stock::{PageKey, StockPage};
use domain::webhook::EventKey;
use domain::{OrderId, Timestamp};

use super::Failure;

/// A record whose worker was to be woken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overdue {
    /// An order.
    Order(OrderId),
    /// An event that a gateway told.
    Webhook(EventKey),
}

/// What the sweeper looks at: pages whose next deadline may have passed, and records whose worker may not have come.
#[async_trait]
pub trait SweepIndex: Send + Sync {
    /// Pages to be looked at by `due`, of one of [`SWEEP_SHARDS`] parts. May be stale: it only nominates.
    async fn pages_due(&self, shard: u32, due: Timestamp) -> Result<Vec<PageKey>, Failure>;

    /// Records of one part whose worker was to be woken before `due`. May be stale: it only nominates.
    async fn overdue(&self, shard: u32, due: Timestamp) -> Result<Vec<Overdue>, Failure>;

    /// Notes when the sweeper should look at this page next, if its units are as `seen`; otherwise a hold came or
    /// went meanwhile, and the next sweep sees to it.
    async fn postpone_page(&self, seen: &StockPage, next: Option<Timestamp>) -> Result<(), Failure>;
}

/// How many parts the sweeper's indexes have, so that no one partition takes all their writes.
pub const SWEEP_SHARDS: u32 = 16;
