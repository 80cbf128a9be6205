//! POST /webhooks/{gateway}: keeps what a payment gateway told, if it really was the gateway.

use std::sync::Arc;

use application::receive_webhook::{Ports, receive_webhook};
use application::{Clock, Secrets};
use async_trait::async_trait;
use domain::payment::GatewayName;
use lambda::problem::{NOT_FOUND, Problem, WEBHOOK_NOT_AUTHENTIC};
use lambda::{Clients, Environment, Function, Request, Response, Route, SystemClock};
use payments::{WEBHOOK_SETTINGS, WebhookError, Webhooks};

struct ReceiveWebhook {
    orders: dynamodb::OrdersTable,
    webhooks: Webhooks,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders] = environment.required(["ORDERS_TABLE"])?;
    let settings = environment.required(WEBHOOK_SETTINGS)?;
    let clients = Clients::of(&environment);
    let secrets: Arc<dyn Secrets> =
        Arc::new(secrets::SecretsManager::new(clients.secrets_manager().await, Arc::new(SystemClock)));
    let orders = dynamodb::OrdersTable::new(clients.dynamodb().await, orders);
    Ok(lambda::route(ReceiveWebhook { orders, webhooks: Webhooks::new(settings, &secrets)? }))
}

#[async_trait]
impl Route for ReceiveWebhook {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let gateway = GatewayName::named(&request.path::<String>("gateway")?);
        let gateway = gateway.ok_or_else(|| Problem::of(NOT_FOUND))?;
        let (body, now) = (request.raw_body()?, SystemClock.now());
        let events = self.webhooks.verify(gateway, |name| request.header_text(name), &body, now).await;
        // What the shop does not follow is none of its business, and need not come again.
        for event in events.map_err(problem)? {
            let ports = Ports { inbox: &self.orders, clock: &SystemClock };
            let _kept = receive_webhook(&ports, event).await?;
        }
        // That it is 2xx is all that a gateway needs (https://docs.adyen.com/development-resources/webhooks).
        Ok(Response::ok())
    }
}

/// Every refusal of this route; a new one does not compile until it is decided here.
fn problem(error: WebhookError) -> Problem {
    match error {
        WebhookError::NotAuthentic(reason) => {
            tracing::warn!(reason, "a webhook was refused");
            Problem::of(WEBHOOK_NOT_AUTHENTIC)
        }
        WebhookError::NotTaken => Problem::of(NOT_FOUND),
        WebhookError::Failure(failure) => failure.into(),
    }
}
