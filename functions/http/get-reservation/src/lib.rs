//! GET /reservations/{reservation_id}: where a reservation stands, for whoever made it.

use std::sync::Arc;

use application::get_reservation::{Ports, get_reservation};
use async_trait::async_trait;
use domain::ReservationId;
use lambda::http::{Request, Response, Route};
use lambda::problem::{NOT_FOUND, Problem};
use lambda::{Clients, Environment, Function, SignIn, SystemClock, resource};

struct GetReservation {
    orders: dynamodb::OrdersTable,
    stock: dynamodb::StockTable,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders, stock] = environment.required(["ORDERS_TABLE", "STOCK_TABLE"])?;
    let client = Clients::of(&environment).dynamodb().await;
    Ok(SignIn::of(&environment)?.route(GetReservation {
        orders: dynamodb::OrdersTable::new(client.clone(), orders),
        stock: dynamodb::StockTable::new(client, stock),
    }))
}

#[async_trait]
impl Route for GetReservation {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let caller = request.caller()?;
        let id: ReservationId = request.path("reservation_id")?;
        let Self { orders, stock } = self;
        let ports = Ports { reservations: orders, stock, orders, clock: &SystemClock };

        let found = get_reservation(&ports, &caller, &id).await?;

        let (reservation, standing) = found.ok_or_else(|| Problem::of(NOT_FOUND))?;
        let body = resource::reservation::Reservation::shown(&reservation, standing);
        Response::ok().cache_control("private, no-cache").json(&body)
    }
}
