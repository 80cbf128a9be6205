use application::WakeUp;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::Timestamp;
use domain::stock::{AlertKind, StockAlert};
use dynamodb::stream::wake_up_of;
use dynamodb::{CatalogTable, OrdersTable, PurchaseTables, StockTable};
use dynoxide::Database;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use local::template::{Surroundings, Template};
use serde_dynamo::Item;
use serde_json::Value;
use tokio::net::TcpListener;

const CATALOG: &str = "Catalog";
const STOCK: &str = "Stock";
const ORDERS: &str = "Orders";

/// A database with the tables of `template.yaml`, served on loopback.
pub(super) struct Embedded {
    database: Database,
    client: Client,
}

impl Embedded {
    pub(super) async fn start() -> Self {
        let database = Database::memory().unwrap();
        for table in Template::read(local::TEMPLATE, &Surroundings::default()).unwrap().tables {
            database.create_table(serde_json::from_value(table.definition).unwrap()).unwrap();
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "contract"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        Self { database, client: Client::from_conf(config) }
    }

    pub(super) fn catalog(&self) -> CatalogTable {
        CatalogTable::new(self.client.clone(), CATALOG)
    }

    pub(super) fn stock(&self) -> StockTable {
        StockTable::new(self.client.clone(), STOCK)
    }

    pub(super) fn orders(&self) -> OrdersTable {
        OrdersTable::new(self.client.clone(), ORDERS)
    }

    pub(super) fn purchases(&self) -> PurchaseTables {
        PurchaseTables::new(self.client.clone(), ORDERS, STOCK)
    }

    /// Every crossing, as its item has it. No port reads them: the relay sends them out of the shop.
    pub(super) async fn alerts(&self) -> Vec<StockAlert> {
        let items = self.client.scan().table_name(ORDERS).send().await.unwrap().items.unwrap_or_default();
        let is_alert = |item: &&std::collections::HashMap<String, AttributeValue>| {
            item["pk"].as_s().unwrap().starts_with("stock-alert#")
        };
        let mut alerts: Vec<StockAlert> = items.iter().filter(is_alert).map(stock_alert).collect();
        alerts.sort_by(|a, b| (&a.sku, a.number).cmp(&(&b.sku, b.number)));
        alerts
    }

    /// What the relay makes of the stream of orders.
    pub(super) async fn wake_ups(&self) -> Vec<WakeUp> {
        let table = self.client.describe_table().table_name(ORDERS).send().await.unwrap().table.unwrap();
        let iterator = self.database.get_shard_iterator(GetShardIteratorRequest {
            stream_arn: table.latest_stream_arn.unwrap(),
            shard_id: dynoxide::streams::shard_id(ORDERS),
            shard_iterator_type: "TRIM_HORIZON".to_owned(),
            sequence_number: None,
        });
        let mut iterator = iterator.unwrap().shard_iterator;
        let mut wake_ups = Vec::new();
        while let Some(shard_iterator) = iterator {
            let answer =
                self.database.get_records(GetRecordsRequest { shard_iterator, limit: None }).unwrap();
            if answer.records.is_empty() {
                break;
            }
            for record in answer.records {
                let change = serde_json::to_value(record.dynamodb).unwrap();
                let woken = wake_up_of(&image(&change, "NewImage"), &image(&change, "OldImage"));
                wake_ups.extend(woken.unwrap());
            }
            iterator = answer.next_shard_iterator;
        }
        wake_ups
    }
}

fn image(change: &Value, name: &str) -> Item {
    let image = change.get(name).cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    serde_json::from_value(image).unwrap()
}

fn stock_alert(item: &std::collections::HashMap<String, AttributeValue>) -> StockAlert {
    let number = |name: &str| item[name].as_n().unwrap().as_str();
    StockAlert {
        sku: item["sku"].as_s().unwrap().parse().unwrap(),
        number: number("number").parse().unwrap(),
        kind: AlertKind::named(item["kind"].as_s().unwrap()).unwrap(),
        units: number("units").parse().unwrap(),
        at: Timestamp::from_millis(number("at").parse().unwrap()),
    }
}
