//! Every minute: finds what a lost message left behind and wakes its worker, and counts what waits for a person.

use std::sync::Arc;

use application::Failure;
use application::count_work_items::{self, Count, count_work_items};
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
        let swept = sweep(&Ports { index, stock, orders, queues: &self.queues, clock: &SystemClock }).await;
        // What a person must do is counted however the sweep went.
        self.count().await?;
        tracing::info!(woken = swept?, "swept");
        Ok(())
    }
}

impl Sweep {
    /// One line for each kind, which are metrics: see the filters in `template.yaml`.
    async fn count(&self) -> Result<(), Failure> {
        let ports = count_work_items::Ports { work_items: &self.orders, clock: &SystemClock };
        for Count { kind, open, urgent, oldest_minutes } in count_work_items(&ports).await? {
            tracing::info!(kind = kind.as_str(), open, urgent, oldest_minutes, "work items");
        }
        Ok(())
    }
}
