use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep_until};

use super::calls::{self, QueueUrl};
use super::{Refusal, Store, message, rules};
use crate::shop::Stop;
use crate::{amazon_json, clock};

const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

#[derive(Clone)]
struct Queues {
    store: Arc<Store>,
    address: Arc<str>,
    stop: Stop,
}

/// Serves the queues until told to stop.
///
/// # Errors
/// When the listener has no address.
pub async fn serve(listener: TcpListener, store: Arc<Store>, stop: Stop) -> std::io::Result<()> {
    let address = format!("http://{}", listener.local_addr()?).into();
    let router = Router::new()
        .fallback(handle)
        // The largest batch in base64, with room for its wrapping.
        .layer(DefaultBodyLimit::max(4 * 1024 * 1024))
        .with_state(Queues { store, address, stop: stop.clone() });
    axum::serve(listener, router).with_graceful_shutdown(stop.wait()).await
}

async fn handle(State(queues): State<Queues>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let answer = match amazon_json::call(&headers, "AmazonSQS") {
        Some("ReceiveMessage") => receive(&queues, &body).await,
        Some(call) => calls::answer(&queues.store, &queues.address, call, &body, clock::now()),
        None => Err(Refusal::unsupported("this is no call to AmazonSQS")),
    };
    match answer {
        Ok(body) => amazon_json::answer(StatusCode::OK, CONTENT_TYPE, &body),
        Err(refusal) => refused(&refusal),
    }
}

fn refused(refusal: &Refusal) -> Response<Body> {
    let (status, side) = match refusal.sender {
        true => (StatusCode::BAD_REQUEST, "Sender"),
        false => (StatusCode::INTERNAL_SERVER_ERROR, "Receiver"),
    };
    let body =
        json!({ "__type": format!("com.amazonaws.sqs#{}", refusal.shape), "message": refusal.message });
    let mut response = amazon_json::answer(status, CONTENT_TYPE, &body);
    if let Ok(value) = HeaderValue::from_str(&format!("{};{side}", refusal.code)) {
        response.headers_mut().insert("x-amzn-query-error", value);
    }
    response
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ReceiveMessage {
    queue_url: QueueUrl,
    max_number_of_messages: Option<i64>,
    visibility_timeout: Option<i64>,
    wait_time_seconds: Option<i64>,
    /// The older name of the next member.
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
}

/// Receives at once what is there; otherwise waits for something to come, as long as the caller wants to.
async fn receive(queues: &Queues, body: &Bytes) -> Result<Value, Refusal> {
    let mut call: ReceiveMessage = calls::input(body)?;
    let queue = &call.queue_url.0;
    let most = rules::count(call.max_number_of_messages.unwrap_or(1))?;
    let visibility = call.visibility_timeout.map(rules::visibility).transpose()?;
    let wait = match call.wait_time_seconds {
        Some(seconds) => rules::wait(seconds)?,
        None => queues.store.rules(queue)?.receive_wait,
    };
    let deadline = Instant::now() + wait;
    let mut changes = queues.store.changes(queue)?;
    let messages = loop {
        changes.mark_unchanged();
        let messages = queues.store.receive(queue, most, visibility, clock::now())?;
        if !messages.is_empty() || Instant::now() >= deadline {
            break messages;
        }
        let next = match queues.store.next_visible(queue)? {
            Some(at) => Instant::now() + at.since(clock::now()).max(Duration::from_millis(1)),
            None => deadline,
        };
        tokio::select! {
            _ = changes.changed() => {}
            () = sleep_until(next.min(deadline)) => {}
            () = queues.stop.clone().wait() => break messages,
        }
    };
    call.message_system_attribute_names.append(&mut call.attribute_names);
    let wanted = &call.message_system_attribute_names;
    let messages: Vec<Value> = messages
        .iter()
        .map(|message| message::received(message, wanted, &call.message_attribute_names))
        .collect();
    Ok(if messages.is_empty() { json!({}) } else { json!({ "Messages": messages }) })
}
