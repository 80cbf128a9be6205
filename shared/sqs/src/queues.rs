use std::collections::{BTreeSet, HashMap};

use application::{Failure, Subject, WakeUp};
use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use domain::Timestamp;
use domain::wake::Queue;
use tracing::error;

use crate::failure;
use crate::message::{
    ApplyWebhookMessage, CapturePaymentMessage, ExpireReservationMessage, StockAlertMessage,
};

#[cfg(test)]
mod tests;

/// How many messages one call takes.
const BATCH_MAX: usize = 10;
/// The longest delay of a message, in seconds. Whoever must wait longer is woken early and sends itself on.
const DELAY_SECONDS_MAX: u128 = 900;

/// The queues of wake-ups.
#[derive(Clone, Debug)]
pub struct Queues {
    client: Client,
    urls: HashMap<Queue, String>,
}

impl Queues {
    /// These queues, by their URLs. They accept no wake-ups for others.
    pub fn new(client: Client, urls: impl IntoIterator<Item = (Queue, String)>) -> Self {
        Self { client, urls: urls.into_iter().collect() }
    }

    /// One queue, by its URL. It accepts no wake-ups for others.
    pub fn to_one(client: Client, queue: Queue, url: impl Into<String>) -> Self {
        Self::new(client, [(queue, url.into())])
    }

    /// Sends at most one batch to one queue. Answers the places that were accepted.
    async fn send_batch(
        &self,
        queue: Queue,
        batch: &[(usize, &WakeUp)],
        now: Timestamp,
    ) -> Result<BTreeSet<usize>, Failure> {
        let name = queue.name();
        let Some(url) = self.urls.get(&queue) else {
            error!(queue = name, "no URL of queue `{name}` is known here");
            return Err(Failure::Unavailable);
        };
        let entries = batch.iter().map(|(place, wake_up)| entry(*place, wake_up, now));
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        let request = self.client.send_message_batch().queue_url(url).set_entries(Some(entries));
        let answer = request.send().await.map_err(|error| failure::of(name, &error))?;
        for refused in answer.failed() {
            error!(queue = name, code = refused.code(), "queue `{name}` refused a message");
        }
        // Only what the queue says that it took is sent; a message that comes twice is harmless, one lost is not.
        Ok(answer.successful().iter().filter_map(|sent| sent.id().parse().ok()).collect())
    }
}

#[async_trait]
impl application::Queues for Queues {
    async fn send(&self, wake_ups: &[WakeUp], now: Timestamp) -> Result<Vec<usize>, Failure> {
        let mut refused: BTreeSet<usize> = (0..wake_ups.len()).collect();
        let mut failed = None;
        for queue in Queue::ALL {
            let of_queue =
                wake_ups.iter().enumerate().filter(|(_, wake_up)| wake_up.subject.queue() == queue);
            let of_queue: Vec<(usize, &WakeUp)> = of_queue.collect();
            for batch in of_queue.chunks(BATCH_MAX) {
                match self.send_batch(queue, batch, now).await {
                    Ok(accepted) => refused.retain(|place| !accepted.contains(place)),
                    // One queue's trouble does not keep the others waiting.
                    Err(failure) => failed = Some(failure),
                }
            }
        }
        match failed {
            Some(failure) if refused.len() == wake_ups.len() => Err(failure),
            Some(_) | None => Ok(refused.into_iter().collect()),
        }
    }
}

fn entry(place: usize, wake_up: &WakeUp, now: Timestamp) -> Result<SendMessageBatchRequestEntry, Failure> {
    let message = SendMessageBatchRequestEntry::builder()
        .id(place.to_string())
        .delay_seconds(delay_seconds(wake_up.at, now))
        .message_body(body(&wake_up.subject)?);
    message.build().map_err(|_| unwritten(&wake_up.subject))
}

fn body(subject: &Subject) -> Result<String, Failure> {
    let body = match subject {
        Subject::CapturePayment(id) => serde_json::to_string(&CapturePaymentMessage { order_id: id.clone() }),
        Subject::ExpireReservation(id) => {
            serde_json::to_string(&ExpireReservationMessage { reservation_id: id.clone() })
        }
        Subject::ApplyWebhook(key) => serde_json::to_string(&ApplyWebhookMessage::of(key)),
        Subject::StockAlert(alert) => serde_json::to_string(&StockAlertMessage::of(alert)),
    };
    body.map_err(|_| unwritten(subject))
}

fn unwritten(subject: &Subject) -> Failure {
    let queue = subject.queue().name();
    error!(queue, "message for queue `{queue}` could not be written");
    Failure::Unavailable
}

/// Rounded up, so that nothing arrives before its time.
fn delay_seconds(at: Timestamp, now: Timestamp) -> i32 {
    let seconds = at.since(now).as_millis().div_ceil(1000).min(DELAY_SECONDS_MAX);
    i32::try_from(seconds).unwrap_or(i32::MAX)
}
