//! How a function meets a table's stream: a [`Relay`] gets the changes of a batch in order, and says from which one on
//! they must come again.

use std::sync::Arc;

use application::Failure;
use async_trait::async_trait;
use aws_lambda_events::dynamodb::EventRecord;
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};

pub use serde_dynamo::{AttributeValue, Item};

use crate::{Error, Function, Invocation};

/// Takes changes of a table further. They come at least once, and in order per item.
#[async_trait]
pub trait Relay: Send + Sync {
    /// Takes the changes of one batch further, oldest first.
    async fn relay(&self, changes: &[Change]) -> Result<(), Stopped>;
}

/// One change of one item.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its place in the stream.
    pub sequence_number: String,
    /// The item before; absent when it is new.
    pub old: Option<Item>,
    /// The item after; absent when it was deleted.
    pub new: Option<Item>,
}

/// The relay got so far and no further: from this change on, the stream must deliver again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The sequence number of the first change that was not taken further.
    pub at: String,
    /// Why.
    pub failure: Failure,
}

/// The function that serves a relay and reports where it stopped.
///
/// Its event source MUST set `FunctionResponseTypes: [ReportBatchItemFailures]`, bisect on errors, bound its retries
/// and name an on-failure destination, or one change that cannot be read would stop its shard for a day.
pub fn relay(relay: impl Relay + 'static) -> Arc<dyn Function> {
    Arc::new(Stream(relay))
}

struct Stream<R>(R);

#[async_trait]
impl<R: Relay> Function for Stream<R> {
    async fn invoke(&self, event: &RawValue, _: Invocation) -> Result<Box<RawValue>, Error> {
        let batch: Batch<'_> = serde_json::from_str(event.get())?;
        let (changes, poison) = batch.read()?;
        let stopped_at = match self.0.relay(&changes).await {
            Ok(()) => poison,
            Err(Stopped { at, failure }) => {
                tracing::warn!(changes = changes.len(), at, %failure, "relay stopped");
                Some(at)
            }
        };
        let mut response = DynamoDbEventResponse::default();
        match stopped_at {
            Some(at) => {
                let mut failure = DynamoDbBatchItemFailure::default();
                failure.item_identifier = Some(at);
                response.batch_item_failures.push(failure);
            }
            None => tracing::info!(changes = changes.len(), "changes relayed"),
        }
        Ok(to_raw_value(&response)?)
    }
}

/// A batch whose records have not been looked at.
#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(rename = "Records", borrow)]
    records: Vec<&'a RawValue>,
}

impl Batch<'_> {
    /// The changes before the first record that cannot be read, and that record's sequence number if there is one.
    fn read(&self) -> Result<(Vec<Change>, Option<String>), Error> {
        let mut changes = Vec::with_capacity(self.records.len());
        for record in &self.records {
            match change(record) {
                Some(change) => changes.push(change),
                None => {
                    // Without its number it cannot be reported: then the batch fails, and is bisected down to it.
                    let Numbered { dynamodb: Number { sequence_number } } =
                        serde_json::from_str(record.get())?;
                    tracing::error!(at = sequence_number, "change unreadable");
                    return Ok((changes, Some(sequence_number)));
                }
            }
        }
        Ok((changes, None))
    }
}

/// What is left of a record that cannot be read as a change.
#[derive(Deserialize)]
struct Numbered {
    dynamodb: Number,
}

#[derive(Deserialize)]
struct Number {
    #[serde(rename = "SequenceNumber")]
    sequence_number: String,
}

fn change(record: &RawValue) -> Option<Change> {
    let record: EventRecord = serde_json::from_str(record.get()).ok()?;
    // An image that is absent reads as empty, and no item is empty: it has its key.
    let image = |item: Item| if item.is_empty() { None } else { Some(item) };
    Some(Change {
        sequence_number: record.change.sequence_number?,
        old: image(record.change.old_image),
        new: image(record.change.new_image),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Takes changes further until one that has no image after it.
    struct Sample;

    #[async_trait]
    impl Relay for Sample {
        async fn relay(&self, changes: &[Change]) -> Result<(), Stopped> {
            match changes.iter().find(|change| change.new.is_none()) {
                Some(change) => {
                    Err(Stopped { at: change.sequence_number.clone(), failure: Failure::Unavailable })
                }
                None => Ok(()),
            }
        }
    }

    fn record(number: &str, images: &Value) -> Value {
        let mut change = json!({"SequenceNumber": number, "SizeBytes": 1, "Keys": {"id": {"S": "o"}}});
        change.as_object_mut().unwrap().extend(images.as_object().unwrap().clone());
        json!({"eventID": "e", "eventName": "MODIFY", "awsRegion": "eu-central-1", "dynamodb": change})
    }

    fn image() -> Value {
        json!({"id": {"S": "o"}, "version": {"N": "1"}})
    }

    async fn relayed(records: Value) -> Result<Value, String> {
        let event = to_raw_value(&json!({ "Records": records })).unwrap();
        let invocation =
            Invocation { request_id: "i-1".to_owned(), deadline: domain::Timestamp::from_millis(0) };
        let answer = relay(Sample).invoke(&event, invocation).await.map_err(|error| error.to_string())?;
        Ok(serde_json::from_str(answer.get()).unwrap())
    }

    #[test]
    fn a_change_has_the_images_that_the_record_has() {
        let read = |images| change(&to_raw_value(&record("1", &images)).unwrap()).unwrap();
        let inserted = read(json!({ "NewImage": image() }));
        assert!(inserted.old.is_none());
        assert_eq!(inserted.new.unwrap().get("version"), Some(&AttributeValue::N("1".to_owned())));
        let removed = read(json!({ "OldImage": image() }));
        assert!(removed.old.is_some() && removed.new.is_none());
    }

    #[tokio::test]
    async fn a_batch_that_went_through_reports_an_empty_list() {
        let answer = relayed(json!([record("1", &json!({ "NewImage": image() }))])).await;
        assert_eq!(answer, Ok(json!({"batchItemFailures": []})));
    }

    #[tokio::test]
    async fn a_relay_that_stopped_reports_where() {
        let answer = relayed(json!([
            record("1", &json!({ "NewImage": image() })),
            record("2", &json!({ "OldImage": image() })),
            record("3", &json!({ "NewImage": image() })),
        ]));
        assert_eq!(answer.await, Ok(json!({"batchItemFailures": [{"itemIdentifier": "2"}]})));
    }

    #[tokio::test]
    async fn a_record_that_cannot_be_read_stops_only_what_comes_after_it() {
        let answer = relayed(json!([
            record("1", &json!({ "NewImage": image() })),
            record("2", &json!({ "NewImage": {"id": {"Q": 1}} })),
            record("3", &json!({ "OldImage": image() })),
        ]));
        assert_eq!(answer.await, Ok(json!({"batchItemFailures": [{"itemIdentifier": "2"}]})));
    }

    #[tokio::test]
    async fn a_record_without_a_number_fails_the_batch() {
        assert!(relayed(json!([{"dynamodb": {}}])).await.is_err());
    }
}
