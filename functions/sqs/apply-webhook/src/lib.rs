//! Queue apply-webhook: asks the gateway what an event of it means, and takes the order's payment on from there.

use std::sync::Arc;
use std::time::Duration;

use application::apply_webhook::{Ports, apply_webhook};
use application::{Breaker, Budget, CircuitsSeen, Gateways, Secrets};
use async_trait::async_trait;
use domain::webhook::Mode;
use lambda::batch::{Retry, Worker, worker};
use lambda::{Clients, Environment, Function, Invocation, SystemClock};
use sqs::ApplyWebhookMessage;

struct ApplyWebhook {
    orders: dynamodb::OrdersTable,
    purchases: dynamodb::PurchaseTables,
    gateways: Gateways,
    call_max: Duration,
    circuits_seen: CircuitsSeen,
    mode: Mode,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders, stock] = environment.required(["ORDERS_TABLE", "STOCK_TABLE"])?;
    let accounts = environment.required(payments::SETTINGS)?;
    let [mode] = environment.required(["STRIPE_MODE"])?;
    let timeout = Duration::from_secs(environment.number("GATEWAY_TIMEOUT_SECONDS")?);
    let clients = Clients::of(&environment);
    let secrets: Arc<dyn Secrets> =
        Arc::new(secrets::SecretsManager::new(clients.secrets_manager().await, Arc::new(SystemClock)));
    let dynamodb = clients.dynamodb().await;
    let webhooks = dynamodb::OrdersTable::new(dynamodb.clone(), orders.clone());
    let facts = Arc::new(webhooks.clone());
    Ok(worker(ApplyWebhook {
        orders: webhooks,
        purchases: dynamodb::PurchaseTables::new(dynamodb, orders, stock),
        gateways: payments::gateways(accounts, &secrets, facts, timeout)?,
        call_max: timeout,
        circuits_seen: CircuitsSeen::default(),
        mode: Mode::named(&mode).ok_or("STRIPE_MODE is `live` or `test`")?,
    }))
}

#[async_trait]
impl Worker for ApplyWebhook {
    type Message = ApplyWebhookMessage;

    async fn work(&self, message: ApplyWebhookMessage, invocation: &Invocation) -> Result<(), Retry> {
        let Self { orders: webhooks, purchases: orders, gateways, mode, .. } = self;
        let (mode, clock) = (*mode, &SystemClock);
        let breaker = Breaker { circuits: webhooks, seen: &self.circuits_seen, clock };
        let budget = Budget { ends_at: invocation.deadline, call_max: self.call_max };
        let ports = Ports { webhooks, orders, velocity: orders, gateways, breaker, budget, clock, mode };
        Ok(apply_webhook(&ports, &message.key()).await?)
    }
}
