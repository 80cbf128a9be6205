use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::events::{self, Event, last_part};
use super::intrinsics::{Scope, text};
use super::section::Section;
use super::{QueueEvent, Route, ScheduleEvent, StreamEvent, TemplateError};

/// One function and everything that calls it.
#[derive(Clone, Debug)]
pub struct Function {
    /// The name of its folder, which is also its package's.
    pub name: String,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// Its memory in MiB, as it is told.
    pub memory: u32,
    /// Its variables, in local names and addresses.
    pub environment: BTreeMap<String, String>,
    /// How often a schedule's failed invocation is tried again.
    pub asynchronous_retries: u32,
    /// Its routes.
    pub routes: Vec<Route>,
    /// Its queues.
    pub queues: Vec<QueueEvent>,
    /// Its streams.
    pub streams: Vec<StreamEvent>,
    /// Its schedules.
    pub schedules: Vec<ScheduleEvent>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Properties {
    code_uri: String,
    #[serde(default = "three_seconds")]
    timeout: u64,
    #[serde(default = "smallest_memory")]
    memory_size: u32,
    #[serde(default)]
    environment: Environment,
    #[serde(default)]
    event_invoke_config: EventInvokeConfig,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Environment {
    #[serde(default)]
    variables: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct EventInvokeConfig {
    maximum_retry_attempts: u32,
}

impl Default for EventInvokeConfig {
    /// What Lambda does when it is told nothing.
    fn default() -> Self {
        Self { maximum_retry_attempts: 2 }
    }
}

fn three_seconds() -> u64 {
    3
}

fn smallest_memory() -> u32 {
    128
}

/// How a function is built, permitted, deployed and logged in the cloud. Its events are read apart.
const CLOUD_ONLY: [&str; 14] = [
    "Architectures",
    "AutoPublishAlias",
    "DeploymentPreference",
    "Description",
    "Events",
    "FunctionName",
    "Handler",
    "LoggingConfig",
    "PackageType",
    "Policies",
    "Role",
    "Runtime",
    "Tags",
    "Tracing",
];

/// What the template says about every function.
pub(super) fn globals(document: &Value) -> Result<Map<String, Value>, TemplateError> {
    let globals = document.get("Globals").and_then(Value::as_object);
    if let Some(key) = globals.into_iter().flat_map(Map::keys).find(|key| *key != "Function") {
        return Err(TemplateError::new("Globals", format!("the local shop does not understand {key}")));
    }
    let function = globals.and_then(|globals| globals.get("Function")).and_then(Value::as_object);
    Ok(function.cloned().unwrap_or_default())
}

pub(super) fn read(
    id: &str,
    properties: &Value,
    globals: &Map<String, Value>,
    scope: &Scope<'_>,
) -> Result<Function, TemplateError> {
    let place = format!("resource {id}");
    let mut merged = Value::Object(globals.clone());
    merge(&mut merged, properties);
    let section = Section::of(place.clone(), &merged, scope);
    let read: Properties = section.read(&CLOUD_ONLY)?;
    let mut function = Function {
        name: last_part(read.code_uri.trim_end_matches('/'), '/'),
        timeout: Duration::from_secs(read.timeout),
        memory: read.memory_size,
        environment: read
            .environment
            .variables
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
        asynchronous_retries: read.event_invoke_config.maximum_retry_attempts,
        routes: vec![],
        queues: vec![],
        streams: vec![],
        schedules: vec![],
    };
    for (name, event) in merged.get("Events").and_then(Value::as_object).into_iter().flatten() {
        let (kind, properties) = events::kind_of(event, &section)?;
        let properties = Section::of(format!("{place}, event {name}"), properties, scope);
        match events::read(name, kind, &properties)? {
            Event::Route(route) => function.routes.push(route),
            Event::Queue(queue) => function.queues.push(queue),
            Event::Stream(stream) => function.streams.push(stream),
            Event::Schedule(schedule) => function.schedules.push(schedule),
        }
    }
    Ok(function)
}

/// Lays a function's properties over the global ones: mappings key by key, everything else as a whole.
fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                merge(base.entry(key).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over.clone(),
    }
}
