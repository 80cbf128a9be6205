use std::collections::BTreeSet;

use application::{Failure, Holds, Stock, StockKeeper};
use async_trait::async_trait;
use domain::stock::{Hold, HoldMove, PageKey, StockPage, Supply};
use domain::{Idempotent, ReservationId, Sku};

use super::{PageRecord, Store, sweep_index};

#[async_trait]
impl Stock for Store {
    async fn supplies(&self, skus: &[Sku]) -> Result<Vec<Supply>, Failure> {
        let records = self.lock();
        let skus: BTreeSet<&Sku> = skus.iter().collect();
        Ok(skus.into_iter().filter_map(|sku| records.supplies.get(sku)).cloned().collect())
    }

    async fn pages(&self, keys: &[PageKey]) -> Result<Vec<StockPage>, Failure> {
        let records = self.lock();
        let keys: BTreeSet<&PageKey> = keys.iter().collect();
        let found = keys.into_iter().filter_map(|key| records.pages.get(key));
        Ok(found.map(|record| record.page.clone()).collect())
    }
}

#[async_trait]
impl StockKeeper for Store {
    async fn create_page(&self, page: &StockPage) -> Result<Idempotent<()>, Failure> {
        let mut records = self.lock();
        if records.pages.contains_key(&page.key) {
            return Ok(Idempotent::AlreadyApplied(()));
        }
        let sweep_at = sweep_index::of_new(page);
        records.write_pages(vec![PageRecord { page: page.clone(), sweep_at }]);
        Ok(Idempotent::Executed(()))
    }

    async fn create_supply(&self, supply: &Supply) -> Result<Idempotent<()>, Failure> {
        let mut records = self.lock();
        if records.supplies.contains_key(&supply.sku) {
            return Ok(Idempotent::AlreadyApplied(()));
        }
        records.supplies.insert(supply.sku.clone(), supply.clone());
        Ok(Idempotent::Executed(()))
    }
}

#[async_trait]
impl Holds for Store {
    async fn free(
        &self,
        page: &PageKey,
        reservation: &ReservationId,
        seen: Hold,
    ) -> Result<Idempotent<()>, Failure> {
        let mut records = self.lock();
        let Some(PageRecord { page, sweep_at }) = records.pages.get(page).cloned() else {
            return Ok(Idempotent::AlreadyApplied(()));
        };
        match page.move_hold(reservation, seen, HoldMove::Free) {
            Ok(page) => {
                records.write_pages(vec![PageRecord { page, sweep_at }]);
                Ok(Idempotent::Executed(()))
            }
            // The hold is gone or is another: somebody moved it, and that stands.
            Err(_changed) => Ok(Idempotent::AlreadyApplied(())),
        }
    }
}
