//! GET /orders/{order_id}: where an order stands, for whoever made it.

use std::sync::Arc;

use application::get_order::get_order;
use async_trait::async_trait;
use domain::OrderId;
use lambda::http::{Request, Response, Route};
use lambda::problem::{NOT_FOUND, Problem};
use lambda::{Clients, Environment, Function, SignIn, resource};

struct GetOrder {
    orders: dynamodb::OrdersTable,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders] = environment.required(["ORDERS_TABLE"])?;
    let client = Clients::of(&environment).dynamodb().await;
    Ok(SignIn::of(&environment)?.route(GetOrder { orders: dynamodb::OrdersTable::new(client, orders) }))
}

#[async_trait]
impl Route for GetOrder {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let caller = request.caller()?;
        let id: OrderId = request.path("order_id")?;

        let order = get_order(&self.orders, &caller, &id).await?.ok_or_else(|| Problem::of(NOT_FOUND))?;

        resource::order::Order::respond_to(request, &order)
    }
}
