use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::failures;
use crate::instances::Instances;
use crate::shop::Stop;
use crate::sqs::{Message, Refusal, Store, digest, system_attributes};
use crate::template::QueueEvent;
use crate::{aws, clock};

/// How long the source pauses when its queue's file fails.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Takes a queue's messages to a function.
pub(crate) struct QueueSource {
    pub(crate) event: QueueEvent,
    pub(crate) store: Arc<Store>,
    pub(crate) function: Arc<Instances>,
}

impl QueueSource {
    /// Runs until told to stop, and then until the events in work have ended.
    pub(crate) async fn run(self, stop: Stop) -> Result<(), Refusal> {
        let source = Arc::new(self);
        let concurrency = u32::try_from(source.event.concurrency).unwrap_or(u32::MAX);
        let slots = Arc::new(Semaphore::new(source.event.concurrency));
        let mut changes = source.store.changes(&source.event.queue)?;
        loop {
            let slot = tokio::select! {
                slot = Arc::clone(&slots).acquire_owned() => slot,
                () = stop.clone().wait() => break,
            };
            let Ok(slot) = slot else { break };
            changes.mark_unchanged();
            match source.receive().await {
                Ok(messages) if messages.is_empty() => {
                    drop(slot);
                    tokio::select! {
                        () = source.something_visible(&mut changes) => {}
                        () = stop.clone().wait() => break,
                    }
                }
                Ok(messages) => {
                    tokio::spawn(Arc::clone(&source).deliver(messages, slot));
                }
                Err(refusal) => {
                    tracing::error!("queue {}: {refusal}", source.event.queue);
                    sleep(PAUSE_AFTER_FAILURE).await;
                }
            }
        }
        // Every slot free means that every event has ended.
        drop(slots.acquire_many(concurrency).await);
        Ok(())
    }

    /// One event's messages: what is there, filled up as long as the template lets an event wait.
    async fn receive(&self) -> Result<Vec<Message>, Refusal> {
        let (queue, most) = (&self.event.queue, self.event.batch_size);
        let mut messages = self.store.receive(queue, most, None, clock::now())?;
        let deadline = Instant::now() + Duration::from_secs(self.event.batching_window_seconds);
        let mut changes = self.store.changes(queue)?;
        while !messages.is_empty() && messages.len() < most && Instant::now() < deadline {
            tokio::select! {
                () = self.something_visible(&mut changes) => {}
                () = sleep_until(deadline) => {}
            }
            messages.extend(self.store.receive(queue, most - messages.len(), None, clock::now())?);
        }
        Ok(messages)
    }

    /// Ends when a message came, or when the next hidden one shows itself.
    async fn something_visible(&self, changes: &mut watch::Receiver<()>) {
        let now = clock::now();
        let next = match self.store.next_visible(&self.event.queue) {
            Ok(next) => next.map(|at| at.since(now).max(Duration::from_millis(1))),
            Err(refusal) => {
                tracing::error!("queue {}: {refusal}", self.event.queue);
                Some(PAUSE_AFTER_FAILURE)
            }
        };
        match next {
            Some(pause) => tokio::select! {
                _ = changes.changed() => {}
                () = sleep(pause) => {}
            },
            None => drop(changes.changed().await),
        }
    }

    /// Hands an event over and deletes what was done. What failed shows itself again after its visibility timeout, or
    /// goes to the dead letters.
    async fn deliver(self: Arc<Self>, messages: Vec<Message>, _slot: OwnedSemaphorePermit) {
        let (queue, function) = (&self.event.queue, self.function.name());
        let started = Instant::now();
        let failed = match self.invoke(&messages).await {
            Ok(failed) => failed,
            Err(problem) => {
                tracing::warn!("{queue} → {function}: {problem}; {} messages stay", messages.len());
                return;
            }
        };
        for message in &messages {
            let outcome = if failed.contains(message.id.as_str()) { "failed" } else { "done" };
            tracing::info!(
                "{queue} → {function} {outcome} in {} ms: {}",
                started.elapsed().as_millis(),
                message.body
            );
            if outcome == "done"
                && let Err(refusal) = self.store.delete(queue, &message.receipt)
            {
                tracing::error!("queue {queue}: {refusal}");
            }
        }
    }

    async fn invoke<'a>(&self, messages: &'a [Message]) -> Result<BTreeSet<&'a str>, String> {
        let records: Vec<Value> = messages.iter().map(|message| record(&self.event.queue, message)).collect();
        let event = super::event(&json!({ "Records": records })).map_err(|error| error.to_string())?;
        let answer = self.function.invoke(event).await.map_err(|error| error.to_string())?;
        if !self.event.reports_failures {
            return Ok(BTreeSet::new());
        }
        failures::reported(&answer, &messages.iter().map(|message| message.id.as_str()).collect())
    }
}

/// A message as Lambda hands it to a function.
fn record(queue: &str, message: &Message) -> Value {
    let attributes: Map<String, Value> = system_attributes(message)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::String(value)))
        .collect();
    let own: Map<String, Value> = message
        .attributes
        .iter()
        .map(|(name, attribute)| {
            let value = json!({
                "stringValue": attribute.string_value,
                "binaryValue": attribute.binary_value,
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": attribute.data_type,
            });
            (name.clone(), value)
        })
        .collect();
    json!({
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": own,
        "md5OfBody": digest(message.body.as_bytes()),
        "eventSource": "aws:sqs",
        "eventSourceARN": aws::queue_arn(queue),
        "awsRegion": aws::REGION,
    })
}

#[cfg(test)]
mod tests;
