//! DELETE /reservations/{reservation_id}: gives the units back to sale.

use std::sync::Arc;

use application::release_reservation::{Ports, ReleaseReservationError, release_reservation};
use async_trait::async_trait;
use domain::ReservationId;
use lambda::http::{Request, Response, Route};
use lambda::problem::{NOT_FOUND, Problem, RESERVATION_NOT_HELD};
use lambda::{Clients, Environment, Function, SignIn, SystemChance, SystemClock};

struct ReleaseReservation {
    orders: dynamodb::OrdersTable,
    stock: dynamodb::StockTable,
    purchases: dynamodb::PurchaseTables,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders, stock] = environment.required(["ORDERS_TABLE", "STOCK_TABLE"])?;
    let client = Clients::of(&environment).dynamodb().await;
    Ok(SignIn::of(&environment)?.route(ReleaseReservation {
        orders: dynamodb::OrdersTable::new(client.clone(), orders.clone()),
        stock: dynamodb::StockTable::new(client.clone(), stock.clone()),
        purchases: dynamodb::PurchaseTables::new(client, orders, stock),
    }))
}

#[async_trait]
impl Route for ReleaseReservation {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let caller = request.caller()?;
        let id: ReservationId = request.path("reservation_id")?;

        release_reservation(&self.ports(), &caller, &id).await.map_err(problem)?;

        Ok(Response::no_content())
    }
}

impl ReleaseReservation {
    fn ports(&self) -> Ports<'_> {
        let (clock, chance) = (&SystemClock, &SystemChance);
        let Self { orders, stock: holds, purchases: stock } = self;
        Ports { reservations: orders, holds, limits: orders, stock, orders, clock, chance }
    }
}

/// Every refusal of this route; a new one does not compile until it is decided here.
fn problem(error: ReleaseReservationError) -> Problem {
    match error {
        ReleaseReservationError::NotFound => Problem::of(NOT_FOUND),
        ReleaseReservationError::NotHeld => Problem::of(RESERVATION_NOT_HELD),
        ReleaseReservationError::Failure(failure) => failure.into(),
    }
}
