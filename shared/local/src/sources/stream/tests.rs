use std::sync::Mutex;

use serde_json::value::RawValue;
use tempfile::TempDir;

use super::*;
use crate::dynamodb::tests::{key, orders};
use crate::instances::fake;
use crate::template::Queue;

struct Stage {
    _folder: TempDir,
    source: StreamSource,
    stop: watch::Sender<bool>,
    /// The keys of the changes in each event, in the order of the events.
    events: Arc<Mutex<Vec<String>>>,
}

/// A consumer whose function fails every event that has a change with the key `poison`.
fn stage(bisects: bool, retries: u32) -> Stage {
    staged(bisects, retries, |keys| {
        if keys.contains(&"poison".to_owned()) { Err("poisoned".into()) } else { Ok("null".to_owned()) }
    })
}

fn staged<F>(bisects: bool, retries: u32, judge: F) -> Stage
where
    F: Fn(&[String]) -> Result<String, lambda::Error> + Send + Sync + 'static,
{
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let queue = Queue {
        name: "failures".to_owned(),
        visibility_timeout: Duration::from_secs(30),
        retention: Duration::from_secs(3_600),
        delay: Duration::ZERO,
        receive_wait: Duration::ZERO,
        dead_letters: None,
    };
    let events = Arc::new(Mutex::new(vec![]));
    let seen = Arc::clone(&events);
    let function = fake::instances("relay", move |event| {
        let records = event["Records"].as_array().unwrap();
        let keys: Vec<String> = records.iter().map(|record| key(record).to_owned()).collect();
        seen.lock().unwrap().push(keys.join(" "));
        let places: Vec<&str> =
            records.iter().map(|record| record["dynamodb"]["SequenceNumber"].as_str().unwrap()).collect();
        // A test names a change by its key; the function must name it by its place.
        let answer =
            keys.iter().zip(places).fold(judge(&keys)?, |answer, (key, place)| answer.replace(key, place));
        Ok(RawValue::from_string(answer)?)
    });
    let source = StreamSource {
        event: StreamEvent {
            table: "Orders".to_owned(),
            batch_size: 8,
            bisects,
            retries: Some(retries),
            reports_failures: true,
            on_failure: Some("failures".to_owned()),
        },
        consumers: vec!["relay".to_owned()],
        dynamodb: Arc::new(DynamoDb::open(&file("dynamodb.sqlite"), &[orders()]).unwrap()),
        checkpoints: Arc::new(Checkpoints::open(&file("checkpoints.sqlite")).unwrap()),
        queues: Arc::new(Store::open(&file("queues.sqlite"), &[queue], clock::now()).unwrap()),
        function,
        ended: watch::Sender::new(0).subscribe(),
        first_pause: Duration::ZERO,
    };
    Stage { _folder: folder, source, stop: watch::Sender::new(false), events }
}

impl Stage {
    async fn deliver(&self, keys: &[&str]) {
        for key in keys {
            self.source.dynamodb.put(key);
        }
        assert_eq!(self.next().await, keys.len());
    }

    async fn next(&self) -> usize {
        self.source.next(&Stop::of(self.stop.subscribe())).await.unwrap()
    }

    fn events(&self) -> Vec<String> {
        std::mem::take(&mut self.events.lock().unwrap())
    }

    fn given_up(&self) -> Vec<Value> {
        let messages = self.source.queues.receive("failures", 10, None, clock::now()).unwrap();
        messages.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect()
    }
}

#[tokio::test]
async fn changes_come_in_order_and_each_only_once() {
    let stage = stage(true, 2);
    stage.deliver(&["a", "b", "c"]).await;
    stage.deliver(&["d"]).await;
    assert_eq!(stage.events(), ["a b c", "d"]);
    assert_eq!(stage.next().await, 0);
}

#[tokio::test]
async fn a_poisoned_change_is_cut_out_and_all_others_pass_in_order() {
    let stage = stage(true, 1);
    stage.deliver(&["a", "b", "poison", "c", "d"]).await;
    let expected = ["a b poison c d", "a b", "poison c d", "poison", "poison", "c d"];
    assert_eq!(stage.events(), expected);
    let given_up = stage.given_up();
    assert_eq!(given_up.len(), 1);
    assert_eq!(given_up[0]["requestContext"]["condition"], "RetryAttemptsExhausted");
    assert_eq!(given_up[0]["DDBStreamBatchInfo"]["batchSize"], 1);
    stage.deliver(&["e"]).await;
    assert_eq!(stage.events(), ["e"]);
}

#[tokio::test]
async fn without_bisecting_a_poisoned_batch_is_given_up_as_a_whole() {
    let stage = stage(false, 2);
    stage.deliver(&["a", "poison"]).await;
    assert_eq!(stage.events(), ["a poison", "a poison", "a poison"]);
    assert_eq!(stage.given_up()[0]["DDBStreamBatchInfo"]["batchSize"], 2);
}

#[tokio::test]
async fn what_came_before_a_reported_failure_is_not_repeated() {
    let judge = |keys: &[String]| match keys.iter().position(|key| key == "poison") {
        Some(_) => Ok(r#"{"batchItemFailures":[{"itemIdentifier":"poison"}]}"#.to_owned()),
        None => Ok("{}".to_owned()),
    };
    let stage = staged(true, 1, judge);
    stage.deliver(&["k1", "k2", "poison", "k3"]).await;
    assert_eq!(stage.events(), ["k1 k2 poison k3", "poison k3", "poison", "poison", "k3"]);
    assert_eq!(stage.given_up().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_not_understood_is_a_failure_of_the_batch() {
    let stage =
        staged(false, 1, |_| Ok(r#"{"batchItemFailures":[{"itemIdentifier":"unknown"}]}"#.to_owned()));
    stage.deliver(&["k1"]).await;
    assert_eq!(stage.events(), ["k1", "k1"]);
    assert_eq!(stage.given_up().len(), 1);
}

#[tokio::test]
async fn a_stop_between_two_tries_leaves_the_change_for_the_next_start() {
    let mut stage = stage(false, 5);
    stage.source.first_pause = Duration::from_secs(3_600);
    stage.stop.send_replace(true);
    stage.deliver(&["poison"]).await;
    assert_eq!(stage.events(), ["poison"]);
    assert!(stage.given_up().is_empty());
    assert_eq!(stage.next().await, 1);
}
