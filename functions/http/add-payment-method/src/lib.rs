//! POST /orders/{order_id}/payment-methods: another try on the same hold.

use std::sync::Arc;

use application::add_payment_method::{AddPaymentMethodError, Ports, add_payment_method};
use async_trait::async_trait;
use domain::OrderId;
use lambda::http::{Request, Response, Route};
use lambda::problem::{IDEMPOTENCY_KEY_REUSED, NOT_FOUND, ORDER_NOT_PAYABLE, Problem};
use lambda::{Clients, Environment, Function, SignIn, SystemClock, resource};

mod wire; // the body

struct AddPaymentMethod {
    purchases: dynamodb::PurchaseTables,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders, stock] = environment.required(["ORDERS_TABLE", "STOCK_TABLE"])?;
    let client = Clients::of(&environment).dynamodb().await;
    Ok(SignIn::of(&environment)?
        .route(AddPaymentMethod { purchases: dynamodb::PurchaseTables::new(client, orders, stock) }))
}

#[async_trait]
impl Route for AddPaymentMethod {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let key = request.request_key()?;
        let order_id: OrderId = request.path("order_id")?;
        let command = request.json::<wire::Body>()?.read(order_id, key)?;

        let ports = Ports { orders: &self.purchases, clock: &SystemClock };
        let order = add_payment_method(&ports, &command).await.map_err(problem)?;

        let is_replay = order.is_replay();
        let order = order.into_inner();
        let accepted = Response::accepted(format!("/orders/{}", order.id)).replayed(is_replay);
        resource::order::Order::respond(accepted, &order)
    }
}

/// Every refusal of this route; a new one does not compile until it is decided here.
fn problem(error: AddPaymentMethodError) -> Problem {
    match error {
        AddPaymentMethodError::NotFound => Problem::of(NOT_FOUND),
        AddPaymentMethodError::KeyReused => Problem::of(IDEMPOTENCY_KEY_REUSED),
        AddPaymentMethodError::Refused(refusal) => Problem::of(ORDER_NOT_PAYABLE).detail(refusal.to_string()),
        AddPaymentMethodError::Failure(failure) => failure.into(),
    }
}
