//! Queue expire-reservation: ends reservations, or the orders they became, whose time is over.

use std::sync::Arc;

use application::Failure;
use application::expire_reservation::{Ended, Ports, expire_reservation, finish};
use async_trait::async_trait;
use lambda::batch::{BatchWorker, Retry, batch_worker};
use lambda::{Clients, Environment, Function, Invocation, SystemChance, SystemClock};
use sqs::ExpireReservationMessage;

struct ExpireReservation {
    orders: dynamodb::OrdersTable,
    stock: dynamodb::StockTable,
    purchases: dynamodb::PurchaseTables,
    queues: sqs::Queues,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders, stock] = environment.required(["ORDERS_TABLE", "STOCK_TABLE"])?;
    let [own] = environment.required(["EXPIRE_RESERVATION_QUEUE_URL"])?;
    let clients = Clients::of(&environment);
    let dynamodb = clients.dynamodb().await;
    Ok(batch_worker(ExpireReservation {
        orders: dynamodb::OrdersTable::new(dynamodb.clone(), orders.clone()),
        stock: dynamodb::StockTable::new(dynamodb.clone(), stock.clone()),
        purchases: dynamodb::PurchaseTables::new(dynamodb, orders, stock),
        queues: sqs::Queues::to_one(clients.sqs().await, domain::wake::Queue::ExpireReservation, own),
    }))
}

#[async_trait]
impl BatchWorker for ExpireReservation {
    type Message = ExpireReservationMessage;
    type Rest = Ended;

    async fn work(&self, message: ExpireReservationMessage, _: &Invocation) -> Result<Ended, Retry> {
        Ok(expire_reservation(&self.ports(), &message.reservation_id).await?)
    }

    async fn finish(&self, ended: Vec<Ended>) -> Vec<Result<(), Failure>> {
        finish(&self.ports(), ended).await
    }
}

impl ExpireReservation {
    fn ports(&self) -> Ports<'_> {
        let (clock, chance) = (&SystemClock, &SystemChance);
        let Self { orders: reservations, stock: holds, purchases: orders, queues } = self;
        let (stock, limits) = (orders, reservations);
        Ports { reservations, holds, limits, stock, orders, queues, clock, chance }
    }
}
