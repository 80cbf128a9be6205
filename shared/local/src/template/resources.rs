use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::TemplateError;
use super::events::last_part;
use super::section::Section;

/// A table, in the words of DynamoDB's CreateTable.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The whole CreateTable request.
    pub definition: Value,
    /// Whether its changes can be followed.
    pub has_stream: bool,
}

/// A queue and its rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// How long a received message stays hidden.
    pub visibility_timeout: Duration,
    /// How long a message is kept at all.
    pub retention: Duration,
    /// How long a message is hidden at first, unless it says so itself.
    pub delay: Duration,
    /// How long a receive waits for a message, unless it says so itself.
    pub receive_wait: Duration,
    /// Where messages go that nobody could process.
    pub dead_letters: Option<DeadLetters>,
}

/// A queue's redrive policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetters {
    /// The queue that gets them.
    pub queue: String,
    /// After how many receives.
    pub after_receives: u32,
}

/// A secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its name.
    pub name: String,
    /// Its first value, where the template gives one; otherwise a person fills it.
    pub value: Option<String>,
}

/// What browsers of other origins may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Cors {
    /// Whose pages may call.
    pub allow_origins: Vec<String>,
    /// With which methods.
    pub allow_methods: Vec<String>,
    /// With which headers.
    pub allow_headers: Vec<String>,
    /// Which headers of the answer they may read.
    pub expose_headers: Vec<String>,
    /// For how many seconds they may remember this.
    pub max_age: Option<u32>,
    /// Whether cookies may come along.
    pub allow_credentials: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct HttpApi {
    stage_name: Option<String>,
    cors_configuration: Option<Cors>,
}

pub(super) fn http_api(section: &Section<'_>) -> Result<Option<Cors>, TemplateError> {
    let cloud_only = [
        "AccessLogSettings",
        "DefaultRouteSettings",
        "Description",
        "FailOnWarnings",
        "Name",
        "RouteSettings",
        "Tags",
    ];
    let api: HttpApi = section.read(&cloud_only)?;
    if api.stage_name.is_some_and(|stage| stage != "$default") {
        return Err(section.error("only the stage $default is served"));
    }
    Ok(api.cors_configuration)
}

const TABLE_KEYS: [&str; 6] = [
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "StreamSpecification",
    "TableName",
];

pub(super) fn table(id: &str, section: &Section<'_>) -> Result<Table, TemplateError> {
    let cloud_only = [
        "ContributorInsightsSpecification",
        "DeletionProtectionEnabled",
        "OnDemandThroughput",
        "PointInTimeRecoverySpecification",
        "SSESpecification",
        "TableClass",
        "Tags",
        "WarmThroughput",
    ];
    let mut definition: Map<String, Value> = section.read(&cloud_only)?;
    if let Some(key) = definition.keys().find(|key| !TABLE_KEYS.contains(&key.as_str())) {
        return Err(section.error(format!("the local shop does not understand {key}")));
    }
    let name = definition.get("TableName").and_then(Value::as_str).unwrap_or(id).to_owned();
    definition.insert("TableName".to_owned(), Value::String(name.clone()));
    let stream = definition.get_mut("StreamSpecification").and_then(Value::as_object_mut);
    let has_stream = stream.is_some();
    if let Some(stream) = stream {
        // CloudFormation leaves out what CreateTable must be told.
        stream.insert("StreamEnabled".to_owned(), Value::Bool(true));
    }
    Ok(Table { name, definition: Value::Object(definition), has_stream })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct QueueProperties {
    queue_name: Option<String>,
    visibility_timeout: Option<u64>,
    message_retention_period: Option<u64>,
    delay_seconds: Option<u64>,
    receive_message_wait_time_seconds: Option<u64>,
    redrive_policy: Option<RedrivePolicy>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RedrivePolicy {
    dead_letter_target_arn: String,
    max_receive_count: u32,
}

pub(super) fn queue(id: &str, section: &Section<'_>) -> Result<Queue, TemplateError> {
    let cloud_only = [
        "KmsDataKeyReusePeriodSeconds",
        "KmsMasterKeyId",
        "RedriveAllowPolicy",
        "SqsManagedSseEnabled",
        "Tags",
    ];
    let queue: QueueProperties = section.read(&cloud_only)?;
    Ok(Queue {
        name: queue.queue_name.unwrap_or_else(|| id.to_owned()),
        visibility_timeout: Duration::from_secs(queue.visibility_timeout.unwrap_or(30)),
        retention: Duration::from_secs(queue.message_retention_period.unwrap_or(4 * 24 * 60 * 60)),
        delay: Duration::from_secs(queue.delay_seconds.unwrap_or(0)),
        receive_wait: Duration::from_secs(queue.receive_message_wait_time_seconds.unwrap_or(0)),
        dead_letters: queue.redrive_policy.map(|policy| DeadLetters {
            queue: last_part(&policy.dead_letter_target_arn, ':'),
            after_receives: policy.max_receive_count,
        }),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct SecretProperties {
    name: Option<String>,
    secret_string: Option<String>,
}

pub(super) fn secret(id: &str, section: &Section<'_>) -> Result<Secret, TemplateError> {
    let secret: SecretProperties = section.read(&["Description", "KmsKeyId", "Tags"])?;
    Ok(Secret { name: secret.name.unwrap_or_else(|| id.to_owned()), value: secret.secret_string })
}
