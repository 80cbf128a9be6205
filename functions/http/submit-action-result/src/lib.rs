//! POST /orders/{order_id}/action-results: what the shopper brought back from an action, such as 3-D Secure.

use std::sync::Arc;

use application::submit_action_result::{Ports, SubmitActionResultError, submit_action_result};
use async_trait::async_trait;
use domain::OrderId;
use lambda::http::{Request, Response, Route};
use lambda::problem::{NOT_FOUND, ORDER_NOT_AWAITING_ACTION, Problem};
use lambda::{Clients, Environment, Function, SignIn, SystemClock, resource};

mod wire; // the body

struct SubmitActionResult {
    purchases: dynamodb::PurchaseTables,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders, stock] = environment.required(["ORDERS_TABLE", "STOCK_TABLE"])?;
    let client = Clients::of(&environment).dynamodb().await;
    Ok(SignIn::of(&environment)?
        .route(SubmitActionResult { purchases: dynamodb::PurchaseTables::new(client, orders, stock) }))
}

#[async_trait]
impl Route for SubmitActionResult {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let caller = request.caller()?;
        let id: OrderId = request.path("order_id")?;
        let result = request.json::<wire::Body>()?.read()?;

        let ports = Ports { orders: &self.purchases, clock: &SystemClock };
        let submitted = submit_action_result(&ports, &caller, &id, &result).await;
        let order = submitted.map_err(problem)?.into_inner();

        resource::order::Order::respond(Response::accepted(format!("/orders/{}", order.id)), &order)
    }
}

/// Every refusal of this route; a new one does not compile until it is decided here.
fn problem(error: SubmitActionResultError) -> Problem {
    match error {
        SubmitActionResultError::NotFound => Problem::of(NOT_FOUND),
        SubmitActionResultError::Refused(refusal) => {
            Problem::of(ORDER_NOT_AWAITING_ACTION).detail(refusal.to_string())
        }
        SubmitActionResultError::Failure(failure) => failure.into(),
    }
}
