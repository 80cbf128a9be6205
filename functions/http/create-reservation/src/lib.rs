//! POST /reservations: holds stock for one cart, all of it or nothing.

use std::sync::Arc;
use std::time::Duration;

use application::Shelf;
use application::create_reservation::{CreateReservation, Ports, create_reservation};
use async_trait::async_trait;
use lambda::http::{Request, Response, Route, route};
use lambda::problem::Problem;
use lambda::{Clients, Environment, Function, SystemChance, SystemClock};

mod refusal; // each refusal, with its problem
mod wire; // the body

struct Holding {
    catalog: dynamodb::CatalogTable,
    stock: dynamodb::StockTable,
    purchases: dynamodb::PurchaseTables,
    shelf: Shelf,
    hold_time: Duration,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [catalog, stock, orders] = environment.required(["CATALOG_TABLE", "STOCK_TABLE", "ORDERS_TABLE"])?;
    let hold_time = Duration::from_secs(environment.number("HOLD_SECONDS")?);
    let client = Clients::of(&environment).dynamodb().await;
    Ok(route(Holding {
        catalog: dynamodb::CatalogTable::new(client.clone(), catalog),
        stock: dynamodb::StockTable::new(client.clone(), stock.clone()),
        purchases: dynamodb::PurchaseTables::new(client, orders, stock),
        shelf: Shelf::default(),
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

        wire::respond(&reservation, &self.purchases, &SystemClock).await
    }
}

impl Holding {
    fn ports(&self) -> Ports<'_> {
        let (clock, chance) = (&SystemClock, &SystemChance);
        let (catalog, stock, reservations) = (&self.catalog, &self.stock, &self.purchases);
        Ports { catalog, stock, shelf: &self.shelf, reservations, clock, chance }
    }
}
