use application::{Catalog, Cursor, Failure, Holds, Listing, Stock, SweepIndex};
use async_trait::async_trait;
use domain::catalog::Product;
use domain::stock::{Hold, PageKey, StockPage, Supply};
use domain::{Idempotent, OrderId, ProductId, ReservationId, Sku, Timestamp};

use super::Invocation;
use crate::conduct::now;

#[async_trait]
impl Catalog for Invocation {
    async fn list(
        &self,
        category: Option<&str>,
        limit: u32,
        after: Option<&Cursor>,
    ) -> Result<Listing<Product>, Failure> {
        let store = self.world.conduct.store();
        self.read("list", &"products", || now(store.list(category, limit, after))).await?
    }

    async fn product(&self, id: &ProductId) -> Result<Option<Product>, Failure> {
        self.read("read product", id, || now(self.world.conduct.store().product(id))).await?
    }

    async fn products_of(&self, skus: &[Sku]) -> Result<Vec<Product>, Failure> {
        let store = self.world.conduct.store();
        self.read("read prices", &Listed(skus), || now(store.products_of(skus))).await?
    }
}

#[async_trait]
impl Stock for Invocation {
    async fn supplies(&self, skus: &[Sku]) -> Result<Vec<Supply>, Failure> {
        let store = self.world.conduct.store();
        self.read("read supply", &Listed(skus), || now(store.supplies(skus))).await?
    }

    async fn pages(&self, keys: &[PageKey]) -> Result<Vec<StockPage>, Failure> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        self.read("read pages", &Places(keys), || self.world.conduct.pages(self.by, keys)).await
    }
}

#[async_trait]
impl Holds for Invocation {
    async fn free(
        &self,
        page: &PageKey,
        reservation: &ReservationId,
        seen: Hold,
    ) -> Result<Idempotent<()>, Failure> {
        let freed = || self.world.conduct.free(self.by, page, reservation, seen);
        self.write("free hold of", reservation, freed).await
    }
}

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

    async fn orders_due(&self, shard: u32, due: Timestamp) -> Result<Vec<OrderId>, Failure> {
        let ask = || now(self.world.conduct.store().orders_due(shard, due));
        if ask()?.is_empty() || self.is_stale() {
            return Ok(Vec::new());
        }
        self.read("orders due in part", &shard, ask).await?
    }

    async fn postpone_page(&self, seen: &StockPage, next: Option<Timestamp>) -> Result<(), Failure> {
        let store = self.world.conduct.store();
        self.write("postpone page", &seen.key.number, || now(store.postpone_page(seen, next))).await
    }
}

impl Invocation {
    /// Whether an index has not caught up yet.
    fn is_stale(&self) -> bool {
        let mut desk = self.world.desk();
        desk.is_seeded && desk.faults.is_some() && desk.dice.hits(100)
    }
}

/// SKUs in the trace.
struct Listed<'a>(&'a [Sku]);

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
