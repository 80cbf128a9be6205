use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::client::{Sandbox, reply};

/// What is listed for this query, with its status.
async fn listed(sandbox: &Sandbox, query: &str) -> (StatusCode, Value) {
    let url = format!("{}/v1/balance_transactions?{query}", sandbox.address);
    let reply = reply(reqwest::Client::new().get(url).bearer_auth("sk_test_1")).await;
    (reply.status, reply.body)
}

async fn take(sandbox: &Sandbox, taking: &Value) -> StatusCode {
    let request = reqwest::Client::new().post(format!("{}/sandbox/charges", sandbox.address));
    let request = request.header("content-type", "application/json").body(taking.to_string());
    request.send().await.unwrap().status()
}

fn stranger(captured_at: i64) -> Value {
    json!({"order_id": "another", "attempt": "1", "amount": 100, "currency": "eur", "captured_at": captured_at})
}

#[tokio::test]
async fn what_was_captured_is_listed_with_its_charge_and_once() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_visa").await;
    sandbox.advance(&id, "confirm").await;
    assert_eq!(listed(&sandbox, "limit=100").await.1["data"], json!([]), "what is held has not moved");
    for _ in 0..2 {
        sandbox.advance(&id, "capture").await;
    }
    let (status, list) = listed(&sandbox, "limit=100&expand[]=data.source").await;
    assert_eq!((status, list["data"].as_array().unwrap().len()), (StatusCode::OK, 1));
    let moved = &list["data"][0];
    assert_eq!((&moved["reporting_category"], &moved["amount"]), (&json!("charge"), &json!(8999)));
    let source = &moved["source"];
    assert_eq!((&source["payment_intent"], &source["amount_captured"]), (&json!(id), &json!(8999)));
    assert_eq!(source["metadata"], json!({"order_id": "order", "attempt": "1"}));
}

#[tokio::test]
async fn a_list_has_pages_and_a_time() {
    let sandbox = Sandbox::start().await;
    for at in [1_000, 2_000, 3_000, 4_000] {
        assert_eq!(take(&sandbox, &stranger(at)).await, StatusCode::CREATED);
    }
    let (_, first) = listed(&sandbox, "created[gte]=2000&created[lt]=4000&limit=1").await;
    assert_eq!((&first["data"][0]["created"], &first["has_more"]), (&json!(3_000), &json!(true)));
    let last = first["data"][0]["id"].as_str().unwrap();
    let query = format!("created[gte]=2000&created[lt]=4000&limit=1&starting_after={last}");
    let (_, second) = listed(&sandbox, &query).await;
    assert_eq!((&second["data"][0]["created"], &second["has_more"]), (&json!(2_000), &json!(false)));
    for wrong in ["limit=0", "limit=101", "created[gt]=1", "created[lt]=soon"] {
        assert_eq!(listed(&sandbox, wrong).await.0, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn money_that_moves_after_a_no_is_in_the_book_as_such() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_chargeDeclined").await;
    sandbox.advance(&id, "confirm").await;
    let taking = json!({"payment_intent": id});
    assert_eq!(take(&sandbox, &taking).await, StatusCode::CREATED);
    assert_eq!(sandbox.look_up(&id).await.state(), "succeeded");
    let book = sandbox.charges().await;
    assert_eq!((&book[0]["captured"], &book[0]["after_no"]), (&json!(8999), &json!(true)));
    assert_eq!(take(&sandbox, &taking).await, StatusCode::CONFLICT, "it has moved");
    assert_eq!(take(&sandbox, &json!({"payment_intent": "pi_nobody"})).await, StatusCode::CONFLICT);
}
