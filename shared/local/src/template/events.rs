use serde::Deserialize;
use serde_json::Value;

use super::TemplateError;
use super::section::Section;

/// A route of the HTTP API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method, or `ANY`.
    pub method: String,
    /// The path as the template writes it, such as `/orders/{order_id}`.
    pub path: String,
}

/// A queue whose messages a function gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueEvent {
    /// The queue's name.
    pub queue: String,
    /// How many messages at most come in one event.
    pub batch_size: usize,
    /// How long an event may wait to fill up.
    pub batching_window_seconds: u64,
    /// Whether the function names the messages that failed, instead of failing all.
    pub reports_failures: bool,
    /// How many events may be in work at once.
    pub concurrency: usize,
}

/// A table whose changes a function gets, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamEvent {
    /// The table's name.
    pub table: String,
    /// How many changes at most come in one event.
    pub batch_size: usize,
    /// Whether a failed batch is cut in half to find its poison.
    pub bisects: bool,
    /// How often a failed batch is tried again; without a number, until it passes.
    pub retries: Option<u32>,
    /// Whether the function names the first change that failed, instead of failing all.
    pub reports_failures: bool,
    /// The queue that hears of changes that were given up.
    pub on_failure: Option<String>,
}

/// A clock that calls a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleEvent {
    /// The event's name in the template.
    pub name: String,
    /// The pause between two calls.
    pub every_seconds: u64,
    /// The event to send, where the template gives one.
    pub input: Option<String>,
    /// Whether EventBridge Scheduler sends it, and not an EventBridge rule.
    pub from_scheduler: bool,
}

/// What calls a function.
pub(super) enum Event {
    Route(Route),
    Queue(QueueEvent),
    Stream(StreamEvent),
    Schedule(ScheduleEvent),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct HttpApi {
    method: String,
    path: String,
    payload_format_version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Sqs {
    queue: String,
    batch_size: Option<usize>,
    maximum_batching_window_in_seconds: Option<u64>,
    #[serde(default)]
    function_response_types: Vec<ResponseType>,
    scaling_config: Option<Scaling>,
}

#[derive(Deserialize)]
enum ResponseType {
    ReportBatchItemFailures,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Scaling {
    maximum_concurrency: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DynamoDb {
    stream: String,
    starting_position: StartingPosition,
    batch_size: Option<usize>,
    #[serde(default)]
    bisect_batch_on_function_error: bool,
    maximum_retry_attempts: Option<i64>,
    #[serde(default)]
    function_response_types: Vec<ResponseType>,
    destination_config: Option<DestinationConfig>,
}

/// Only the whole stream: a relay that starts at the latest record would lose what came before it.
#[derive(Deserialize)]
enum StartingPosition {
    #[serde(rename = "TRIM_HORIZON")]
    TrimHorizon,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DestinationConfig {
    on_failure: OnFailure,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct OnFailure {
    destination: String,
    r#type: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Schedule {
    #[serde(rename = "Schedule", alias = "ScheduleExpression")]
    expression: String,
    #[serde(rename = "Input")]
    input: Option<String>,
}

/// The local shop never falls a day behind; it may be stopped for longer and then goes on from its checkpoint, so a
/// record's age says nothing. One shard in order is a stronger promise than any parallelization.
const CLOUD_ONLY_STREAM: [&str; 2] = ["MaximumRecordAgeInSeconds", "ParallelizationFactor"];

pub(super) fn read(name: &str, kind: &str, properties: &Section<'_>) -> Result<Event, TemplateError> {
    match kind {
        "HttpApi" => {
            let event: HttpApi = properties.read(&["ApiId", "RouteSettings"])?;
            if event.payload_format_version.is_some_and(|version| version != "2.0") {
                return Err(properties.error("only payload format 2.0 is served"));
            }
            Ok(Event::Route(Route { method: event.method.to_ascii_uppercase(), path: event.path }))
        }
        "SQS" => {
            let event: Sqs = properties.read(&[])?;
            Ok(Event::Queue(QueueEvent {
                queue: last_part(&event.queue, ':'),
                batch_size: event.batch_size.unwrap_or(10),
                batching_window_seconds: event.maximum_batching_window_in_seconds.unwrap_or(0),
                reports_failures: reports_failures(&event.function_response_types),
                concurrency: event.scaling_config.map_or(10, |scaling| scaling.maximum_concurrency),
            }))
        }
        "DynamoDB" => stream(properties).map(Event::Stream),
        "Schedule" | "ScheduleV2" => {
            let event: Schedule = properties.read(&["Description", "Name", "FlexibleTimeWindow"])?;
            let every_seconds = rate(&event.expression).ok_or_else(|| {
                properties.error(format!("only rate(…) schedules run here, not {}", event.expression))
            })?;
            let from_scheduler = kind == "ScheduleV2";
            Ok(Event::Schedule(ScheduleEvent {
                name: name.to_owned(),
                every_seconds,
                input: event.input,
                from_scheduler,
            }))
        }
        _ => Err(properties.error(format!("the local shop does not know events of type {kind}"))),
    }
}

fn stream(properties: &Section<'_>) -> Result<StreamEvent, TemplateError> {
    let event: DynamoDb = properties.read(&CLOUD_ONLY_STREAM)?;
    let StartingPosition::TrimHorizon = event.starting_position;
    let on_failure = event.destination_config.map(|destination| destination.on_failure);
    if on_failure.as_ref().is_some_and(|to| to.r#type.as_deref().is_some_and(|kind| kind != "SQS")) {
        return Err(properties.error("only a queue can hear of failures"));
    }
    // arn:aws:dynamodb:region:account:table/NAME/stream/LABEL
    let table =
        event.stream.split('/').nth(1).ok_or_else(|| properties.error("Stream is no stream's ARN"))?;
    let retries = match event.maximum_retry_attempts {
        None | Some(-1) => None,
        Some(number) => Some(
            u32::try_from(number).map_err(|_| properties.error("MaximumRetryAttempts is out of range"))?,
        ),
    };
    Ok(StreamEvent {
        table: table.to_owned(),
        batch_size: event.batch_size.unwrap_or(100),
        bisects: event.bisect_batch_on_function_error,
        retries,
        reports_failures: reports_failures(&event.function_response_types),
        on_failure: on_failure.map(|to| last_part(&to.destination, ':')),
    })
}

fn reports_failures(types: &[ResponseType]) -> bool {
    types.iter().any(|kind| matches!(kind, ResponseType::ReportBatchItemFailures))
}

pub(super) fn last_part(text: &str, separator: char) -> String {
    text.rsplit(separator).next().unwrap_or(text).to_owned()
}

/// The seconds of `rate(5 minutes)`.
fn rate(expression: &str) -> Option<u64> {
    let inner = expression.strip_prefix("rate(")?.strip_suffix(')')?;
    let (number, unit) = inner.split_once(' ')?;
    let unit = match unit {
        "minute" | "minutes" => 60,
        "hour" | "hours" => 60 * 60,
        "day" | "days" => 24 * 60 * 60,
        _ => return None,
    };
    number.parse::<u64>().ok().filter(|number| *number > 0)?.checked_mul(unit)
}

/// A function's `Events`: each has a type and its properties.
pub(super) fn kind_of<'a>(
    event: &'a Value,
    section: &Section<'_>,
) -> Result<(&'a str, &'a Value), TemplateError> {
    let kind =
        event.get("Type").and_then(Value::as_str).ok_or_else(|| section.error("an event has no Type"))?;
    Ok((kind, event.get("Properties").unwrap_or(&Value::Null)))
}
