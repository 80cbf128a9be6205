use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::{Checkpoints, failures};
use crate::dynamodb::{Change, DynamoDb, DynamoDbError, shard};
use crate::instances::Instances;
use crate::shop::Stop;
use crate::sqs::{NewMessage, Refusal, Store};
use crate::template::StreamEvent;
use crate::{aws, clock, id};

/// Only functions write, and each of their ends is heard. This is for what was written between two looks, and for
/// whoever writes to the tables by hand.
const SLOWEST_LOOK: Duration = Duration::from_millis(500);
/// After how many changes those that all consumers have passed are deleted.
const TRIM_AFTER: usize = 1_000;

/// Why a stream's consumer could not go on. It pauses, and tries again from its checkpoint.
#[derive(Debug, thiserror::Error)]
pub(super) enum StreamError {
    #[error(transparent)]
    Read(#[from] DynamoDbError),
    #[error("the checkpoints' file: {0}")]
    Checkpoint(#[from] rusqlite::Error),
    #[error("the failures' queue: {0}")]
    Destination(#[from] Refusal),
    #[error("an event's JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Takes a table's changes to a function, in order, each until it passed or was given up.
pub(crate) struct StreamSource {
    pub(crate) event: StreamEvent,
    /// Every function that reads this table's stream, so that none loses what another has passed.
    pub(crate) consumers: Vec<String>,
    pub(crate) dynamodb: Arc<DynamoDb>,
    pub(crate) checkpoints: Arc<Checkpoints>,
    pub(crate) queues: Arc<Store>,
    pub(crate) function: Arc<Instances>,
    /// Changes after each invocation.
    pub(crate) ended: watch::Receiver<u64>,
    /// The pause before the first retry; it doubles with each.
    pub(crate) first_pause: Duration,
}

/// Some changes that go into one event, and how often it may still fail.
struct Batch {
    changes: Vec<Change>,
    retries_left: Option<u32>,
    attempts: u32,
}

impl StreamSource {
    /// Runs until told to stop; an event in work is finished first.
    pub(crate) async fn run(mut self, stop: Stop) {
        let mut since_trim = 0;
        loop {
            self.ended.mark_unchanged();
            let found = match self.next(&stop).await {
                Ok(found) => found,
                Err(error) => {
                    tracing::error!("stream of {}: {error}", self.event.table);
                    sleep(SLOWEST_LOOK).await;
                    0
                }
            };
            since_trim += found;
            if since_trim >= TRIM_AFTER {
                since_trim = 0;
                if let Err(error) = self.trim() {
                    tracing::error!("stream of {}: {error}", self.event.table);
                }
            }
            if stop.is_set() {
                return;
            }
            if found == 0 {
                tokio::select! {
                    _ = self.ended.changed() => {}
                    () = sleep(SLOWEST_LOOK) => {}
                    () = stop.clone().wait() => return,
                }
            }
        }
    }

    /// Takes the next changes over, and answers how many there were.
    pub(super) async fn next(&self, stop: &Stop) -> Result<usize, StreamError> {
        let checkpoint = self.checkpoints.of(self.function.name(), &self.event.table)?;
        let changes =
            self.dynamodb.changes(&self.event.table, checkpoint.as_deref(), self.event.batch_size)?;
        let found = changes.len();
        if found > 0 {
            self.deliver(changes, stop).await?;
        }
        Ok(found)
    }

    fn trim(&self) -> Result<(), StreamError> {
        if let Some(passed) = self.checkpoints.passed_by(&self.consumers, &self.event.table)? {
            self.dynamodb.trim(&self.event.table, &passed)?;
        }
        Ok(())
    }

    async fn deliver(&self, changes: Vec<Change>, stop: &Stop) -> Result<(), StreamError> {
        let whole = Batch { changes, retries_left: self.event.retries, attempts: 0 };
        let mut pending = VecDeque::from([whole]);
        while let Some(mut batch) = pending.pop_front() {
            let (done, problem) = self.invoke(&batch.changes).await?;
            batch.attempts = batch.attempts.saturating_add(1);
            let rest = batch.changes.split_off(done);
            if let Some(last) = batch.changes.last() {
                self.pass(last)?;
            }
            let Some(problem) = problem else { continue };
            tracing::warn!("{} stream → {}: {problem}", self.event.table, self.function.name());
            let batch = Batch { changes: rest, ..batch };
            if done > 0 {
                // What came through was progress: what is left starts afresh.
                pending.push_front(Batch { retries_left: self.event.retries, attempts: 0, ..batch });
            } else if self.event.bisects && batch.changes.len() > 1 {
                for half in halves(batch).into_iter().rev() {
                    pending.push_front(half);
                }
            } else if batch.retries_left == Some(0) {
                self.give_up(&batch)?;
            } else {
                tokio::select! {
                    () = sleep(self.pause(batch.attempts)) => {}
                    // What has not passed is read again from the checkpoint at the next start.
                    () = stop.clone().wait() => return Ok(()),
                }
                let retries_left = batch.retries_left.map(|left| left.saturating_sub(1));
                pending.push_front(Batch { retries_left, ..batch });
            }
        }
        Ok(())
    }

    fn pause(&self, attempts: u32) -> Duration {
        let doubled = 1_u32 << attempts.saturating_sub(1).min(6);
        self.first_pause.saturating_mul(doubled)
    }

    /// How many changes from the first on are done, and what stopped the next one.
    async fn invoke(&self, changes: &[Change]) -> Result<(usize, Option<String>), StreamError> {
        let records: Vec<&Value> = changes.iter().map(|change| &change.record).collect();
        let event = super::event(&json!({ "Records": records }))?;
        let started = Instant::now();
        let answer = match self.function.invoke(event).await {
            Ok(answer) => answer,
            Err(error) => return Ok((0, Some(error.to_string()))),
        };
        let (table, function, took) =
            (&self.event.table, self.function.name(), started.elapsed().as_millis());
        tracing::info!("{table} stream → {function} done in {took} ms, changes: {}", changes.len());
        if !self.event.reports_failures {
            return Ok((changes.len(), None));
        }
        let known: BTreeSet<&str> = changes.iter().map(|change| change.sequence_number.as_str()).collect();
        match failures::reported(&answer, &known) {
            // Changes are in order, so everything from the first failure on is tried again.
            Ok(failed) => {
                match changes.iter().position(|change| failed.contains(change.sequence_number.as_str())) {
                    Some(first) => Ok((first, Some("reported a failure".to_owned()))),
                    None => Ok((changes.len(), None)),
                }
            }
            Err(problem) => Ok((0, Some(problem))),
        }
    }

    fn pass(&self, change: &Change) -> Result<(), StreamError> {
        let (function, table) = (self.function.name(), &self.event.table);
        Ok(self.checkpoints.advance(function, table, &change.sequence_number)?)
    }

    /// Tells the destination which changes were given up, and goes past them.
    fn give_up(&self, batch: &Batch) -> Result<(), StreamError> {
        let (Some(first), Some(last)) = (batch.changes.first(), batch.changes.last()) else { return Ok(()) };
        let table = &self.event.table;
        let (from, to) = (&first.sequence_number, &last.sequence_number);
        tracing::error!("{table} stream → {}: gave up the changes {from} to {to}", self.function.name());
        if let Some(queue) = &self.event.on_failure {
            let body = self.failure(batch, first, last).to_string();
            self.queues.send(queue, &[NewMessage { body, ..NewMessage::default() }], clock::now())?;
        }
        self.pass(last)
    }

    /// The message that Lambda sends for changes that were given up: where they are, not what they are.
    fn failure(&self, batch: &Batch, first: &Change, last: &Change) -> Value {
        json!({
            "requestContext": {
                "requestId": id::uuid(),
                "functionArn": aws::function_arn(self.function.name()),
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": batch.attempts,
            },
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled",
            },
            "version": "1.0",
            "timestamp": clock::rfc3339(clock::now()),
            "DDBStreamBatchInfo": {
                "shardId": shard(&self.event.table),
                "startSequenceNumber": first.sequence_number,
                "endSequenceNumber": last.sequence_number,
                "approximateArrivalOfFirstRecord": arrival(first),
                "approximateArrivalOfLastRecord": arrival(last),
                "batchSize": batch.changes.len(),
                "streamArn": aws::stream_arn(&self.event.table),
            },
        })
    }
}

/// Cutting a batch costs none of its retries: it only finds the poison.
fn halves(mut batch: Batch) -> [Batch; 2] {
    let second = batch.changes.split_off(batch.changes.len() / 2);
    let (retries_left, attempts) = (batch.retries_left, batch.attempts);
    [batch, Batch { changes: second, retries_left, attempts }]
}

fn arrival(change: &Change) -> &Value {
    change.record.pointer("/dynamodb/ApproximateCreationDateTime").unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests;
