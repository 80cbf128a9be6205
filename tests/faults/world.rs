use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use application::{
    Archive, Breaker, Budget, CircuitsSeen, Clock, Failure, Gateways, Queues as _, Subject, WakeUp,
};
use application::{
    apply_webhook, capture_payment, expire_reservation, put_on_sale, receive_stock, relay, sweep,
};
use domain::catalog::{LowStock, Product, Variant};
use domain::invariant::{Books, check};
use domain::stock::Units;
use domain::webhook::Mode;
use domain::{Money, Timestamp};
use dynamodb::stream::wake_up_of;
use dynamodb::{CatalogTable, OrdersTable, PurchaseTables, StockTable};
use dynoxide::Database;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use local::template::{Surroundings, Template};
use memory::{ManualClock, Queues, ScriptedGateway, SeededChance};
use serde_dynamo::Item;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::case::{Case, Client};
use crate::line::Line;

pub(crate) const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

const CATALOG: &str = "Catalog";
const STOCK: &str = "Stock";
const ORDERS: &str = "Orders";

/// What is on sale, how many units of it, and how many of them one customer may have.
const GOODS: [(&str, u32, Option<u32>); 4] =
    [("scarf", 12, None), ("shirt", 5, None), ("last-shirt", 1, None), ("signed-shirt", 21, Some(2))];

/// A message that failed shows itself again after this.
const VISIBILITY: Duration = Duration::from_secs(30);
/// How many messages a scenario needs at the very most.
const DELIVERIES_MAX: u32 = 300;

/// The store behind its adapters, and everything else in memory.
pub(crate) struct World {
    pub(crate) line: Line,
    pub(crate) catalog: CatalogTable,
    pub(crate) stock: StockTable,
    pub(crate) orders: OrdersTable,
    pub(crate) purchases: PurchaseTables,
    pub(crate) clock: ManualClock,
    pub(crate) chance: SeededChance,
    pub(crate) gateway: ScriptedGateway,
    gateways: Gateways,
    queues: Queues,
    store: Database,
    /// Where the relay goes on in the stream of orders.
    iterator: Mutex<Option<String>>,
}

impl World {
    /// A world that begins as the opened shop left its store.
    pub(crate) fn of(opened: &Opened, case: &Case, is_traced: bool) -> Self {
        let store = Database::memory().unwrap();
        store.restore_from(&opened.path()).unwrap();
        let world = Self::new(store, case, is_traced);
        world.line.begin();
        world
    }

    fn new(store: Database, case: &Case, is_traced: bool) -> Self {
        let line = Line::new(store.clone(), case.clone(), is_traced);
        let client = line.client();
        let gateway = ScriptedGateway::default();
        Self {
            catalog: CatalogTable::new(client.clone(), CATALOG),
            stock: StockTable::new(client.clone(), STOCK),
            orders: OrdersTable::new(client.clone(), ORDERS),
            purchases: PurchaseTables::new(client, ORDERS, STOCK),
            line,
            clock: ManualClock::at(NOON),
            chance: SeededChance::new(1),
            gateways: Gateways::new(
                Box::new(gateway.clone()),
                Box::new(gateway.clone()),
                Box::new(gateway.clone()),
            ),
            gateway,
            queues: Queues::default(),
            iterator: Mutex::new(first_iterator(&store)),
            store,
        }
    }

    /// Relays what was committed and delivers what has arrived, until nothing more is due now.
    pub(crate) async fn deliver(&self) {
        for _ in 0..DELIVERIES_MAX {
            self.relay().await;
            let due = self.queues.take_due(self.clock.now());
            if due.is_empty() {
                return;
            }
            for wake_up in due {
                self.work(wake_up).await;
            }
        }
        panic!("the workers never come to rest");
    }

    /// Lets time pass until the next message arrives, and delivers it. Answers whether there was one.
    pub(crate) async fn wait(&self) -> bool {
        self.deliver().await;
        let Some(next) = self.queues.next_due() else { return false };
        self.clock.set(next);
        self.deliver().await;
        true
    }

    /// Lets time pass until every message has arrived.
    pub(crate) async fn run_out(&self) {
        for _ in 0..DELIVERIES_MAX {
            if !self.wait().await {
                return;
            }
        }
        panic!("messages never end");
    }

    /// Lets time pass without a message arriving.
    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// Loses every message that was committed so far.
    pub(crate) async fn lose_messages(&self) {
        self.relay().await;
        let _lost = self.queues.take_due(Timestamp::from_millis(i64::MAX));
    }

    /// What the schedule does every minute, until a run ends well.
    pub(crate) async fn sweep(&self) {
        let ports = sweep::Ports {
            index: &self.purchases,
            stock: &self.stock,
            orders: &self.orders,
            queues: &self.queues,
            clock: &self.clock,
        };
        for _ in 0..8 {
            if sweep::sweep(&ports).await.is_ok() {
                return;
            }
            self.clock.advance(Duration::from_secs(60));
        }
        panic!("the sweep never ends well");
    }

