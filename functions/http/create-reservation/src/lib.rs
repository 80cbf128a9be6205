//! POST /reservations: holds stock for one cart, all of it or nothing.

use std::sync::Arc;
use std::time::Duration;

use application::create_reservation::{CreateReservation, create_reservation};
use application::{Bands, Offers, Shelf};
use async_trait::async_trait;
use lambda::http::{Request, Response, Route};
use lambda::problem::Problem;
use lambda::{Clients, Environment, Function, SignIn, SystemClock};

mod ports; // the tables and what the instance remembers, as the use case sees them
mod refusal; // each refusal, with its problem
mod wire; // the body

struct Holding {
    catalog: dynamodb::CatalogTable,
    offers: Offers,
    stock: dynamodb::StockTable,
    orders: dynamodb::OrdersTable,
    purchases: dynamodb::PurchaseTables,
    shelf: Shelf,
    bands: Bands,
    hold_time: Duration,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [catalog, stock, orders] = environment.required(["CATALOG_TABLE", "STOCK_TABLE", "ORDERS_TABLE"])?;
    let hold_time = Duration::from_secs(environment.number("HOLD_SECONDS")?);
    let client = Clients::of(&environment).dynamodb().await;
    Ok(SignIn::of(&environment)?.route(Holding {
        catalog: dynamodb::CatalogTable::new(client.clone(), catalog),
        offers: Offers::default(),
        stock: dynamodb::StockTable::new(client.clone(), stock.clone()),
        orders: dynamodb::OrdersTable::new(client.clone(), orders.clone()),
        purchases: dynamodb::PurchaseTables::new(client, orders, stock),
        shelf: Shelf::default(),
        bands: Bands::default(),
        hold_time,
    }))
}

#[async_trait]
impl Route for Holding {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let key = request.request_key()?;
        let cart = request.json::<wire::Body>()?.read()?;
        let command = CreateReservation { request: key, cart, hold_time: self.hold_time };

        let reservation = create_reservation(&self.ports(), &command)
            .await
            .map_err(|error| refusal::problem(error, &SystemClock))?;

        wire::respond(&reservation, &self.orders, &SystemClock).await
    }
}
