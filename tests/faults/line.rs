use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{
    AsyncSleep, BehaviorVersion, Config, Credentials, Region, Sleep, StalledStreamProtectionConfig,
};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::case::Case;
use crate::fault::{Fault, TRANSACTION};

/// The SDK's way to a store in this process. Every call is counted, and some go wrong.
#[derive(Clone)]
pub(crate) struct Line(Arc<Inner>);

struct Inner {
    store: Database,
    case: Case,
    is_traced: bool,
    traffic: Mutex<Traffic>,
}

#[derive(Default)]
struct Traffic {
    operations: Vec<String>,
    has_begun: bool,
}

impl Line {
    pub(crate) fn new(store: Database, case: Case, is_traced: bool) -> Self {
        Self(Arc::new(Inner { store, case, is_traced, traffic: Mutex::default() }))
    }

    /// The client that the adapters get.
    pub(crate) fn client(&self) -> Client {
        let retries = RetryConfig::standard().with_max_attempts(self.0.case.client.attempts());
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url("http://store.invalid")
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "faults"))
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(retries)
            .sleep_impl(NoWaiting)
            .http_client(self.clone())
            .build();
        Client::from_conf(config)
    }

    /// From here on calls are counted, and go wrong where the case says so.
    pub(crate) fn begin(&self) {
        self.traffic().has_begun = true;
    }

    /// From here on nothing is counted and nothing goes wrong.
    pub(crate) fn end(&self) {
        self.traffic().has_begun = false;
    }

    /// Every call that was counted.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.traffic().operations.clone()
    }

    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.0.traffic.lock().unwrap()
    }

    /// Counts a call, and tells what goes wrong with it.
    fn fault_at(&self, operation: &str) -> Option<Fault> {
        let mut traffic = self.traffic();
        if !traffic.has_begun {
            return None;
        }
        let number = traffic.operations.len();
        traffic.operations.push(operation.to_owned());
        let since = number.checked_sub(self.0.case.call);
        let fault = since.and_then(|since| self.0.case.faults.get(since)).copied();
        let fault = fault.filter(|fault| fault.concerns(operation));
        if self.0.is_traced {
            let fault = fault.map(|fault| fault.to_string()).unwrap_or_default();
            eprintln!("{number:>4} {operation:<20} {fault}");
        }
        fault
    }

    fn answer(&self, operation: &str, body: &[u8]) -> Result<HttpResponse, ConnectorError> {
        let execute = || execute(&self.0.store, operation, body);
        let Some(fault) = self.fault_at(operation) else { return Ok(execute()) };
        match fault {
            Fault::Refused => {
                Err(ConnectorError::io(std::io::Error::from(std::io::ErrorKind::ConnectionRefused).into()))
            }
            Fault::RequestLost => Err(ConnectorError::timeout("no answer in time".into())),
            Fault::AnswerLost => {
                let _nobody_hears = execute();
                Err(ConnectorError::timeout("no answer in time".into()))
            }
            Fault::Throttled => Ok(refusal(400, "ProvisionedThroughputExceededException", &json!({}))),
            Fault::Broken => Ok(refusal(500, "InternalServerError", &json!({}))),
            Fault::BrokenAfter => {
                let _nobody_hears = execute();
                Ok(refusal(500, "InternalServerError", &json!({})))
            }
            Fault::Conflict => Ok(conflict(operation, body)),
            Fault::InProgress => {
                let _nobody_hears = execute();
                Ok(refusal(400, "TransactionInProgressException", &json!({})))
            }
            Fault::Unprocessed => {
                let wanted: Value = serde_json::from_slice(body).unwrap();
                Ok(response(200, &json!({"Responses": {}, "UnprocessedKeys": wanted["RequestItems"]})))
            }
        }
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Line({})", self.0.case)
    }
}

impl HttpClient for Line {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Line {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let line = self.clone();
        HttpConnectorFuture::new(async move {
            // Whoever else is at the shop gets a turn at every call.
            tokio::task::yield_now().await;
            let target = request.headers().get("x-amz-target").unwrap_or_default();
            let operation = target.rsplit('.').next().unwrap_or_default();
            line.answer(operation, request.body().bytes().unwrap_or_default())
        })
    }
}

/// What the store makes of a request.
fn execute(store: &Database, operation: &str, body: &[u8]) -> HttpResponse {
    match operation {
        "BatchGetItem" => answered(body, |request| store.batch_get_item(request)),
        "GetItem" => answered(body, |request| store.get_item(request)),
        "PutItem" => answered(body, |request| store.put_item(request)),
        "Query" => answered(body, |request| store.query(request)),
        "Scan" => answered(body, |request| store.scan(request)),
        TRANSACTION => answered(body, |request| store.transact_write_items(request)),
        "UpdateItem" => answered(body, |request| store.update_item(request)),
        unknown => panic!("the adapters use no {unknown}"),
    }
}

fn answered<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    execute: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> HttpResponse {
    match execute(serde_json::from_slice(body).unwrap()) {
        Ok(answer) => response(200, &serde_json::to_value(answer).unwrap()),
        Err(error) => response(error.status_code(), &serde_json::from_str(&error.to_json()).unwrap()),
    }
}

/// What DynamoDB says when a write meets a transaction; in a transaction, of its last item.
fn conflict(operation: &str, body: &[u8]) -> HttpResponse {
    if operation != TRANSACTION {
        return refusal(400, "TransactionConflictException", &json!({}));
    }
    let request: Value = serde_json::from_slice(body).unwrap();
    let mut reasons = vec![json!({"Code": "None"}); request["TransactItems"].as_array().unwrap().len()];
    *reasons.last_mut().unwrap() =
        json!({"Code": "TransactionConflict", "Message": "Transaction is ongoing"});
    refusal(400, "TransactionCanceledException", &json!({"CancellationReasons": reasons}))
}

fn refusal(status: u16, code: &str, more: &Value) -> HttpResponse {
    let mut body = more.clone();
    body["__type"] = json!(format!("com.amazonaws.dynamodb.v20120810#{code}"));
    body["message"] = json!("injected");
    response(status, &body)
}

fn response(status: u16, body: &Value) -> HttpResponse {
    HttpResponse::new(status.try_into().unwrap(), body.to_string().into())
}

/// The SDK's pauses between its attempts, without their waiting.
#[derive(Debug)]
struct NoWaiting;

impl AsyncSleep for NoWaiting {
    fn sleep(&self, _: Duration) -> Sleep {
        Sleep::new(tokio::task::yield_now())
    }
}
