use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use axum::body::Bytes;
use domain::Timestamp;

use super::attributes::attributes_digest;
use super::{Attributes, NewMessage, Refusal, Store, digest, rules};
use crate::{amazon_json, aws};

/// What a queue's name is told by: the last part of its URL.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct QueueUrl(pub(super) String);

impl TryFrom<String> for QueueUrl {
    type Error = &'static str;

    fn try_from(url: String) -> Result<Self, Self::Error> {
        match url.rsplit('/').next() {
            Some(name) if !name.is_empty() => Ok(Self(name.to_owned())),
            _ => Err("QueueUrl names no queue"),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct SendMessage {
    queue_url: QueueUrl,
    message_body: String,
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: Attributes,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Batch<T> {
    queue_url: QueueUrl,
    #[serde(default = "Vec::new")]
    entries: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct SendEntry {
    id: String,
    message_body: String,
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: Attributes,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteMessage {
    queue_url: QueueUrl,
    receipt_handle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteEntry {
    id: String,
    receipt_handle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ChangeMessageVisibility {
    queue_url: QueueUrl,
    receipt_handle: String,
    visibility_timeout: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetQueueUrl {
    queue_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetQueueAttributes {
    queue_url: QueueUrl,
    #[serde(default)]
    attribute_names: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FailedEntry {
    id: String,
    sender_fault: bool,
    code: &'static str,
    message: String,
}

pub(super) fn input<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    amazon_json::input(body).map_err(Refusal::unsupported)
}

/// Answers every call that does not wait.
pub(super) fn answer(
    store: &Store,
    address: &str,
    call: &str,
    body: &Bytes,
    now: Timestamp,
) -> Result<Value, Refusal> {
    match call {
        "SendMessage" => send(store, input(body)?, now),
        "SendMessageBatch" => send_batch(store, input(body)?, now),
        "DeleteMessage" => {
            let DeleteMessage { queue_url, receipt_handle } = input(body)?;
            store.delete(&queue_url.0, &receipt_handle).map(|()| json!({}))
        }
        "DeleteMessageBatch" => delete_batch(store, input(body)?),
        "ChangeMessageVisibility" => {
            let change: ChangeMessageVisibility = input(body)?;
            let visibility = rules::visibility(change.visibility_timeout)?;
            store
                .change_visibility(&change.queue_url.0, &change.receipt_handle, visibility, now)
                .map(|()| json!({}))
        }
        "GetQueueUrl" => {
            let GetQueueUrl { queue_name } = input(body)?;
            store.rules(&queue_name)?;
            Ok(json!({ "QueueUrl": format!("{address}/{}/{queue_name}", aws::ACCOUNT) }))
        }
        "GetQueueAttributes" => queue_attributes(store, &input(body)?, now),
        _ => Err(Refusal::unsupported(format!("the local shop does not know the call {call}"))),
    }
}

fn send(store: &Store, call: SendMessage, now: Timestamp) -> Result<Value, Refusal> {
    let (message, _) = rules::message(call.message_body, call.delay_seconds, call.message_attributes)?;
    let ids = store.send(&call.queue_url.0, std::slice::from_ref(&message), now)?;
    Ok(sent(&message, ids.first().map_or("", String::as_str)))
}

fn sent(message: &NewMessage, id: &str) -> Value {
    let mut answer = json!({ "MessageId": id, "MD5OfMessageBody": digest(message.body.as_bytes()) });
    if let (Some(digest), Some(answer)) = (attributes_digest(&message.attributes), answer.as_object_mut()) {
        answer.insert("MD5OfMessageAttributes".to_owned(), digest.into());
    }
    answer
}

fn send_batch(store: &Store, call: Batch<SendEntry>, now: Timestamp) -> Result<Value, Refusal> {
    store.rules(&call.queue_url.0)?;
    rules::batch(call.entries.iter().map(|entry| entry.id.as_str()))?;
    let (mut ids, mut messages, mut failed, mut bytes) = (vec![], vec![], vec![], 0);
    for entry in call.entries {
        match rules::message(entry.message_body, entry.delay_seconds, entry.message_attributes) {
            Ok((message, size)) => {
                bytes += size;
                ids.push(entry.id);
                messages.push(message);
            }
            Err(refusal) => failed.push(failure(entry.id, refusal)),
        }
    }
    rules::batch_size(bytes)?;
    let sent_ids = store.send(&call.queue_url.0, &messages, now)?;
    let successful: Vec<Value> = ids
        .iter()
        .zip(messages.iter().zip(&sent_ids))
        .map(|(id, (message, sent_id))| with_id(sent(message, sent_id), id))
        .collect();
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

fn with_id(mut value: Value, id: &str) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.insert("Id".to_owned(), id.into());
    }
    value
}

fn failure(id: String, refusal: Refusal) -> FailedEntry {
    FailedEntry { id, sender_fault: refusal.sender, code: refusal.code, message: refusal.message }
}

fn delete_batch(store: &Store, call: Batch<DeleteEntry>) -> Result<Value, Refusal> {
    store.rules(&call.queue_url.0)?;
    rules::batch(call.entries.iter().map(|entry| entry.id.as_str()))?;
    let (mut successful, mut failed) = (vec![], vec![]);
    for entry in call.entries {
        match store.delete(&call.queue_url.0, &entry.receipt_handle) {
            Ok(()) => successful.push(json!({ "Id": entry.id })),
            Err(refusal) => failed.push(failure(entry.id, refusal)),
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

fn queue_attributes(store: &Store, call: &GetQueueAttributes, now: Timestamp) -> Result<Value, Refusal> {
    let rules = store.rules(&call.queue_url.0)?;
    let counts = store.counts(&call.queue_url.0, now)?;
    let mut known = vec![
        ("QueueArn", aws::queue_arn(&rules.name)),
        ("VisibilityTimeout", rules.visibility_timeout.as_secs().to_string()),
        ("MessageRetentionPeriod", rules.retention.as_secs().to_string()),
        ("DelaySeconds", rules.delay.as_secs().to_string()),
        ("ReceiveMessageWaitTimeSeconds", rules.receive_wait.as_secs().to_string()),
        ("ApproximateNumberOfMessages", counts.visible.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string()),
        ("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string()),
    ];
    if let Some(dead_letters) = &rules.dead_letters {
        let target = aws::queue_arn(&dead_letters.queue);
        let policy = json!({ "deadLetterTargetArn": target, "maxReceiveCount": dead_letters.after_receives });
        known.push(("RedrivePolicy", policy.to_string()));
    }
    let all = call.attribute_names.iter().any(|name| name == "All");
    let is_known = |name: &String| {
        name == "All" || name == "RedrivePolicy" || known.iter().any(|(known, _)| known == name)
    };
    if let Some(unknown) = call.attribute_names.iter().find(|name| !is_known(name)) {
        return Err(Refusal::attribute_name(unknown));
    }
    let attributes: Map<String, Value> = known
        .into_iter()
        .filter(|(name, _)| all || call.attribute_names.iter().any(|wanted| wanted == name))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    Ok(json!({ "Attributes": attributes }))
}
