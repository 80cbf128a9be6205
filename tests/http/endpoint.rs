use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket};

/// An address at which nobody listens, and nobody will while this lives.
pub(crate) struct Closed {
    pub(crate) address: String,
    _bound: TcpSocket,
}

impl Closed {
    pub(crate) fn new() -> Self {
        let bound = TcpSocket::new_v4().unwrap();
        bound.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        Self { address: format!("http://{}", bound.local_addr().unwrap()), _bound: bound }
    }
}

/// Stands between a function and its tables, and notes what is asked of them. A write about what it loses answers about
/// is made, and its answer is lost.
pub(crate) struct Line {
    pub(crate) address: String,
    lost: Arc<Mutex<Option<&'static str>>>,
    asked: Arc<Mutex<BTreeSet<String>>>,
}

#[derive(Clone)]
struct Wire {
    tables: String,
    http: reqwest::Client,
    lost: Arc<Mutex<Option<&'static str>>>,
    asked: Arc<Mutex<BTreeSet<String>>>,
}

impl Line {
    pub(crate) async fn to(tables: &str) -> Self {
        let (lost, asked) = (Arc::default(), Arc::default());
        let wire = Wire {
            tables: tables.to_owned(),
            http: reqwest::Client::new(),
            lost: Arc::clone(&lost),
            asked: Arc::clone(&asked),
        };
        let address = serve(Router::new().fallback(pass_on).with_state(wire)).await;
        Self { address, lost, asked }
    }

    /// What was asked so far: actions as IAM calls them, each with its table or index.
    pub(crate) fn asked(&self) -> BTreeSet<String> {
        self.asked.lock().unwrap().clone()
    }

    /// From now on answers to writes are lost in which this text stands.
    pub(crate) fn lose_answers_about(&self, text: &'static str) {
        *self.lost.lock().unwrap() = Some(text);
    }

    pub(crate) fn lose_no_answers(&self) {
        *self.lost.lock().unwrap() = None;
    }
}

impl Wire {
    fn loses(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let is_write = ["PutItem", "UpdateItem", "TransactWriteItems"].contains(&call(headers).as_str());
        let lost = *self.lost.lock().unwrap();
        is_write && lost.is_some_and(|text| String::from_utf8_lossy(body).contains(text))
    }
}

async fn pass_on(State(wire): State<Wire>, headers: HeaderMap, body: Bytes) -> (StatusCode, Bytes) {
    wire.asked.lock().unwrap().extend(actions(&call(&headers), &serde_json::from_slice(&body).unwrap()));
    let is_lost = wire.loses(&headers, &body);
    let answer = wire.http.post(&wire.tables).headers(headers).body(body).send().await.unwrap();
    let (status, answer) = (answer.status(), answer.bytes().await.unwrap());
    if is_lost {
        return (
            StatusCode::INTERNAL_SERVER_ERROR,
            Bytes::from_static(b"{\"__type\":\"InternalServerError\"}"),
        );
    }
    (status, answer)
}

/// What one call needs to be allowed. A transaction is allowed by its parts.
fn actions(call: &str, body: &Value) -> Vec<String> {
    let table = |part: &Value| part["TableName"].as_str().unwrap_or_default().to_owned();
    match (call, body["IndexName"].as_str()) {
        ("BatchGetItem", _) => {
            let tables = body["RequestItems"].as_object().unwrap().keys();
            tables.map(|table| format!("{call} {table}")).collect()
        }
        ("TransactWriteItems", _) => {
            let writes = body["TransactItems"].as_array().unwrap().iter();
            let parts = writes.flat_map(|write| write.as_object().unwrap());
            parts.map(|(kind, part)| format!("{kind}Item {}", table(part))).collect()
        }
        (_, Some(index)) => vec![format!("{call} {}/index/{index}", table(body))],
        (_, None) => vec![format!("{call} {}", table(body))],
    }
}

