#![expect(
    clippy::disallowed_methods,
    reason = "the database is the outside world: it runs as a task beside the test"
)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;
use crate::attribute::number;
use crate::embedded::client;
use crate::statement;

/// A database that gives these answers, one a call, and then succeeds.
#[derive(Clone)]
struct Scripted(Arc<Mutex<VecDeque<Value>>>);

impl Scripted {
    async fn start(answers: impl IntoIterator<Item = Value>) -> (Self, Client) {
        let scripted = Self(Arc::new(Mutex::new(answers.into_iter().collect())));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = client(&format!("http://{}", listener.local_addr().unwrap()));
        let router = Router::new().fallback(answer).with_state(scripted.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (scripted, client)
    }

    fn left(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

async fn answer(State(scripted): State<Scripted>) -> (StatusCode, String) {
    match scripted.0.lock().unwrap().pop_front() {
        Some(error) => (StatusCode::BAD_REQUEST, error.to_string()),
        None => (StatusCode::OK, "{}".to_owned()),
    }
}

fn error(code: &str) -> Value {
    json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "no"})
}

fn cancelled<const N: usize>(codes: [&str; N]) -> Value {
    let mut error = error("TransactionCanceledException");
    error["CancellationReasons"] = codes.iter().map(|code| json!({"Code": code})).collect();
    error
}

async fn transact_with(client: &Client) -> Result<(), Refusal> {
    let write = || statement::put("reserve", "Orders", Item::new(), Some(Condition::absent()));
    transact(client, "reserve", || Ok(vec![write()?, write()?, write()?])).await
}

async fn update_with(client: &Client) -> Result<Verdict, Failure> {
    let statement =
        || Statement::new("SET #sold = :sold", "#sold < :sold").name("sold").value("sold", number(1));
    update(client, "free", "Stock", "page#SHIRT-M#0", statement).await
}

const MET: [&str; 3] = ["None", "TransactionConflict", "ConditionalCheckFailed"];

#[tokio::test]
async fn a_write_that_meets_another_transaction_is_made_again_at_once() {
    let (database, client) = Scripted::start([cancelled(MET), cancelled(MET), cancelled(MET)]).await;
    assert!(transact_with(&client).await.is_ok());
    assert_eq!(database.left(), 0);

    let (_, client) = Scripted::start(vec![error("TransactionConflictException"); 3]).await;
    assert_eq!(update_with(&client).await, Ok(Verdict::Written(Item::new())));
}

#[tokio::test]
async fn a_sixth_conflict_is_throttling() {
    let (database, client) = Scripted::start(vec![cancelled(MET); 7]).await;
    assert!(matches!(transact_with(&client).await, Err(Refusal::Failure(Failure::Throttled))));
    assert_eq!(database.left(), 1);

    let (database, client) = Scripted::start(vec![error("TransactionConflictException"); 7]).await;
    assert_eq!(update_with(&client).await, Err(Failure::Throttled));
    assert_eq!(database.left(), 1);
}

#[tokio::test]
async fn fault_33_what_the_record_says_counts_whatever_its_pages_met() {
    let codes = ["ConditionalCheckFailed", "TransactionConflict", "None"];
    let (_, client) = Scripted::start([cancelled(codes)]).await;
    assert!(matches!(transact_with(&client).await, Err(Refusal::Conditions(reasons)) if reasons.len() == 3));
}

#[tokio::test]
async fn fault_33_a_page_that_refuses_is_heard_when_nothing_met_another_transaction() {
    let (_, client) =
        Scripted::start([cancelled(["None", "ConditionalCheckFailed", "ThrottlingError"])]).await;
    assert!(matches!(transact_with(&client).await, Err(Refusal::Conditions(_))));
    let (_, client) = Scripted::start([cancelled(["None", "None", "ThrottlingError"])]).await;
    assert!(matches!(transact_with(&client).await, Err(Refusal::Failure(Failure::Throttled))));
}

#[tokio::test]
async fn fault_33_a_condition_that_failed_is_an_answer() {
    let (_, client) = Scripted::start([error("ConditionalCheckFailedException")]).await;
    assert_eq!(update_with(&client).await, Ok(Verdict::Refused(None)));
    let (_, client) = Scripted::start([error("AccessDeniedException")]).await;
    assert_eq!(update_with(&client).await, Err(Failure::Unavailable));
}
