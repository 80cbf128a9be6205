//! How a function meets SQS: a [`Worker`] judges one message at a time, and a bad message hurts only itself. A
//! [`BatchWorker`] does what messages have in common once for a batch.

use core::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use application::Failure;
use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::FutureExt;
use futures_util::future::join_all;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

use crate::{Error, Function, Invocation};

/// A queue's worker.
#[async_trait]
pub trait Worker: Send + Sync {
    /// What a message says: ids, and nothing that could be stale.
    type Message: DeserializeOwned + Send;

    /// Takes one message as far as it goes before the runtime ends it. Messages come more than once, late and out of
    /// order.
    async fn work(&self, message: Self::Message, invocation: &Invocation) -> Result<(), Retry>;
}

/// A queue's worker whose messages write the same items. Each is worked on apart from the others, as far as that goes, and
/// what it leaves is done together with what the others of its batch leave.
#[async_trait]
pub trait BatchWorker: Send + Sync {
    /// As in [`Worker::Message`].
    type Message: DeserializeOwned + Send;

    /// What a message leaves. It is not done before that is.
    type Rest: Send;

    /// Works on one message, as [`Worker::work`] does.
    async fn work(&self, message: Self::Message, invocation: &Invocation) -> Result<Self::Rest, Retry>;

    /// Does what the messages of a batch left, and answers for each in its place.
    async fn finish(&self, rests: Vec<Self::Rest>) -> Vec<Result<(), Failure>>;
}

/// The message must be delivered again, because something of our own failed; in the end it goes to the dead-letter
/// queue. A wait that is part of the plan is a wake in the record, and its message is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Retry(#[from] pub Failure);

/// The function that serves a queue's worker and reports which messages of a batch failed.
///
/// Its event source MUST set `FunctionResponseTypes: [ReportBatchItemFailures]`, or failed messages would be deleted.
pub fn worker(worker: impl Worker + 'static) -> Arc<dyn Function> {
    batch_worker(Each(worker))
}

/// The same for a worker that finishes a batch together.
pub fn batch_worker(worker: impl BatchWorker + 'static) -> Arc<dyn Function> {
    Arc::new(Queue(worker))
}

/// A worker whose messages have nothing in common.
struct Each<W>(W);

#[async_trait]
impl<W: Worker> BatchWorker for Each<W> {
    type Message = W::Message;
    type Rest = ();

    async fn work(&self, message: W::Message, invocation: &Invocation) -> Result<(), Retry> {
        self.0.work(message, invocation).await
    }

    async fn finish(&self, rests: Vec<()>) -> Vec<Result<(), Failure>> {
        rests.into_iter().map(Ok).collect()
    }
}

struct Queue<W>(W);

#[async_trait]
impl<W: BatchWorker> Function for Queue<W> {
    async fn invoke(&self, event: &RawValue, invocation: Invocation) -> Result<Box<RawValue>, Error> {
        let event: SqsEvent = serde_json::from_str(event.get())?;
        let mut response = SqsBatchResponse::default();
        // Side by side, so that one message that waits for a slow gateway does not hold up the others.
        let work = |message| self.work(message, &invocation);
        let outcomes = self.finish(join_all(event.records.iter().map(work)).await).await;
        for (message, outcome) in event.records.iter().zip(outcomes) {
            log(message, &outcome);
            match message.message_id.as_deref() {
                _ if matches!(outcome, Outcome::Done) => {}
                Some(id) if !id.is_empty() => response.add_failure(id),
                // Without an id it cannot be reported, and an unreported failure would be deleted.
                Some(_) | None => return Err("a message without an id failed, and the batch with it".into()),
            }
        }
        Ok(to_raw_value(&response)?)
    }
}

