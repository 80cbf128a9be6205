//! The stream of the table Orders: what changed becomes messages for the workers, and for whoever hears of stock alerts.

use std::sync::Arc;

use application::relay::{Ports, relay};
use async_trait::async_trait;
use domain::wake::Queue;
use lambda::stream::{self, Change, Stopped};
use lambda::{Clients, Environment, Function, SystemClock};

struct Relay {
    queues: sqs::Queues,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [capture, expire, apply, alerts] = environment.required([
        "CAPTURE_PAYMENT_QUEUE_URL",
        "EXPIRE_RESERVATION_QUEUE_URL",
        "APPLY_WEBHOOK_QUEUE_URL",
        "STOCK_ALERTS_QUEUE_URL",
    ])?;
    let urls = [
        (Queue::CapturePayment, capture),
        (Queue::ExpireReservation, expire),
        (Queue::ApplyWebhook, apply),
        (Queue::StockAlerts, alerts),
    ];
    let client = Clients::of(&environment).sqs().await;
    Ok(stream::relay(Relay { queues: sqs::Queues::new(client, urls) }))
}

#[async_trait]
impl stream::Relay for Relay {
    async fn relay(&self, changes: &[Change]) -> Result<(), Stopped> {
        let ports = Ports { queues: &self.queues, clock: &SystemClock };
        let wake_ups = changes.iter().map(|change| dynamodb::stream::wake_up_of(&change.new, &change.old));

        relay(&ports, wake_ups).await.map_err(|stopped| {
            let at = changes.get(stopped.place).map(|change| change.sequence_number.clone());
            Stopped { at: at.unwrap_or_default(), failure: stopped.failure }
        })
    }
}
