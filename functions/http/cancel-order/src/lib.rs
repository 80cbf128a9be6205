//! POST /orders/{order_id}/cancel: ends an order; what was paid goes back.

use std::sync::Arc;

use application::cancel_order::{CancelOrderError, Ports, cancel_order};
use async_trait::async_trait;
use domain::OrderId;
use lambda::http::{Request, Response, Route};
use lambda::problem::{NOT_FOUND, ORDER_NOT_CANCELLABLE, Problem};
use lambda::{Clients, Environment, Function, SignIn, SystemClock, resource};

struct CancelOrder {
    purchases: dynamodb::PurchaseTables,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders, stock] = environment.required(["ORDERS_TABLE", "STOCK_TABLE"])?;
    let client = Clients::of(&environment).dynamodb().await;
    Ok(SignIn::of(&environment)?
        .route(CancelOrder { purchases: dynamodb::PurchaseTables::new(client, orders, stock) }))
}

#[async_trait]
impl Route for CancelOrder {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let caller = request.caller()?;
        let id: OrderId = request.path("order_id")?;

        let ports = Ports { orders: &self.purchases, clock: &SystemClock };
        let order = cancel_order(&ports, &caller, &id).await.map_err(problem)?.into_inner();

        resource::order::Order::respond(Response::accepted(format!("/orders/{}", order.id)), &order)
    }
}

/// Every refusal of this route; a new one does not compile until it is decided here.
fn problem(error: CancelOrderError) -> Problem {
    match error {
        CancelOrderError::NotFound => Problem::of(NOT_FOUND),
        CancelOrderError::Refused(refusal) => Problem::of(ORDER_NOT_CANCELLABLE).detail(refusal.to_string()),
        CancelOrderError::Failure(failure) => failure.into(),
    }
}