impl<W: BatchWorker> Queue<W> {
    async fn work(&self, message: &SqsMessage, invocation: &Invocation) -> Result<W::Rest, Outcome> {
        let Ok(parsed) = serde_json::from_str(message.body.as_deref().unwrap_or_default()) else {
            return Err(Outcome::Unreadable);
        };
        match AssertUnwindSafe(self.0.work(parsed, invocation)).catch_unwind().await {
            Ok(worked) => worked.map_err(Outcome::Retry),
            Err(_) => Err(Outcome::Panicked),
        }
    }

    /// What failed has left nothing, and is in nobody's way.
    async fn finish(&self, worked: Vec<Result<W::Rest, Outcome>>) -> Vec<Outcome> {
        let mut rests = Vec::new();
        let failed: Vec<Option<Outcome>> =
            worked.into_iter().map(|worked| worked.map(|rest| rests.push(rest)).err()).collect();
        let finished = AssertUnwindSafe(self.0.finish(rests)).catch_unwind().await;
        let mut finished = finished.unwrap_or_default().into_iter();
        let mut next = || match finished.next() {
            Some(Ok(())) => Outcome::Done,
            Some(Err(failure)) => Outcome::Retry(failure.into()),
            // It answers for nobody when it panicked.
            None => Outcome::Panicked,
        };
        failed.into_iter().map(|failed| failed.unwrap_or_else(&mut next)).collect()
    }
}

/// What became of one message.
enum Outcome {
    Done,
    Retry(Retry),
    Unreadable,
    Panicked,
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => formatter.write_str("done"),
            Self::Retry(retry) => write!(formatter, "retry: {retry}"),
            Self::Unreadable => formatter.write_str("unreadable"),
            Self::Panicked => formatter.write_str("panicked"),
        }
    }
}