    /// What the use cases of supply need.
    pub(crate) fn supply(&self) -> receive_stock::Ports<'_> {
        receive_stock::Ports {
            catalog: &self.catalog,
            keeper: &self.stock,
            stock: &self.purchases,
            clock: &self.clock,
            chance: &self.chance,
        }
    }

    /// Everything that is stored, and what the gateway says, after a check of what always holds.
    pub(crate) async fn books(&self) -> Books {
        self.line.end();
        let books = self.purchases.books().await.unwrap();
        let books = Books { charges: Some(self.gateway.entries()), ..books };
        assert_eq!(check(&books), []);
        books
    }

    async fn work(&self, wake_up: WakeUp) {
        let seen = CircuitsSeen::default();
        let breaker = Breaker { circuits: &self.orders, seen: &seen, clock: &self.clock };
        let ends_at = self.clock.now().plus(Duration::from_secs(30));
        let budget = Budget { ends_at, call_max: Duration::from_secs(6) };
        let outcome = match &wake_up.subject {
            Subject::CapturePayment(order) => {
                let ports = capture_payment::Ports {
                    orders: &self.purchases,
                    velocity: &self.purchases,
                    gateways: &self.gateways,
                    breaker,
                    budget,
                    clock: &self.clock,
                };
                capture_payment::capture_payment(&ports, order).await
            }
            Subject::ExpireReservation(reservation) => {
                let ports = expire_reservation::Ports {
                    reservations: &self.orders,
                    holds: &self.stock,
                    limits: &self.orders,
                    stock: &self.purchases,
                    orders: &self.purchases,
                    queues: &self.queues,
                    clock: &self.clock,
                    chance: &self.chance,
                };
                match expire_reservation::expire_reservation(&ports, reservation).await {
                    Ok(ended) => expire_reservation::finish(&ports, vec![ended]).await.remove(0),
                    Err(failure) => Err(failure),
                }
            }
            Subject::ApplyWebhook(event) => {
                let ports = apply_webhook::Ports {
                    webhooks: &self.orders,
                    orders: &self.purchases,
                    velocity: &self.purchases,
                    gateways: &self.gateways,
                    breaker,
                    budget,
                    clock: &self.clock,
                    mode: Mode::Test,
                };
                apply_webhook::apply_webhook(&ports, event).await
            }
            // Whoever hears of it is outside the shop.
            Subject::StockAlert(_) => Ok(()),
        };
        match outcome {
            Ok(()) => {}
            Err(failure @ Failure::Unreadable(_)) => panic!("{wake_up:?}: {failure}"),
            Err(Failure::Unavailable | Failure::Throttled | Failure::OutcomeUnknown) => {
                let now = self.clock.now();
                let again = WakeUp { at: now.plus(VISIBILITY), ..wake_up };
                assert_eq!(self.queues.send(&[again], now).await, Ok(vec![]));
            }
        }
    }

    /// Sends what the stream of orders brought since the last time, as its function does.
    async fn relay(&self) {
        let changes = self.changes();
        let wake_ups = changes.iter().map(|change| {
            let image = |name: &str| -> Item {
                serde_json::from_value(change.get(name).cloned().unwrap_or(json!({}))).unwrap()
            };
            wake_up_of(&image("NewImage"), &image("OldImage"))
        });
        let ports = relay::Ports { queues: &self.queues, clock: &self.clock };
        assert_eq!(relay::relay(&ports, wake_ups).await, Ok(()));
    }

    fn changes(&self) -> Vec<Value> {
        let mut place = self.iterator.lock().unwrap();
        let mut changes = Vec::new();
        while let Some(shard_iterator) = place.take() {
            let answer = self.store.get_records(GetRecordsRequest { shard_iterator, limit: None }).unwrap();
            *place = answer.next_shard_iterator;
            if answer.records.is_empty() {
                break;
            }
            changes.extend(
                answer.records.into_iter().map(|record| serde_json::to_value(record.dynamodb).unwrap()),
            );
        }
        changes
    }
}

/// A store with its goods on sale, kept as a file from which every world begins.
pub(crate) struct Opened(TempDir);

impl Opened {
    pub(crate) async fn new() -> Self {
        let store = Database::memory().unwrap();
        for table in Template::read(local::TEMPLATE, &Surroundings::default()).unwrap().tables {
            store.create_table(serde_json::from_value(table.definition).unwrap()).unwrap();
        }
        let world = World::new(store, &Case::calm("", Client::Once), false);
        let ports = put_on_sale::Ports {
            catalog: &world.catalog,
            keeper: &world.stock,
            stock: &world.purchases,
            clock: &world.clock,
            chance: &world.chance,
        };
        let units =
            GOODS.map(|(sku, units, _)| (sku.parse().unwrap(), Units::parse(i64::from(units)).unwrap()));
        put_on_sale::put_on_sale(&ports, &product(), &units).await.unwrap();
        let opened = Self(tempfile::tempdir().unwrap());
        world.store.vacuum_into(&opened.path()).unwrap();
        opened
    }

    fn path(&self) -> String {
        self.0.path().join("opened.sqlite").to_string_lossy().into_owned()
    }
}

fn first_iterator(store: &Database) -> Option<String> {
    let table = store.describe_table(DescribeTableRequest { table_name: ORDERS.to_owned() }).unwrap().table;
    let request = GetShardIteratorRequest {
        stream_arn: table.latest_stream_arn.unwrap(),
        shard_id: dynoxide::streams::shard_id(ORDERS),
        shard_iterator_type: "TRIM_HORIZON".to_owned(),
        sequence_number: None,
    };
    store.get_shard_iterator(request).unwrap().shard_iterator
}

fn product() -> Product {
    let variant = |(sku, _, limit_per_customer): (&str, u32, Option<u32>)| Variant {
        sku: sku.parse().unwrap(),
        attributes: BTreeMap::new(),
        price: Money::new(1_999, "EUR".parse().unwrap()).unwrap(),
        limit_per_customer,
        on_sale_from: None,
        low_stock: LowStock::default(),
    };
    Product {
        id: "fan-wear".parse().unwrap(),
        name: "Fan wear".to_owned(),
        category: "fan-wear".to_owned(),
        brand: None,
        description: None,
        images: Vec::new(),
        variants: GOODS.map(variant).into(),
    }
}
