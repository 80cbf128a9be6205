use application::{Failure, Holds, Stock, StockKeeper};
use async_trait::async_trait;
use domain::stock::{Hold, HoldMove, PageKey, StockPage, Supply};
use domain::{Idempotent, ReservationId, Sku};

use crate::StockTable;
use crate::keys;
use crate::read::{self, Consistency};
use crate::write::{self, Verdict};

pub(crate) mod item; // pages, holds and supply as items
pub(crate) mod moves; // what a hold does, each beside the rule that it mirrors

#[cfg(test)]
mod tests;

#[async_trait]
impl Stock for StockTable {
    async fn supplies(&self, skus: &[Sku]) -> Result<Vec<Supply>, Failure> {
        let keys = skus.iter().map(keys::supply).collect();
        let items = read::batch(&self.client, "supplies", &self.table, keys, Consistency::Eventual).await?;
        items.iter().map(item::read_supply).collect()
    }

    async fn pages(&self, keys: &[PageKey]) -> Result<Vec<StockPage>, Failure> {
        let keys = keys.iter().map(keys::page).collect();
        let items = read::batch(&self.client, "pages", &self.table, keys, Consistency::Strong).await?;
        items.iter().map(item::read_page).collect()
    }
}

#[async_trait]
impl StockKeeper for StockTable {
    async fn create_page(&self, page: &StockPage) -> Result<Idempotent<()>, Failure> {
        write::put_new(&self.client, "create_page", &self.table, item::page(page)).await
    }

    async fn create_supply(&self, supply: &Supply) -> Result<Idempotent<()>, Failure> {
        write::put_new(&self.client, "create_supply", &self.table, item::supply(supply)).await
    }
}

#[async_trait]
impl Holds for StockTable {
    async fn free(
        &self,
        page: &PageKey,
        reservation: &ReservationId,
        seen: Hold,
    ) -> Result<Idempotent<()>, Failure> {
        let statement = || moves::move_hold(reservation, seen, HoldMove::Free);
        let verdict = write::update(&self.client, "free", &self.table, &keys::page(page), statement).await?;
        Ok(match verdict {
            Verdict::Written => Idempotent::Executed(()),
            // The hold is gone or is another: somebody moved it, and that stands.
            Verdict::Refused => Idempotent::AlreadyApplied(()),
        })
    }
}
