//! Queue expire-reservation: ends a reservation, or the order it became, whose time is over.

use std::sync::Arc;

use application::expire_reservation::{Ports, expire_reservation};
use async_trait::async_trait;
use lambda::batch::{Retry, Worker, worker};
use lambda::{Clients, Environment, Function, SystemClock};
use sqs::ExpireReservationMessage;

struct ExpireReservation {
    reservations: dynamodb::OrdersTable,
    holds: dynamodb::StockTable,
    orders: dynamodb::PurchaseTables,
    queues: sqs::Queues,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders, stock] = environment.required(["ORDERS_TABLE", "STOCK_TABLE"])?;
    let [own] = environment.required(["EXPIRE_RESERVATION_QUEUE_URL"])?;
    let clients = Clients::of(&environment);
    let dynamodb = clients.dynamodb().await;
    Ok(worker(ExpireReservation {
        reservations: dynamodb::OrdersTable::new(dynamodb.clone(), orders.clone()),
        holds: dynamodb::StockTable::new(dynamodb.clone(), stock.clone()),
        orders: dynamodb::PurchaseTables::new(dynamodb, orders, stock),
        queues: sqs::Queues::to_one(clients.sqs().await, domain::wake::Queue::ExpireReservation, own),
    }))
}

#[async_trait]
impl Worker for ExpireReservation {
    type Message = ExpireReservationMessage;

    async fn work(&self, message: ExpireReservationMessage) -> Result<(), Retry> {
        let Self { reservations, holds, orders, queues } = self;
        let ports = Ports { reservations, holds, orders, queues, clock: &SystemClock };
        Ok(expire_reservation(&ports, &message.reservation_id).await?)
    }
}
