use application::{ChangeSupplyError, Failure, Stock, StockKeeper};
use async_trait::async_trait;
use domain::stock::{Movement, Opener, OpenerKey, PageKey, StockList, StockPage, Supply, SupplyChange};
use domain::{Reference, Sku};

use super::Invocation;
use crate::conduct::now;

#[async_trait]
impl Stock for Invocation {
    async fn supplies(&self, skus: &[Sku]) -> Result<Vec<Supply>, Failure> {
        let store = self.world.conduct.store();
        self.read("read supply", &Listed(skus), || now(store.supplies(skus))).await?
    }

    async fn lists(&self, skus: &[Sku]) -> Result<Vec<StockList>, Failure> {
        let lists = || {
            let lists = self.world.conduct.lists(self.by, skus);
            let mut desk = self.world.desk();
            lists.into_iter().map(|list| desk.list_as_read(list)).collect()
        };
        self.read("read list", &Listed(skus), lists).await
    }

    async fn openers(&self, keys: &[OpenerKey]) -> Result<Vec<Opener>, Failure> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let store = self.world.conduct.store();
        self.read("read openers", &keys.len(), || now(store.openers(keys))).await?
    }

    async fn pages(&self, keys: &[PageKey]) -> Result<Vec<StockPage>, Failure> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        self.read("read pages", &Places(keys), || self.world.conduct.pages(self.by, keys)).await
    }
}

#[async_trait]
impl StockKeeper for Invocation {
    async fn movement(&self, sku: &Sku, reference: &Reference) -> Result<Option<Movement>, Failure> {
        let conduct = &self.world.conduct;
        self.read("read movement", reference, || conduct.movement(self.by, sku, reference)).await
    }

    async fn change_supply(&self, change: &SupplyChange) -> Result<(), ChangeSupplyError> {
        let moved = Moved(&change.movement);
        self.write("change supply", &moved, |conduct| conduct.change_supply(self.by, change)).await
    }

    async fn set_low(&self, sku: &Sku, at: u32) -> Result<(), Failure> {
        self.write("set low", sku, |conduct| now(conduct.store().set_low(sku, at))).await
    }
}

/// SKUs in the trace.
pub(super) struct Listed<'a>(pub(super) &'a [Sku]);

impl core::fmt::Display for Listed<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "{:?}", self.0)
    }
}

/// Pages in the trace.
struct Places<'a>(&'a [PageKey]);

impl core::fmt::Display for Places<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut between = "";
        for key in self.0 {
            write!(formatter, "{between}{} of {}", key.number, key.sku)?;
            between = ", ";
        }
        Ok(())
    }
}

/// A movement in the trace.
struct Moved<'a>(&'a Movement);

impl core::fmt::Display for Moved<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Movement { sku, reference, units, unopened, pages, .. } = self.0;
        write!(formatter, "of {sku} by {reference}: {units:+}, openers {unopened:?}, pages {pages:?}")
    }
}
