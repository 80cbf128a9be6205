use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
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

/// Stands between a function and its tables. While it loses answers, every write is made and its answer is lost.
pub(crate) struct Line {
    pub(crate) address: String,
    loses_answers: Arc<AtomicBool>,
}

#[derive(Clone)]
struct Wire {
    tables: String,
    http: reqwest::Client,
    loses_answers: Arc<AtomicBool>,
}

impl Line {
    pub(crate) async fn to(tables: &str) -> Self {
        let loses_answers = Arc::new(AtomicBool::new(false));
        let wire = Wire {
            tables: tables.to_owned(),
            http: reqwest::Client::new(),
            loses_answers: Arc::clone(&loses_answers),
        };
        let address = serve(Router::new().fallback(pass_on).with_state(wire)).await;
        Self { address, loses_answers }
    }

    pub(crate) fn lose_answers(&self, loses: bool) {
        self.loses_answers.store(loses, Ordering::SeqCst);
    }
}

async fn pass_on(State(wire): State<Wire>, headers: HeaderMap, body: Bytes) -> (StatusCode, Bytes) {
    let is_write = ["PutItem", "UpdateItem", "TransactWriteItems"].contains(&call(&headers).as_str());
    let answer = wire.http.post(&wire.tables).headers(headers).body(body).send().await.unwrap();
    let (status, answer) = (answer.status(), answer.bytes().await.unwrap());
    if is_write && wire.loses_answers.load(Ordering::SeqCst) {
        return (
            StatusCode::INTERNAL_SERVER_ERROR,
            Bytes::from_static(b"{\"__type\":\"InternalServerError\"}"),
        );
    }
    (status, answer)
}

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
        "GetSecretValue" => json!({ "Name": asked["SecretId"], "SecretString": "sk_test_local" }),
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
