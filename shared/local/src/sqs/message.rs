use std::time::Duration;

use domain::Timestamp;
use serde_json::{Map, Value, json};

use super::attributes::attributes_digest;
use super::{Attributes, digest};
use crate::aws;

/// A message to be stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewMessage {
    /// Its text.
    pub body: String,
    /// How long it stays hidden at first, where it says so itself.
    pub delay: Option<Duration>,
    /// Its own attributes.
    pub attributes: Attributes,
}

/// A message as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id, the same at each receive.
    pub id: String,
    /// What this receive is known by, to delete the message or to change its visibility.
    pub receipt: String,
    /// Its text.
    pub body: String,
    /// Its own attributes.
    pub attributes: Attributes,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// How often it has been received, this time included.
    pub receives: u32,
    /// When it was received first.
    pub first_received_at: Timestamp,
    /// The queue that gave it up, where this one holds its dead letters.
    pub came_from: Option<String>,
}

/// A received message, with the system attributes that were asked for.
pub(super) fn received(message: &Message, wanted: &[String], wanted_attributes: &[String]) -> Value {
    let all = wanted.iter().any(|name| name == "All");
    let attributes: Map<String, Value> = system_attributes(message)
        .into_iter()
        .filter(|(name, _)| all || wanted.iter().any(|wanted| wanted == name))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let own: Attributes = message
        .attributes
        .iter()
        .filter(|(name, _)| wanted_attributes.iter().any(|wanted| is_wanted(wanted, name)))
        .map(|(name, attribute)| (name.clone(), attribute.clone()))
        .collect();
    let mut answer = json!({
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "MD5OfBody": digest(message.body.as_bytes()),
        "Body": message.body,
    });
    if let Some(answer) = answer.as_object_mut() {
        if !attributes.is_empty() {
            answer.insert("Attributes".to_owned(), attributes.into());
        }
        if let Some(digest) = attributes_digest(&own) {
            answer.insert("MD5OfMessageAttributes".to_owned(), digest.into());
            answer.insert("MessageAttributes".to_owned(), json!(own));
        }
    }
    answer
}

/// `All`, a whole name, or a prefix such as `trace.*`.
fn is_wanted(wanted: &str, name: &str) -> bool {
    wanted == "All"
        || wanted == name
        || wanted.strip_suffix(".*").is_some_and(|prefix| name.starts_with(prefix))
}

/// What SQS itself says about a message.
pub(crate) fn system_attributes(message: &Message) -> Vec<(&'static str, String)> {
    let mut attributes = vec![
        ("ApproximateReceiveCount", message.receives.to_string()),
        ("SentTimestamp", message.sent_at.as_millis().to_string()),
        ("SenderId", aws::ACCOUNT.to_owned()),
        ("ApproximateFirstReceiveTimestamp", message.first_received_at.as_millis().to_string()),
    ];
    if let Some(queue) = &message.came_from {
        attributes.push(("DeadLetterQueueSourceArn", aws::queue_arn(queue)));
    }
    attributes
}
