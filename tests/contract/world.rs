use std::sync::Arc;

use application::{
    Archive, Catalog, CatalogEditor, Circuits, DifferenceLedger, FactLedger, Facts, Holds, Limits,
    OrderHistories, OrderLedger, OrderPlacer, Overdue, Reconciliations, ReservationBook, ReservationCloser,
    SWEEP_SHARDS, Stock, StockKeeper, StockRoom, SweepIndex, Velocity, WakeUp, WebhookInbox,
    WebhookQuarantine, WorkItem, WorkItems,
};
use domain::invariant::Books;
use domain::order::AuditEntry;
use domain::stock::{OpenerKey, PAGE_UNITS, PageKey, StockAlert, StockList, StockPage, Supply};
use domain::{OrderId, Sku, Timestamp};
use memory::{Commit, Store};

mod embedded; // the database and the adapters on it

use embedded::Embedded;

use crate::samples::{page, receipt, units};

/// Every port of one store.
pub(crate) struct World {
    name: &'static str,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) editor: Arc<dyn CatalogEditor>,
    pub(crate) stock: Arc<dyn Stock>,
    pub(crate) room: Arc<dyn StockRoom>,
    pub(crate) keeper: Arc<dyn StockKeeper>,
    pub(crate) holds: Arc<dyn Holds>,
    pub(crate) limits: Arc<dyn Limits>,
    pub(crate) sweep_index: Arc<dyn SweepIndex>,
    pub(crate) book: Arc<dyn ReservationBook>,
    pub(crate) closer: Arc<dyn ReservationCloser>,
    pub(crate) placer: Arc<dyn OrderPlacer>,
    pub(crate) ledger: Arc<dyn OrderLedger>,
    pub(crate) histories: Arc<dyn OrderHistories>,
    pub(crate) velocity: Arc<dyn Velocity>,
    pub(crate) inbox: Arc<dyn WebhookInbox>,
    pub(crate) webhooks: Arc<dyn WebhookQuarantine>,
    pub(crate) circuits: Arc<dyn Circuits>,
    pub(crate) facts: Arc<dyn Facts>,
    pub(crate) fact_ledger: Arc<dyn FactLedger>,
    work_items: Arc<dyn WorkItems>,
    pub(crate) reconciliations: Arc<dyn Reconciliations>,
    pub(crate) differences: Arc<dyn DifferenceLedger>,
    pub(crate) archive: Arc<dyn Archive>,
    depth: Depth,
}

