//! Queue capture-payment: takes an order's payment as far as it goes now.

use std::sync::Arc;
use std::time::Duration;

use application::capture_payment::{Ports, capture_payment};
use application::{Gateways, Secrets};
use async_trait::async_trait;
use lambda::batch::{Retry, Worker, worker};
use lambda::{Clients, Environment, Function, SystemClock};
use sqs::CapturePaymentMessage;

struct CapturePayment {
    purchases: dynamodb::PurchaseTables,
    gateways: Gateways,
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
    let facts = Arc::new(dynamodb::OrdersTable::new(dynamodb.clone(), orders.clone()));
    Ok(worker(CapturePayment {
        purchases: dynamodb::PurchaseTables::new(dynamodb, orders, stock),
        gateways: payments::gateways(accounts, &secrets, facts, timeout)?,
    }))
}

#[async_trait]
impl Worker for CapturePayment {
    type Message = CapturePaymentMessage;

    async fn work(&self, message: CapturePaymentMessage) -> Result<(), Retry> {
        let ports = Ports { orders: &self.purchases, gateways: &self.gateways, clock: &SystemClock };
        Ok(capture_payment(&ports, &message.order_id).await?)
    }
}
