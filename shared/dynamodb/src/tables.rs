use aws_sdk_dynamodb::Client;

/// Products and their SKUs: `Catalog` and `CatalogEditor`.
#[derive(Clone, Debug)]
pub struct CatalogTable {
    pub(crate) client: Client,
    pub(crate) table: String,
}

/// Pages, supply and holds: `Stock`, `StockKeeper` and `Holds`.
#[derive(Clone, Debug)]
pub struct StockTable {
    pub(crate) client: Client,
    pub(crate) table: String,
}

/// Reservations, orders, limits and events by themselves: `Reservations`, `ReservationCloser`, `Orders`, `Limits`,
/// `WebhookInbox`, `WebhookLedger`, `Facts` and `Circuits`.
#[derive(Clone, Debug)]
pub struct OrdersTable {
    pub(crate) client: Client,
    pub(crate) table: String,
}

/// What is written in both tables at once: reservations and orders with the holds that move with them, and what a look
/// finds with the alert that the relay sends on: `ReservationBook`, `OrderPlacer`, `OrderLedger`, `StockRoom`,
/// `Velocity` and `SweepIndex`.
#[derive(Clone, Debug)]
pub struct PurchaseTables {
    pub(crate) client: Client,
    pub(crate) orders: OrdersTable,
    pub(crate) stock: StockTable,
}

impl CatalogTable {
    /// The table of this name.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }
}

impl StockTable {
    /// The table of this name.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }
}

impl OrdersTable {
    /// The table of this name.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }
}

impl PurchaseTables {
    /// The tables of these names.
    pub fn new(client: Client, orders: impl Into<String>, stock: impl Into<String>) -> Self {
        Self {
            orders: OrdersTable::new(client.clone(), orders),
            stock: StockTable::new(client.clone(), stock),
            client,
        }
    }
}
