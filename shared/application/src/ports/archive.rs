use async_trait::async_trait;
use domain::invariant::Books;

use super::Failure;

/// Reads everything, for an audit. Nothing that serves a shopper does.
#[async_trait]
pub trait Archive: Send + Sync {
    /// Everything that is stored about stock, reservations and orders. What is written meanwhile may be seen in part,
    /// so a verdict needs a store that is at rest. The gateways' own books are not in it.
    async fn books(&self) -> Result<Books, Failure>;
}
