use async_trait::async_trait;
use domain::OrderId;
use domain::order::{Order, OrderChange, OrderRecord};
use domain::reservation::Reservation;
use domain::wake::Wake;

use super::Failure;

/// Why an order's change was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// The order, its reservation or a hold is not what the change was made from: read again and decide anew.
    #[error("the order has changed")]
    Conflict,
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Orders.
#[async_trait]
pub trait Orders: Send + Sync {
    /// The order as it is now (a consistent read).
    async fn order(&self, id: &OrderId) -> Result<Option<Order>, Failure>;
}

/// What became of orders, write by write.
#[async_trait]
pub trait OrderHistories: Send + Sync {
    /// The order with its history (a consistent read).
    async fn order_record(&self, id: &OrderId) -> Result<Option<OrderRecord>, Failure>;
}

/// Places orders.
#[async_trait]
pub trait OrderPlacer: Orders {
    /// Writes an order, the reservation that becomes it and the reservation's holds, or nothing.
    ///
    /// MUST refuse with `Conflict` when the order exists, the reservation is not open or was planned anew, a hold is not
    /// as planned, or one of its claims is gone.
    async fn place(&self, ordered: &Reservation, change: &OrderChange) -> Result<(), ChangeError>;
}

/// Moves orders on.
#[async_trait]
pub trait OrderLedger: Orders {
    /// Writes an order's change with its history and its holds, or nothing.
    ///
    /// MUST refuse with `Conflict` unless the order still has the version that the change was made from.
    async fn record(&self, change: &OrderChange) -> Result<(), ChangeError>;

    /// Asks for a later wake-up of an order that another worker has claimed, if it still has the version that was
    /// seen. It is no change of the order: the other worker's claim stands.
    async fn postpone(&self, seen: &Order, wake: Wake) -> Result<(), ChangeError>;
}
