//! Whatever arrives as an event is judged or refused, and breaks nothing.

use std::sync::Arc;

use application::Failure;
use async_trait::async_trait;
use proptest::prelude::*;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::batch::{Retry, Worker, worker};
use crate::stream::{Change, Relay, Stopped, relay};
use crate::{Function, Invocation};

struct Nothing;

#[async_trait]
impl Worker for Nothing {
    type Message = std::collections::BTreeMap<String, String>;

    async fn work(&self, _: Self::Message, _: &Invocation) -> Result<(), Retry> {
        Ok(())
    }
}

#[async_trait]
impl Relay for Nothing {
    async fn relay(&self, changes: &[Change]) -> Result<(), Stopped> {
        match changes.iter().find(|change| change.new.is_none()) {
            Some(change) => {
                Err(Stopped { at: change.sequence_number.clone(), failure: Failure::Unavailable })
            }
            None => Ok(()),
        }
    }
}

/// JSON of any shape, with the names that events have among its own.
fn any_json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        "[a-zA-Z]{0,8}",
        prop::sample::select(vec![
            "Records",
            "body",
            "messageId",
            "dynamodb",
            "NewImage",
            "Keys",
            "SequenceNumber",
            "S",
            "N",
            "M"
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from)
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..5).prop_map(|fields| json!(fields)),
        ]
    })
}

/// Refused as a whole, or answered with the list of what failed.
fn judge(function: &Arc<dyn Function>, event: &Value) -> Option<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let invocation = Invocation { request_id: "r-1".to_owned(), deadline: domain::Timestamp::from_millis(0) };
    let answer = runtime.block_on(function.invoke(&to_raw_value(event).unwrap(), invocation));
    answer.ok().map(|answer| serde_json::from_str(answer.get()).unwrap())
}

proptest! {
    #[test]
    fn any_event_of_a_queue_is_judged_message_by_message_or_refused(bodies in prop::collection::vec(any_json(), 0..4), noise in any_json()) {
        let records: Vec<Value> = bodies
            .iter()
            .enumerate()
            .map(|(number, body)| json!({"messageId": number.to_string(), "body": body.to_string(), "attributes": {}, "messageAttributes": {}}))
            .collect();
        let answer = judge(&worker(Nothing), &json!({"Records": records})).unwrap();
        let failed = answer["batchItemFailures"].as_array().unwrap();
        for (number, body) in bodies.iter().enumerate() {
            let is_read = body.as_object().is_some_and(|fields| fields.values().all(Value::is_string));
            let id = json!(number.to_string());
            let is_failed = failed.iter().any(|item| item["itemIdentifier"] == id);
            prop_assert_eq!(is_read, !is_failed, "{}", body);
        }
        for event in [noise.clone(), json!({"Records": [noise]})] {
            let answer = judge(&worker(Nothing), &event);
            prop_assert!(answer.is_none_or(|answer| answer["batchItemFailures"].is_array()));
        }
    }

    #[test]
    fn any_event_of_a_stream_is_relayed_up_to_a_place_or_refused(image in any_json(), noise in any_json()) {
        let record = json!({
            "eventID": "1", "eventName": "INSERT", "awsRegion": "eu-central-1",
            "dynamodb": {"SequenceNumber": "7", "NewImage": image, "SizeBytes": 1},
        });
        for event in [noise.clone(), json!({"Records": [noise]}), json!({"Records": [record]})] {
            let answer = judge(&relay(Nothing), &event);
            prop_assert!(answer.is_none_or(|answer| answer["batchItemFailures"].is_array()));
        }
    }
}