/// What no port shows.
enum Depth {
    Memory(Arc<Store>),
    Embedded(Embedded),
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
            room: store.clone(),
            keeper: store.clone(),
            holds: store.clone(),
            limits: store.clone(),
            sweep_index: store.clone(),
            book: store.clone(),
            closer: store.clone(),
            placer: store.clone(),
            ledger: store.clone(),
            histories: store.clone(),
            velocity: store.clone(),
            inbox: store.clone(),
            webhooks: store.clone(),
            circuits: store.clone(),
            facts: store.clone(),
            fact_ledger: store.clone(),
            work_items: store.clone(),
            reconciliations: store.clone(),
            differences: store.clone(),
            archive: store.clone(),
            depth: Depth::Memory(store),
        }
    }

    async fn in_dynamodb() -> Self {
        let embedded = Embedded::start().await;
        let catalog = Arc::new(embedded.catalog());
        let stock = Arc::new(embedded.stock());
        let orders = Arc::new(embedded.orders());
        let purchases = Arc::new(embedded.purchases());
        Self {
            name: "dynamodb",
            catalog: catalog.clone(),
            editor: catalog,
            stock: stock.clone(),
            room: purchases.clone(),
            keeper: stock.clone(),
            holds: stock,
            limits: orders.clone(),
            sweep_index: purchases.clone(),
            book: purchases.clone(),
            closer: orders.clone(),
            inbox: orders.clone(),
            webhooks: orders.clone(),
            circuits: orders.clone(),
            facts: orders.clone(),
            fact_ledger: orders.clone(),
            work_items: orders.clone(),
            reconciliations: orders.clone(),
            differences: orders.clone(),
            histories: orders,
            placer: purchases.clone(),
            ledger: purchases.clone(),
            velocity: purchases.clone(),
            archive: purchases,
            depth: Depth::Embedded(embedded),
        }
    }

    /// Puts a SKU on sale with this many units, on pages that exist.
    pub(crate) async fn put_on_sale(&self, sku: &str, units: u32) -> Vec<PageKey> {
        let mut left = units;
        while left > 0 {
            let part = left.min(PAGE_UNITS);
            self.receive(sku, part).await;
            left -= part;
        }
        (0..units.div_ceil(PAGE_UNITS)).map(|place| page(sku, place)).collect()
    }

    /// Brings units on sale as one receipt does, and answers with the supply from then on.
    pub(crate) async fn receive(&self, sku: &str, received: u32) -> Supply {
        let supply = self.supply(sku).await;
        let reference = format!("receipt-{}", supply.version + 1);
        let change = supply.receive(units(received), receipt(&reference)).unwrap();
        self.keeper.change_supply(&change).await.unwrap();
        change.supply
    }

    /// What was put on sale of a SKU, which may be nothing.
    pub(crate) async fn supply(&self, sku: &str) -> Supply {
        let sku: Sku = sku.parse().unwrap();
        let found = self.stock.supplies(std::slice::from_ref(&sku)).await.unwrap().pop();
        found.unwrap_or(Supply::none(sku))
    }

    /// The list of a SKU, which is on sale.
    pub(crate) async fn list(&self, sku: &str) -> StockList {
        self.stock.lists(&[sku.parse().unwrap()]).await.unwrap().pop().unwrap()
    }

    /// Pages that an opener, which exists, has handed out, and how many it was given.
    pub(crate) async fn opened(&self, key: &OpenerKey) -> (u32, u32) {
        let opener = self.stock.openers(std::slice::from_ref(key)).await.unwrap().pop().unwrap();
        (opener.opened, opener.pages)
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

    /// What the sweeper is told about records whose workers were to be woken, over all parts of the index.
    pub(crate) async fn overdue(&self, due: Timestamp) -> Vec<Overdue> {
        let mut found = Vec::new();
        for shard in 0..SWEEP_SHARDS {
            found.extend(self.sweep_index.overdue(shard, due).await.unwrap());
        }
        found.sort();
        found
    }

    /// What waits for a person since then or shorter, over all parts of the index: what waits longest first, then by record.
    pub(crate) async fn work_items(&self, since: Timestamp) -> Vec<WorkItem> {
        let mut found = Vec::new();
        for shard in 0..SWEEP_SHARDS {
            found.extend(self.work_items.work_items(shard, since).await.unwrap());
        }
        found.sort_by(|one, other| (one.work.since, &one.record).cmp(&(other.work.since, &other.record)));
        found
    }

    /// An order's history, oldest first.
    pub(crate) async fn history(&self, order: &OrderId) -> Vec<AuditEntry> {
        self.histories.order_record(order).await.unwrap().unwrap().history
    }

    /// What the relay would send, from the first change on.
    pub(crate) async fn wake_ups(&self) -> Vec<WakeUp> {
        match &self.depth {
            Depth::Memory(store) => store.commits_from(0).iter().filter_map(Commit::wake_up).collect(),
            Depth::Embedded(embedded) => embedded.wake_ups().await,
        }
    }

    /// Every crossing that was told of, by SKU and number.
    pub(crate) async fn alerts(&self) -> Vec<StockAlert> {
        match &self.depth {
            Depth::Memory(store) => store.alerts(),
            Depth::Embedded(embedded) => embedded.alerts().await,
        }
    }

    /// Everything that is stored, in an order of its own.
    pub(crate) async fn books(&self) -> Books {
        let mut books = self.archive.books().await.unwrap();
        // Of a customer whose claims are all given back, a store may know that, or nothing.
        books.limits.retain(|limit| !limit.claims.is_empty());
        books.supplies.sort_by(|a, b| a.sku.cmp(&b.sku));
        books.movements.sort_by(|a, b| (&a.sku, a.number).cmp(&(&b.sku, b.number)));
        books.openers.sort_by(|a, b| a.key.cmp(&b.key));
        books.pages.sort_by(|a, b| a.key.cmp(&b.key));
        books.reservations.sort_by(|a, b| a.id.cmp(&b.id));
        books.limits.sort_by(|a, b| (&a.sku, &a.customer).cmp(&(&b.sku, &b.customer)));
        books.orders.sort_by(|a, b| a.order.id.cmp(&b.order.id));
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
