use application::{Failure, Stock, StockRoom};
use async_trait::async_trait;
use domain::stock::{
    Look, Looking, Opened, Opener, OpenerKey, PageKey, StockAlert, StockList, StockPage, Supply,
};
use domain::{Idempotent, Sku};
use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::ports::{Tables, at_once, effect};
use crate::limits::client::BATCHES_AT_ONCE;
use crate::limits::{sizes, table};
use crate::table::{Item, Read, Write, write_units};

impl Tables<'_> {
    fn list_bytes(&self, sku: &Sku) -> usize {
        let lists = self.store.lists(std::slice::from_ref(sku)).now_or_never();
        let listed = lists.and_then(Result::ok).and_then(|mut lists| lists.pop());
        let bytes =
            |list: StockList| list.look.pages.len() * sizes::LISTED + list.returned.len() * sizes::RETURNED;
        sizes::LIST + listed.map_or(0, bytes)
    }

    async fn batch_of_pages(&self, keys: &[PageKey]) -> Result<Vec<StockPage>, Failure> {
        let read = Read::consistent(keys.iter().map(page).collect(), sizes::PAGE);
        self.client.read(&read, || at_once(self.store.pages(keys))).await?
    }

    fn list_write(&self, sku: &Sku) -> Write {
        Write::of(list(sku), write_units(self.list_bytes(sku)))
    }
}

/// Everybody reads it, so it has a partition to itself.
fn list(sku: &Sku) -> Item {
    Item::hot(&("list", sku))
}

fn opener(key: &OpenerKey) -> Item {
    Item::of(&("opener", key))
}

fn page(key: &PageKey) -> Item {
    Item::of(&("page", key))
}

#[async_trait]
impl Stock for Tables<'_> {
    async fn supplies(&self, skus: &[Sku]) -> Result<Vec<Supply>, Failure> {
        let items = skus.iter().map(|sku| Item::of(&("supply", sku))).collect();
        let read = Read::consistent(items, sizes::OPENER);
        self.client.read(&read, || at_once(self.store.supplies(skus))).await?
    }

    async fn lists(&self, skus: &[Sku]) -> Result<Vec<StockList>, Failure> {
        let bytes = skus.iter().map(|sku| self.list_bytes(sku)).max().unwrap_or_default();
        let read = Read::eventual(skus.iter().map(list).collect(), bytes);
        self.client.read(&read, || at_once(self.store.lists(skus))).await?
    }

    async fn openers(&self, keys: &[OpenerKey]) -> Result<Vec<Opener>, Failure> {
        let read = Read::consistent(keys.iter().map(opener).collect(), sizes::OPENER);
        self.client.read(&read, || at_once(self.store.openers(keys))).await?
    }

    /// In batches, several at once, as `shared/dynamodb/src/read.rs` reads them.
    async fn pages(&self, keys: &[PageKey]) -> Result<Vec<StockPage>, Failure> {
        let batches = keys.chunks(table::BATCH_ITEMS_MAX).map(|keys| self.batch_of_pages(keys));
        // Collected first, because the compiler cannot tell that a lazy one lives long enough.
        let batches: Vec<_> = batches.collect();
        let batches = stream::iter(batches).buffer_unordered(BATCHES_AT_ONCE);
        let pages: Vec<Vec<StockPage>> = batches.try_collect().await?;
        Ok(pages.into_iter().flatten().collect())
    }
}

#[async_trait]
impl StockRoom for Tables<'_> {
    async fn open_page(&self, key: &OpenerKey) -> Result<Opened, Failure> {
        let write = Write::of(opener(key), write_units(sizes::OPENER));
        self.client.write(&write, || effect(at_once(self.store.open_page(key)))).await?
    }

    async fn drop_opener(&self, key: &OpenerKey, pages: u32) -> Result<(), Failure> {
        let write = self.list_write(&key.sku);
        self.client.write(&write, || effect(at_once(self.store.drop_opener(key, pages)))).await?
    }

    async fn note_returned(&self, sku: &Sku, numbers: &[u32]) -> Result<Option<StockList>, Failure> {
        let write = self.list_write(sku);
        self.client.write(&write, || effect(at_once(self.store.note_returned(sku, numbers)))).await?
    }

    async fn begin_look(&self, sku: &Sku, looking: Looking) -> Result<Option<StockList>, Failure> {
        let write = self.list_write(sku);
        self.client.write(&write, || effect(at_once(self.store.begin_look(sku, looking)))).await?
    }

    async fn finish_look(
        &self,
        sku: &Sku,
        looking: Looking,
        look: &Look,
        alert: Option<&StockAlert>,
    ) -> Result<Idempotent<()>, Failure> {
        let finish = || effect(at_once(self.store.finish_look(sku, looking, look, alert)));
        let bytes = self.list_bytes(sku).max(sizes::LIST + look.pages.len() * sizes::LISTED);
        let write = Write::of(list(sku), write_units(bytes));
        match alert {
            None => self.client.write(&write, finish).await?,
            Some(alert) => {
                let told = Write::of(Item::of(&("alert", &alert.sku, alert.number)), 1);
                self.client.transact(&[write, told], finish).await?
            }
        }
    }
}
