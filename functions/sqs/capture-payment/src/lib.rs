//! Queue capture-payment: takes an order's payment as far as it goes now.

use std::sync::Arc;
use std::time::Duration;

use application::capture_payment::{Ports, capture_payment};
use application::{Breaker, Budget, CircuitsSeen, Gateways, Secrets};
use async_trait::async_trait;
use lambda::batch::{Retry, Worker, worker};
use lambda::{Clients, Environment, Function, Invocation, SystemClock};
use sqs::CapturePaymentMessage;

struct CapturePayment {
    purchases: dynamodb::PurchaseTables,
    gateways: Gateways,
    call_max: Duration,
    circuits: dynamodb::OrdersTable,
    circuits_seen: CircuitsSeen,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders, stock] = environment.required(["ORDERS_TABLE", "STOCK_TABLE"])?;
    let accounts = environment.required(payments::SETTINGS)?;
    let timeout = Duration::from_secs(environment.number("GATEWAY_TIMEOUT_SECONDS")?);
    let clients = Clients::of(&environment);
    let secrets: Arc<dyn Secrets> =
        Arc::new(secrets::SecretsManager::new(clients.secrets_manager().await, Arc::new(SystemClock)));
    let dynamodb = clients.dynamodb().await;
    let circuits = dynamodb::OrdersTable::new(dynamodb.clone(), orders.clone());
    let facts = Arc::new(circuits.clone());
    Ok(worker(CapturePayment {
        purchases: dynamodb::PurchaseTables::new(dynamodb, orders, stock),
        gateways: payments::gateways(accounts, &secrets, facts, timeout)?,
        call_max: timeout,
        circuits,
        circuits_seen: CircuitsSeen::default(),
    }))
}

#[async_trait]
impl Worker for CapturePayment {
    type Message = CapturePaymentMessage;

    async fn work(&self, message: CapturePaymentMessage, invocation: &Invocation) -> Result<(), Retry> {
        let Self { purchases, gateways, call_max, circuits, circuits_seen: seen } = self;
        let clock = &SystemClock;
        let budget = Budget { ends_at: invocation.deadline, call_max: *call_max };
        let breaker = Breaker { circuits, seen, clock };
        let ports = Ports { orders: purchases, velocity: purchases, gateways, breaker, budget, clock };
        Ok(capture_payment(&ports, &message.order_id).await?)
    }
}
