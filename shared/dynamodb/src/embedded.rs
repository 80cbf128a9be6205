//! A database inside the test, with the tables of the registry.

#![expect(
    clippy::disallowed_methods,
    reason = "the database is the outside world: it runs as a task beside the test"
)]

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
    Projection, ProjectionType, ScalarAttributeType,
};
use domain::stock::StockPage;
use dynoxide::Database;
use tokio::net::TcpListener;

use crate::attribute::Item;
use crate::keys::{INDEXES, Index, PARTITION, Repeats, Table};
use crate::{CatalogTable, OrdersTable, PurchaseTables, StockTable, stock};

/// A client of a new database.
pub(crate) struct Embedded {
    pub(crate) client: Client,
}

impl Embedded {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, Database::memory().unwrap()));
        let client = client(&endpoint);
        for table in [Table::Catalog, Table::Stock, Table::Orders] {
            create(&client, table).await;
        }
        Self { client }
    }

    pub(crate) fn catalog(&self) -> CatalogTable {
        CatalogTable::new(self.client.clone(), Table::Catalog.as_str())
    }

    pub(crate) fn stock(&self) -> StockTable {
        StockTable::new(self.client.clone(), Table::Stock.as_str())
    }

    pub(crate) fn orders(&self) -> OrdersTable {
        OrdersTable::new(self.client.clone(), Table::Orders.as_str())
    }

    pub(crate) fn purchases(&self) -> PurchaseTables {
        PurchaseTables::new(self.client.clone(), Table::Orders.as_str(), Table::Stock.as_str())
    }

    /// Puts a page on sale, whatever its opener says.
    pub(crate) async fn put_page(&self, page: &StockPage) {
        let put = self.client.put_item().table_name(Table::Stock.as_str());
        let _nothing_before = put.set_item(Some(stock::item::page(page))).send().await.unwrap();
    }

    /// An item as it stands in its table.
    pub(crate) async fn item(&self, table: Table, key: String) -> Option<Item> {
        let get = self.client.get_item().table_name(table.as_str()).key(PARTITION, AttributeValue::S(key));
        get.send().await.unwrap().item
    }
}

/// A client of a database at this address.
pub(crate) fn client(endpoint: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .build();
    Client::from_conf(config)
}

async fn create(client: &Client, table: Table) {
    let indexes = INDEXES.into_iter().filter(|index| index.table == table);
    let mut attributes = vec![(PARTITION, false)];
    let mut request = client
        .create_table()
        .table_name(table.as_str())
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key(PARTITION, KeyType::Hash));
    for index in indexes {
        attributes.extend([(index.partition, false), (index.place, index.place_is_number)]);
        request = request.global_secondary_indexes(secondary(index));
    }
    attributes.sort_unstable();
    attributes.dedup();
    for (name, is_number) in attributes {
        let kind = if is_number { ScalarAttributeType::N } else { ScalarAttributeType::S };
        let definition = AttributeDefinition::builder().attribute_name(name).attribute_type(kind);
        request = request.attribute_definitions(definition.build().unwrap());
    }
    request.send().await.unwrap();
}

fn secondary(index: &Index) -> GlobalSecondaryIndex {
    let projection = match index.repeats {
        Repeats::KeysOnly => Projection::builder().projection_type(ProjectionType::KeysOnly),
        Repeats::Attributes(names) => names
            .iter()
            .fold(Projection::builder(), |projection, name| projection.non_key_attributes(*name))
            .projection_type(ProjectionType::Include),
        Repeats::WholeItems => Projection::builder().projection_type(ProjectionType::All),
    };
    GlobalSecondaryIndex::builder()
        .index_name(index.name)
        .key_schema(key(index.partition, KeyType::Hash))
        .key_schema(key(index.place, KeyType::Range))
        .projection(projection.build())
        .build()
        .unwrap()
}

fn key(name: &str, kind: KeyType) -> KeySchemaElement {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap()
}
