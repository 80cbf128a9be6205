//! DELETE /reservations/{reservation_id}: gives the units back to sale.

use std::sync::Arc;

use application::release_reservation::{Ports, ReleaseReservationError, release_reservation};
use async_trait::async_trait;
use domain::ReservationId;
use lambda::http::{Request, Response, Route, route};
use lambda::problem::{NOT_FOUND, Problem, RESERVATION_NOT_HELD};
use lambda::{Clients, Environment, Function};

struct ReleaseReservation {
    reservations: dynamodb::OrdersTable,
    holds: dynamodb::StockTable,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders, stock] = environment.required(["ORDERS_TABLE", "STOCK_TABLE"])?;
    let client = Clients::of(&environment).dynamodb().await;
    Ok(route(ReleaseReservation {
        reservations: dynamodb::OrdersTable::new(client.clone(), orders),
        holds: dynamodb::StockTable::new(client, stock),
    }))
}

#[async_trait]
impl Route for ReleaseReservation {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let caller = request.caller()?;
        let id: ReservationId = request.path("reservation_id")?;
        let ports =
            Ports { reservations: &self.reservations, holds: &self.holds, orders: &self.reservations };

        release_reservation(&ports, &caller, &id).await.map_err(problem)?;

        Ok(Response::no_content())
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