/// Stands before a server and notes each call: of AWS its name, of others its method and path.
pub(crate) struct Counter {
    pub(crate) address: String,
    calls: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
struct Behind {
    server: String,
    http: reqwest::Client,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Counter {
    pub(crate) async fn before(server: &str) -> Self {
        let calls = Arc::default();
        let behind =
            Behind { server: server.to_owned(), http: reqwest::Client::new(), calls: Arc::clone(&calls) };
        let address = serve(Router::new().fallback(count).with_state(behind)).await;
        Self { address, calls }
    }

    /// The calls so far, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }
}

async fn count(
    State(behind): State<Behind>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, Bytes) {
    let is_aws = headers.contains_key("x-amz-target");
    let name = if is_aws { call(&headers) } else { format!("{method} {}", uri.path()) };
    behind.calls.lock().unwrap().push(name);
    let request = behind.http.request(method, format!("{}{uri}", behind.server)).headers(headers);
    let answer = request.body(body).send().await.unwrap();
    (answer.status(), answer.bytes().await.unwrap())
}

/// What the payment gateway signs its webhooks with.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_local";
/// What functions prove to the gateways with.
pub(crate) const STRIPE_SECRET: &str = "sk_test_local";
pub(crate) const PAYPAL_SECRET: &str = "paypal_secret_local";
pub(crate) const ADYEN_SECRET: &str = "AQE_local";
pub(crate) const ADYEN_REPORTS_PASSWORD: &str = "adyen_reports_local";
/// What Adyen signs with, in hexadecimal.
pub(crate) const ADYEN_HMAC_KEY: &str = "0A0B0C0D0E0F1011";

/// Queues and secrets that note what they are asked, and agree.
#[derive(Clone)]
pub(crate) struct Notes {
    pub(crate) address: String,
    messages: Arc<Mutex<Vec<Message>>>,
}

/// A message that was sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) queue: String,
    pub(crate) body: Value,
}

impl Notes {
    pub(crate) async fn start() -> Self {
        let messages = Arc::default();
        let router = Router::new().fallback(agree).with_state(Arc::clone(&messages));
        Self { address: serve(router).await, messages }
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        self.messages.lock().unwrap().clone()
    }
}

async fn agree(State(messages): State<Arc<Mutex<Vec<Message>>>>, headers: HeaderMap, body: Bytes) -> String {
    let asked: Value = serde_json::from_slice(&body).unwrap();
    let answer = match call(&headers).as_str() {
        "GetSecretValue" => {
            let name = asked["SecretId"].as_str().unwrap();
            let credentials = json!({ "client_id": "local", "client_secret": PAYPAL_SECRET }).to_string();
            let report_user =
                json!({ "username": "report@Company.Local", "password": ADYEN_REPORTS_PASSWORD }).to_string();
            let secret = match name.contains("Webhook") {
                true if name.contains("Adyen") => ADYEN_HMAC_KEY,
                true => WEBHOOK_SECRET,
                false if name.contains("PayPal") => &credentials,
                false if name.contains("AdyenReports") => &report_user,
                false if name.contains("Adyen") => ADYEN_SECRET,
                false => STRIPE_SECRET,
            };
            json!({ "Name": asked["SecretId"], "SecretString": secret })
        }
        "SendMessageBatch" => {
            let entries = asked["Entries"].as_array().unwrap();
            messages.lock().unwrap().extend(entries.iter().map(|entry| Message {
                queue: asked["QueueUrl"].as_str().unwrap().rsplit('/').next().unwrap().to_owned(),
                body: serde_json::from_str(entry["MessageBody"].as_str().unwrap()).unwrap(),
            }));
            let taken =
                |entry: &Value| json!({ "Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "" });
            json!({ "Successful": entries.iter().map(taken).collect::<Vec<_>>(), "Failed": [] })
        }
        other => panic!("nobody should call {other}"),
    };
    answer.to_string()
}

/// The name of a call, as in `DynamoDB_20120810.GetItem`.
fn call(headers: &HeaderMap) -> String {
    let target = headers["x-amz-target"].to_str().unwrap();
    target.rsplit('.').next().unwrap().to_owned()
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}
