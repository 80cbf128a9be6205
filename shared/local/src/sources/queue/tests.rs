use std::sync::Mutex;

use serde_json::value::RawValue;
use tempfile::TempDir;

use super::*;
use crate::instances::fake;
use crate::sqs::NewMessage;
use crate::template::Queue;

struct Stage {
    _folder: TempDir,
    source: Arc<QueueSource>,
    events: Arc<Mutex<Vec<Value>>>,
}

/// A source whose function keeps each event and gives this answer.
fn stage(answer: &'static str) -> Stage {
    let folder = tempfile::tempdir().unwrap();
    let queue = Queue {
        name: "work".to_owned(),
        visibility_timeout: Duration::from_secs(30),
        retention: Duration::from_secs(3_600),
        delay: Duration::ZERO,
        receive_wait: Duration::ZERO,
        dead_letters: None,
    };
    let store = Store::open(&folder.path().join("queues.sqlite"), &[queue], clock::now()).unwrap();
    let events = Arc::new(Mutex::new(vec![]));
    let seen = Arc::clone(&events);
    let function = fake::instances("worker", move |event| {
        seen.lock().unwrap().push(event);
        Ok(RawValue::from_string(answer.to_owned())?)
    });
    let event = QueueEvent {
        queue: "work".to_owned(),
        batch_size: 10,
        batching_window_seconds: 0,
        reports_failures: true,
        concurrency: 1,
    };
    Stage {
        _folder: folder,
        source: Arc::new(QueueSource { event, store: Arc::new(store), function }),
        events,
    }
}

impl Stage {
    /// Sends these bodies, hands them over once, and answers how many messages stay in the queue.
    async fn deliver(&self, bodies: &[&str]) -> u64 {
        let message = |body: &&str| NewMessage { body: (*body).to_owned(), ..NewMessage::default() };
        let messages: Vec<NewMessage> = bodies.iter().map(message).collect();
        self.source.store.send("work", &messages, clock::now()).unwrap();
        let received = self.source.receive().await.unwrap();
        let slot = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
        Arc::clone(&self.source).deliver(received, slot).await;
        self.source.store.counts("work", clock::now()).unwrap().in_flight
    }
}

#[tokio::test]
async fn a_function_gets_messages_as_lambda_hands_them_over() {
    let stage = stage("null");
    assert_eq!(stage.deliver(&["hello"]).await, 0);
    let events = stage.events.lock().unwrap();
    let record = &events[0]["Records"][0];
    assert_eq!(record["body"], "hello");
    assert_eq!(record["md5OfBody"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(record["eventSource"], "aws:sqs");
    assert_eq!(record["eventSourceARN"], "arn:aws:sqs:eu-central-1:000000000000:work");
    assert_eq!(record["awsRegion"], "eu-central-1");
    assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(record["messageAttributes"], json!({}));
    assert!(record["attributes"]["SentTimestamp"].as_str().is_some_and(|text| text.parse::<i64>().is_ok()));
}

#[tokio::test]
async fn an_answer_that_cannot_be_understood_keeps_the_whole_batch() {
    assert_eq!(stage(r#"{"batchItemFailures":[{"itemIdentifier":"x"}]}"#).deliver(&["a", "b"]).await, 2);
    assert_eq!(stage(r#"{"batchItemFailures":[]}"#).deliver(&["a", "b"]).await, 0);
}

#[tokio::test]
async fn only_the_messages_that_failed_stay() {
    let stage = stage("null");
    let function = fake::instances("worker", |event| {
        let failed = &event["Records"][1]["messageId"];
        Ok(super::super::event(&json!({ "batchItemFailures": [{ "itemIdentifier": failed }] }))?)
    });
    let source =
        QueueSource { event: stage.source.event.clone(), store: Arc::clone(&stage.source.store), function };
    let stage = Stage { source: Arc::new(source), ..stage };
    assert_eq!(stage.deliver(&["a", "b", "c"]).await, 1);
}

#[tokio::test]
async fn a_function_that_fails_keeps_the_whole_batch() {
    let stage = stage("null");
    let function = fake::instances("worker", |_| Err("as told".into()));
    let source =
        QueueSource { event: stage.source.event.clone(), store: Arc::clone(&stage.source.store), function };
    let stage = Stage { source: Arc::new(source), ..stage };
    assert_eq!(stage.deliver(&["a", "b"]).await, 2);
}
