use std::sync::Arc;

use application::{
    Catalog, CatalogEditor, Holds, OrderLedger, OrderPlacer, ReservationBook, ReservationCloser,
    SWEEP_SHARDS, Stock, StockKeeper, SweepIndex, WakeUp,
};
use domain::invariant::{Books, OrderRecord};
use domain::order::AuditEntry;
use domain::stock::{PageKey, StockPage, Supply};
use domain::{OrderId, ReservationId, Sku, Timestamp};
use memory::{Commit, Store};

mod embedded; // the database and the adapters on it

use embedded::Embedded;

/// Every port of one store.
pub(crate) struct World {
    name: &'static str,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) editor: Arc<dyn CatalogEditor>,
    pub(crate) stock: Arc<dyn Stock>,
    pub(crate) keeper: Arc<dyn StockKeeper>,
    pub(crate) holds: Arc<dyn Holds>,
    pub(crate) sweep_index: Arc<dyn SweepIndex>,
    pub(crate) book: Arc<dyn ReservationBook>,
    pub(crate) closer: Arc<dyn ReservationCloser>,
    pub(crate) placer: Arc<dyn OrderPlacer>,
    pub(crate) ledger: Arc<dyn OrderLedger>,
    depth: Depth,
}

/// What no port shows.
enum Depth {
    Memory(Arc<Store>),
    Embedded(Embedded),
}

/// Which records to read back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) skus: Vec<Sku>,
    pub(crate) pages: Vec<PageKey>,
    pub(crate) reservations: Vec<ReservationId>,
    pub(crate) orders: Vec<OrderId>,
}

impl World {
    /// A new store of each kind.
    pub(crate) async fn both() -> [Self; 2] {
        [Self::in_memory(), Self::in_dynamodb().await]
    }

    fn in_memory() -> Self {
        let store = Arc::new(Store::default());
        Self {
            name: "memory",
            catalog: store.clone(),
            editor: store.clone(),
            stock: store.clone(),
            keeper: store.clone(),
            holds: store.clone(),
            sweep_index: store.clone(),
            book: store.clone(),
            closer: store.clone(),
            placer: store.clone(),
            ledger: store.clone(),
            depth: Depth::Memory(store),
        }
    }

    async fn in_dynamodb() -> Self {
        let embedded = Embedded::start().await;
        let catalog = Arc::new(embedded.catalog());
        let stock = Arc::new(embedded.stock());
        let purchases = Arc::new(embedded.purchases());
        Self {
            name: "dynamodb",
            catalog: catalog.clone(),
            editor: catalog,
            stock: stock.clone(),
            keeper: stock.clone(),
            holds: stock,
            sweep_index: purchases.clone(),
            book: purchases.clone(),
            closer: Arc::new(embedded.orders()),
            placer: purchases.clone(),
            ledger: purchases,
            depth: Depth::Embedded(embedded),
        }
    }

    /// Puts a SKU on sale with this many units.
    pub(crate) async fn put_on_sale(&self, sku: &str, units: u32) -> Vec<PageKey> {
        let supply = Supply::first(sku.parse().unwrap(), units);
        for page in supply.first_pages() {
            let _created = self.keeper.create_page(&page).await.unwrap();
        }
        let _created = self.keeper.create_supply(&supply).await.unwrap();
        supply.page_keys().collect()
    }

    /// One page, which exists.
    pub(crate) async fn page(&self, key: &PageKey) -> StockPage {
        self.stock.pages(std::slice::from_ref(key)).await.unwrap().pop().unwrap()
    }

    /// What the sweeper is told about pages, over all parts of the index.
    pub(crate) async fn pages_due(&self, due: Timestamp) -> Vec<PageKey> {
        let mut found = Vec::new();
        for shard in 0..SWEEP_SHARDS {
            found.extend(self.sweep_index.pages_due(shard, due).await.unwrap());
        }
        found.sort();
        found
    }

    /// What the sweeper is told about orders, over all parts of the index.
    pub(crate) async fn orders_due(&self, due: Timestamp) -> Vec<OrderId> {
        let mut found = Vec::new();
        for shard in 0..SWEEP_SHARDS {
            found.extend(self.sweep_index.orders_due(shard, due).await.unwrap());
        }
        found.sort();
        found
    }

    /// An order's history, oldest first.
    pub(crate) async fn history(&self, order: &OrderId) -> Vec<AuditEntry> {
        match &self.depth {
            Depth::Memory(store) => {
                let orders = store.books(None).orders;
                orders.into_iter().find(|record| record.order.id == *order).unwrap().history
            }
            Depth::Embedded(embedded) => embedded.history(order).await,
        }
    }

    /// What the relay would send, from the first change on.
    pub(crate) async fn wake_ups(&self) -> Vec<WakeUp> {
        match &self.depth {
            Depth::Memory(store) => store.commits_from(0).iter().filter_map(Commit::wake_up).collect(),
            Depth::Embedded(embedded) => embedded.wake_ups().await,
        }
    }

    /// These records, as far as they exist, as they are now.
    pub(crate) async fn books(&self, known: &Known) -> Books {
        let mut books = Books {
            supplies: self.stock.supplies(&known.skus).await.unwrap(),
            pages: self.stock.pages(&known.pages).await.unwrap(),
            ..Books::default()
        };
        books.supplies.sort_by(|a, b| a.sku.cmp(&b.sku));
        books.pages.sort_by(|a, b| a.key.cmp(&b.key));
        for id in &known.reservations {
            books.reservations.extend(self.book.reservation(id).await.unwrap());
        }
        for id in &known.orders {
            if let Some(order) = self.ledger.order(id).await.unwrap() {
                let history = self.history(id).await;
                books.orders.push(OrderRecord { order, history });
            }
        }
        books
    }
}

impl Drop for World {
    /// A case runs in each world in turn; a failure says in which one it was.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the world `{}` was open when this failed", self.name);
        }
    }
}
