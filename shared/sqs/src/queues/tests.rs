#![expect(
    clippy::disallowed_methods,
    reason = "the queue is the outside world: it runs as a task beside the test"
)]

use std::sync::{Arc, Mutex};

use application::Queues as _;
use aws_sdk_sqs::config::{BehaviorVersion, Config, Credentials, Region};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::*;

/// Everything that was asked of a service that refuses the messages of one order and knows no queue `missing`.
#[derive(Clone, Default)]
struct Service(Arc<Mutex<Vec<Value>>>);

async fn answer(State(service): State<Service>, body: String) -> (StatusCode, String) {
    let request: Value = serde_json::from_str(&body).unwrap();
    if request["QueueUrl"].as_str().unwrap().ends_with("missing") {
        let error = json!({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no such queue"});
        return (StatusCode::BAD_REQUEST, error.to_string());
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in request["Entries"].as_array().unwrap() {
        let id = &entry["Id"];
        if entry["MessageBody"].as_str().unwrap().contains("refused") {
            failed.push(json!({"Id": id, "SenderFault": false, "Code": "InternalError"}));
        } else {
            successful.push(
                json!({"Id": id, "MessageId": "m", "MD5OfMessageBody": "d41d8cd98f00b204e9800998ecf8427e"}),
            );
        }
    }
    service.0.lock().unwrap().push(request);
    (StatusCode::OK, json!({"Successful": successful, "Failed": failed}).to_string())
}

impl Service {
    /// Serves, and gives a client of it.
    async fn start(&self) -> Client {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "test"))
            .build();
        Client::from_conf(config)
    }

    fn requests(&self) -> Vec<Value> {
        self.0.lock().unwrap().clone()
    }
}

/// The queues of orders and of reservations at this service.
async fn queues(service: &Service, capture: &str, expire: &str) -> Queues {
    let urls = [(Queue::CapturePayment, capture), (Queue::ExpireReservation, expire)];
    Queues::new(service.start().await, urls.map(|(queue, url)| (queue, url.to_owned())))
}

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millis(milliseconds)
}

fn capture(order: &str) -> WakeUp {
    WakeUp { subject: Subject::CapturePayment(order.parse().unwrap()), at: at(0) }
}

fn expire(reservation: &str, when: i64) -> WakeUp {
    WakeUp { subject: Subject::ExpireReservation(reservation.parse().unwrap()), at: at(when) }
}

#[test]
fn a_delay_is_rounded_up_and_ends_at_what_the_queue_knows() {
    let now = at(10_000);
    let delays = [at(0), at(10_000), at(10_001), at(11_000), at(910_000), at(910_001), at(i64::MAX)];
    assert_eq!(delays.map(|when| delay_seconds(when, now)), [0, 0, 1, 1, 900, 900, 900]);
}

#[tokio::test]
async fn each_wake_up_goes_to_its_queue_with_its_delay() {
    let service = Service::default();
    let queues = queues(&service, "http://q/capture", "http://q/expire").await;
    let sent = queues.send(&[expire("r1", 1_500), capture("o1")], at(0)).await;
    assert_eq!(sent, Ok(Vec::new()));

    let requests = service.requests();
    let entry =
        |id: &str, delay: i32, body: &str| json!([{"Id": id, "DelaySeconds": delay, "MessageBody": body}]);
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0]["QueueUrl"], "http://q/capture");
    assert_eq!(requests[0]["Entries"], entry("1", 0, r#"{"order_id":"o1"}"#));
    assert_eq!(requests[1]["QueueUrl"], "http://q/expire");
    assert_eq!(requests[1]["Entries"], entry("0", 2, r#"{"reservation_id":"r1"}"#));
}

#[tokio::test]
async fn more_than_ten_go_in_several_batches_and_the_refused_are_named_by_their_place() {
    let service = Service::default();
    let queues = queues(&service, "http://q/capture", "http://q/expire").await;
    let mut wake_ups: Vec<WakeUp> = (0..21).map(|number| capture(&format!("o{number}"))).collect();
    wake_ups[3] = capture("refused");
    wake_ups[20] = capture("refused");
    assert_eq!(queues.send(&wake_ups, at(0)).await, Ok(vec![3, 20]));
    let sizes: Vec<usize> =
        service.requests().iter().map(|request| request["Entries"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [10, 10, 1]);
}

#[tokio::test]
async fn a_queue_that_fails_does_not_keep_the_other_waiting() {
    let service = Service::default();
    let queues = queues(&service, "http://q/missing", "http://q/expire").await;
    assert_eq!(queues.send(&[capture("o1"), expire("r1", 0)], at(0)).await, Ok(vec![0]));
    assert_eq!(queues.send(&[capture("o1")], at(0)).await, Err(Failure::Unavailable));
}

#[tokio::test]
async fn the_sender_to_one_queue_accepts_nothing_for_another() {
    let service = Service::default();
    let queues = Queues::to_one(service.start().await, Queue::ExpireReservation, "http://q/expire");
    assert_eq!(queues.send(&[expire("r1", 0), capture("o1")], at(0)).await, Ok(vec![1]));
    assert_eq!(queues.send(&[], at(0)).await, Ok(Vec::new()));
}

#[tokio::test]
async fn a_queue_that_nobody_serves_is_unavailable_and_not_unknown() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&url)
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .build();
    let queues = Queues::to_one(Client::from_conf(config), Queue::CapturePayment, url);
    assert_eq!(queues.send(&[capture("o1")], at(0)).await, Err(Failure::Unavailable));
}
