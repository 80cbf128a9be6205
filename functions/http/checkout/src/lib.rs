//! POST /checkout: turns a reservation into an order that is being paid.

use std::sync::Arc;

use application::checkout::{CheckoutError, Ports, checkout};
use async_trait::async_trait;
use lambda::http::{Request, Response, Route};
use lambda::problem::{IDEMPOTENCY_KEY_REUSED, NOT_FOUND, Problem, RESERVATION_NOT_HELD, TOTAL_CHANGED};
use lambda::resource::{order, reservation};
use lambda::{Clients, Environment, Function, SignIn, SystemClock};

mod address; // whom to tell and where it goes, checked
mod wire; // the body

struct Checkout {
    purchases: dynamodb::PurchaseTables,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders, stock] = environment.required(["ORDERS_TABLE", "STOCK_TABLE"])?;
    let client = Clients::of(&environment).dynamodb().await;
    Ok(SignIn::of(&environment)?
        .route(Checkout { purchases: dynamodb::PurchaseTables::new(client, orders, stock) }))
}

#[async_trait]
impl Route for Checkout {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let key = request.request_key()?;
        let command = request.json::<wire::Body>()?.read(key)?;
        let ports = Ports { reservations: &self.purchases, orders: &self.purchases, clock: &SystemClock };

        let placed = checkout(&ports, &command).await.map_err(problem)?;

        let is_replay = placed.is_replay();
        let placed = placed.into_inner();
        let accepted = Response::accepted(format!("/orders/{}", placed.id)).replayed(is_replay);
        order::Order::respond(accepted, &placed)
    }
}

/// Every refusal of this route; a new one does not compile until it is decided here.
fn problem(error: CheckoutError) -> Problem {
    match error {
        CheckoutError::NotFound => Problem::of(NOT_FOUND).at("/reservation_id"),
        CheckoutError::KeyReused => Problem::of(IDEMPOTENCY_KEY_REUSED),
        CheckoutError::NotHeld => Problem::of(RESERVATION_NOT_HELD),
        CheckoutError::TotalChanged(totals) => {
            Problem::of(TOTAL_CHANGED).with("totals", reservation::Totals::from(*totals))
        }
        CheckoutError::Failure(failure) => failure.into(),
    }
}
