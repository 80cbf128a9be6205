use async_trait::async_trait;
use domain::stock::{Hold, PageKey, StockPage, Supply};
use domain::{Idempotent, ReservationId, Sku};

use super::Failure;

/// Stock pages, and the supply that they come from.
#[async_trait]
pub trait Stock: Send + Sync {
    /// The supply of each SKU; a SKU that was never put on sale is left out.
    async fn supplies(&self, skus: &[Sku]) -> Result<Vec<Supply>, Failure>;

    /// These pages as they are now (a consistent read), in any order; a page that does not exist is left out.
    async fn pages(&self, keys: &[PageKey]) -> Result<Vec<StockPage>, Failure>;
}

/// Puts units on sale.
#[async_trait]
pub trait StockKeeper: Send + Sync {
    /// Creates a page, unless it exists.
    async fn create_page(&self, page: &StockPage) -> Result<Idempotent<()>, Failure>;

    /// Records a SKU's first supply, unless it has one.
    async fn create_supply(&self, supply: &Supply) -> Result<Idempotent<()>, Failure>;
}

/// Gives units back to sale.
#[async_trait]
pub trait Holds: Send + Sync {
    /// Frees a hold, if it still has exactly the value that was seen; otherwise changes nothing, because whoever
    /// moved it decides ([`domain::stock::StockPage::move_hold`]).
    async fn free(
        &self,
        page: &PageKey,
        reservation: &ReservationId,
        seen: Hold,
    ) -> Result<Idempotent<()>, Failure>;
}