/// One line per message, without its body.
fn log(message: &SqsMessage, outcome: &Outcome) {
    let queue = message.event_source_arn.as_deref().and_then(|arn| arn.rsplit(':').next());
    let message_id = message.message_id.as_deref();
    let deliveries = message.attributes.get("ApproximateReceiveCount").map(String::as_str);
    match outcome {
        Outcome::Done => tracing::info!(queue, message_id, deliveries, %outcome, "message worked"),
        Outcome::Retry(_) => tracing::warn!(queue, message_id, deliveries, %outcome, "message failed"),
        Outcome::Unreadable | Outcome::Panicked => {
            tracing::error!(queue, message_id, deliveries, %outcome, "message failed");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use domain::Timestamp;
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Message {
        order_id: String,
    }

    struct Sample;

    #[async_trait]
    impl Worker for Sample {
        type Message = Message;

        async fn work(&self, message: Message, _: &Invocation) -> Result<(), Retry> {
            match message.order_id.as_str() {
                "throttled" => Err(Failure::Throttled.into()),
                "bug" => panic!("a bug"),
                _ => Ok(()),
            }
        }
    }

    /// Notes what it finishes together.
    #[derive(Default, Clone)]
    struct Together(Arc<Mutex<Vec<Vec<String>>>>);

    #[async_trait]
    impl BatchWorker for Together {
        type Message = Message;
        type Rest = String;

        async fn work(&self, message: Message, invocation: &Invocation) -> Result<String, Retry> {
            let rest = message.order_id.clone();
            Sample.work(message, invocation).await.map(|()| rest)
        }

        async fn finish(&self, rests: Vec<String>) -> Vec<Result<(), Failure>> {
            self.0.lock().unwrap().push(rests.clone());
            let finish = |rest: &String| match rest.as_str() {
                "unwritten" => Err(Failure::Unavailable),
                "late bug" => panic!("a bug"),
                _ => Ok(()),
            };
            rests.iter().map(finish).collect()
        }
    }

    fn message(id: &Value, body: &str) -> Value {
        json!({"messageId": id, "body": body, "attributes": {"ApproximateReceiveCount": "1"},
               "eventSourceARN": "arn:aws:sqs:eu-central-1:1:capture-payment"})
    }

    async fn work(records: Value) -> Result<Value, String> {
        invoke(worker(Sample), records).await
    }

    async fn invoke(function: Arc<dyn Function>, records: Value) -> Result<Value, String> {
        let event = to_raw_value(&json!({ "Records": records })).unwrap();
        let invocation = Invocation { request_id: "i-1".to_owned(), deadline: Timestamp::from_millis(0) };
        let answer = function.invoke(&event, invocation).await.map_err(|error| error.to_string())?;
        Ok(serde_json::from_str(answer.get()).unwrap())
    }

    #[tokio::test]
    async fn fault_49_93_a_bad_message_a_failure_and_a_panic_each_fail_alone() {
        let answer = work(json!([
            message(&json!("m-1"), r#"{"order_id":"fine"}"#),
            message(&json!("m-2"), "poison"),
            message(&json!("m-3"), r#"{"order_id":"throttled"}"#),
            message(&json!("m-4"), r#"{"order_id":"bug"}"#),
            message(&json!("m-5"), r#"{"order_id":"fine","more":1}"#),
            message(&json!("m-6"), r#"{"order_id":"fine"}"#),
        ]));
        let failed = ["m-2", "m-3", "m-4", "m-5"].map(|id| json!({ "itemIdentifier": id }));
        assert_eq!(answer.await, Ok(json!({ "batchItemFailures": failed })));
    }

    #[tokio::test]
    async fn fault_51_a_batch_that_is_done_reports_an_empty_list() {
        let answer = work(json!([message(&json!("m-1"), r#"{"order_id":"fine"}"#)])).await;
        assert_eq!(answer, Ok(json!({"batchItemFailures": []})));
    }

    #[tokio::test]
    async fn fault_50_a_failed_message_without_an_id_fails_the_batch() {
        for id in [json!(null), json!("")] {
            assert!(work(json!([message(&id, "poison")])).await.is_err());
            assert!(work(json!([message(&id, r#"{"order_id":"fine"}"#)])).await.is_ok());
        }
    }

    #[tokio::test]
    async fn fault_49_what_messages_leave_is_finished_together_and_judged_one_by_one() {
        let together = Together::default();
        let answer = invoke(
            batch_worker(together.clone()),
            json!([
                message(&json!("m-1"), r#"{"order_id":"fine"}"#),
                message(&json!("m-2"), "poison"),
                message(&json!("m-3"), r#"{"order_id":"unwritten"}"#),
                message(&json!("m-4"), r#"{"order_id":"throttled"}"#),
                message(&json!("m-5"), r#"{"order_id":"bug"}"#),
                message(&json!("m-6"), r#"{"order_id":"fine too"}"#),
            ]),
        );
        let failed = ["m-2", "m-3", "m-4", "m-5"].map(|id| json!({ "itemIdentifier": id }));
        assert_eq!(answer.await, Ok(json!({ "batchItemFailures": failed })));
        assert_eq!(*together.0.lock().unwrap(), [["fine", "unwritten", "fine too"]]);
    }

    #[tokio::test]
    async fn fault_93_a_panic_over_what_is_left_fails_each_message_that_left_some() {
        let answer = invoke(
            batch_worker(Together::default()),
            json!([
                message(&json!("m-1"), r#"{"order_id":"fine"}"#),
                message(&json!("m-2"), r#"{"order_id":"late bug"}"#),
            ]),
        );
        let failed = ["m-1", "m-2"].map(|id| json!({ "itemIdentifier": id }));
        assert_eq!(answer.await, Ok(json!({ "batchItemFailures": failed })));
    }

    #[tokio::test]
    async fn what_is_no_batch_fails_the_invocation() {
        let event = to_raw_value(&json!({"hello": "there"})).unwrap();
        assert!(
            worker(Sample)
                .invoke(
                    &event,
                    Invocation { request_id: "i-1".to_owned(), deadline: Timestamp::from_millis(0) }
                )
                .await
                .is_err()
        );
    }
}
