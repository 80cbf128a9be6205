//! Every minute: finds what a lost message left behind, and wakes its worker.

use std::sync::Arc;

use application::Failure;
use application::sweep::{Ports, sweep};
use async_trait::async_trait;
use domain::wake::Queue;
use lambda::schedule::{Job, job};
use lambda::{Clients, Environment, Function, Invocation, SystemClock};

struct Sweep {
    index: dynamodb::PurchaseTables,
    stock: dynamodb::StockTable,
    orders: dynamodb::OrdersTable,
    queues: sqs::Queues,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders, stock] = environment.required(["ORDERS_TABLE", "STOCK_TABLE"])?;
    let [capture, expire] =
        environment.required(["CAPTURE_PAYMENT_QUEUE_URL", "EXPIRE_RESERVATION_QUEUE_URL"])?;
    let urls = [(Queue::CapturePayment, capture), (Queue::ExpireReservation, expire)];
    let clients = Clients::of(&environment);
    let dynamodb = clients.dynamodb().await;
    Ok(job(Sweep {
        index: dynamodb::PurchaseTables::new(dynamodb.clone(), orders.clone(), stock.clone()),
        stock: dynamodb::StockTable::new(dynamodb.clone(), stock),
        orders: dynamodb::OrdersTable::new(dynamodb, orders),
        queues: sqs::Queues::new(clients.sqs().await, urls),
    }))
}

#[async_trait]
impl Job for Sweep {
    async fn run(&self, _: &Invocation) -> Result<(), Failure> {
        let (index, stock, orders) = (&self.index, &self.stock, &self.orders);
        let woken = sweep(&Ports { index, stock, orders, queues: &self.queues, clock: &SystemClock }).await?;
        tracing::info!(woken, "swept");
        Ok(())
    }
}
