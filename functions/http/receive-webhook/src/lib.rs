//! POST /webhooks/{gateway}: keeps what a payment gateway told, if it really was the gateway.

use std::sync::Arc;

use application::receive_webhook::{Ports, receive_webhook};
use application::{Clock, SecretName};
use async_trait::async_trait;
use domain::payment::GatewayName;
use lambda::problem::{NOT_FOUND, Problem, WEBHOOK_NOT_AUTHENTIC};
use lambda::{Clients, Environment, Function, Request, Response, Route, SystemClock};
use payments::stripe::{StripeWebhooks, WebhookError};

struct ReceiveWebhook {
    orders: dynamodb::OrdersTable,
    stripe: StripeWebhooks,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders, secret] = environment.required(["ORDERS_TABLE", "STRIPE_WEBHOOK_SECRET"])?;
    let clients = Clients::of(&environment);
    let secrets = secrets::SecretsManager::new(clients.secrets_manager().await, Arc::new(SystemClock));
    Ok(lambda::route(ReceiveWebhook {
        orders: dynamodb::OrdersTable::new(clients.dynamodb().await, orders),
        stripe: StripeWebhooks::new(Arc::new(secrets), SecretName(secret)),
    }))
}

#[async_trait]
impl Route for ReceiveWebhook {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let gateway = GatewayName::named(&request.path::<String>("gateway")?);
        let body = request.raw_body()?;
        let verified = match gateway.ok_or_else(|| Problem::of(NOT_FOUND))? {
            GatewayName::Stripe => {
                self.stripe.verify(|name| request.header_text(name), &body, SystemClock.now()).await
            }
            // Its orders are looked up; nothing that it would tell is verified here.
            GatewayName::PayPal => return Err(Problem::of(NOT_FOUND)),
        };
        // What the shop does not follow is none of its business, and need not come again.
        if let Some(event) = verified.map_err(problem)? {
            let ports = Ports { inbox: &self.orders, clock: &SystemClock };
            let _kept = receive_webhook(&ports, event).await?;
        }
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
        WebhookError::Failure(failure) => failure.into(),
    }
}
