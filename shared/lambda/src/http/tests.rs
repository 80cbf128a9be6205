use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::*;
use crate::problem::UNAVAILABLE;
use crate::wire::Integer;
use application::Failure;

/// A valid event of `POST /carts/{cart_id}`.
pub(super) fn event() -> Value {
    json!({
        "version": "2.0",
        "routeKey": "POST /carts/{cart_id}",
        "rawPath": "/carts/c-1",
        "rawQueryString": "category=shirts",
        "headers": {
            "content-type": "application/json",
            "guest-token": "A".repeat(43),
            "idempotency-key": "0123456789abcdef",
        },
        "queryStringParameters": {"category": "shirts"},
        "pathParameters": {"cart_id": "c-1"},
        "requestContext": {
            "requestId": "r-1",
            "routeKey": "POST /carts/{cart_id}",
            "http": {"method": "POST", "path": "/carts/c-1", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
            "timeEpoch": 1,
        },
        "body": r#"{"sku":"S","quantity":1}"#,
        "isBase64Encoded": false,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    sku: String,
    quantity: Integer,
}

/// Reads everything that a route can read.
struct Sample;

#[async_trait]
impl Route for Sample {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let key = request.request_key()?;
        let id: domain::OrderId = request.path("cart_id")?;
        let (_, _): (Map<String, Value>, Page) = request.page_of()?;
        let line: Line = request.json()?;
        if request.has(&ETag::of_version(1)) {
            return Ok(Response::not_modified());
        }
        match line.sku.as_str() {
            "bug" => panic!("a bug"),
            "down" => Err(Failure::Unavailable.into()),
            _ => Response::created(format!("/carts/{id}"))
                .replayed(line.quantity == Integer(2))
                .etag(&ETag::of_version(1))
                .json(&json!({"key": key.key.as_str()})),
        }
    }
}

async fn answer(event: &Value) -> Value {
    let event = serde_json::value::to_raw_value(event).unwrap();
    let invocation = Invocation { request_id: "i-1".to_owned(), deadline: domain::Timestamp::from_millis(0) };
    let answer = route(Sample).invoke(&event, invocation).await.unwrap();
    serde_json::from_str(answer.get()).unwrap()
}

async fn answer_to_body(body: Value) -> Value {
    let mut event = event();
    event["body"] = body.to_string().into();
    answer(&event).await
}

#[tokio::test]
async fn a_route_answers_in_the_gateways_own_form() {
    assert_eq!(
        answer(&event()).await,
        json!({
            "statusCode": 201,
            "headers": {
                "Content-Type": "application/json", "ETag": "\"1\"", "Location": "/carts/c-1", "X-Request-Id": "r-1",
            },
            "body": r#"{"key":"0123456789abcdef"}"#,
            "isBase64Encoded": false,
        })
    );
}

#[tokio::test]
async fn a_repetition_says_so() {
    let answer = answer_to_body(json!({"sku": "S", "quantity": 2})).await;
    assert_eq!(answer["headers"]["Idempotent-Replayed"], "true");
}

#[tokio::test]
async fn a_client_that_has_the_version_is_sent_no_body() {
    let mut event = event();
    event["headers"]["if-none-match"] = "\"1\"".into();
    let answer = answer(&event).await;
    assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(304), &json!("")));
}

#[tokio::test]
async fn a_problem_is_answered_as_a_document_with_the_request_id() {
    let answer = answer_to_body(json!({"sku": "S"})).await;
    assert_eq!((&answer["statusCode"], &answer["headers"]["X-Request-Id"]), (&json!(400), &json!("r-1")));
    assert_eq!(answer["headers"]["Content-Type"], "application/problem+json");
    let document: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&document["type"], &document["pointer"]),
        (&json!("/problems/invalid-request"), &json!("/quantity"))
    );
    assert_eq!(document["instance"], "r-1");
}

#[tokio::test]
async fn a_failure_asks_the_client_to_come_back() {
    let answer = answer_to_body(json!({"sku": "down", "quantity": 1})).await;
    assert_eq!(
        (&answer["statusCode"], &answer["headers"]["Retry-After"]),
        (&json!(UNAVAILABLE.status), &json!("1"))
    );
}

#[tokio::test]
async fn fault_93_a_panic_is_answered_as_a_problem_of_ours() {
    let answer = answer_to_body(json!({"sku": "bug", "quantity": 1})).await;
    assert_eq!((&answer["statusCode"], &answer["headers"]["X-Request-Id"]), (&json!(500), &json!("r-1")));
}

#[tokio::test]
async fn without_the_gateways_id_the_invocations_own_is_used() {
    let mut event = event();
    event["requestContext"]["requestId"] = Value::Null;
    assert_eq!(answer(&event).await["headers"]["X-Request-Id"], "i-1");
}

#[tokio::test]
async fn fault_11_card_data_in_a_query_is_refused_whatever_the_route_reads() {
    let mut event = event();
    event["rawQueryString"] = "note=4242%204242%204242%204242".into();
    let answer = answer(&event).await;
    assert_eq!(answer["statusCode"], 400);
    assert!(answer["body"].as_str().unwrap().contains("card-data-not-accepted"));
    assert!(!answer.to_string().contains("4242"));
}

/// One change that a client could make to an event.
fn mutate(event: &mut Value, place: usize, text: String) {
    match place {
        0 => event["body"] = text.into(),
        1 => {
            event["body"] = text.into();
            event["isBase64Encoded"] = true.into();
        }
        2 => event["rawQueryString"] = text.into(),
        3 => event["pathParameters"]["cart_id"] = text.into(),
        4 => event["pathParameters"] = Value::Null,
        5 => event["body"] = Value::Null,
        6 => {
            let body = event["body"].as_str().unwrap_or_default();
            let cut = body.char_indices().map(|(index, _)| index).nth(text.len()).unwrap_or_default();
            event["body"] = format!("{}{text}{}", &body[..cut], &body[cut..]).into();
        }
        _ => {
            let names = ["content-type", "guest-token", "idempotency-key", "if-none-match", "x-other"];
            // A gateway refuses control characters in headers before any function sees them.
            let value: String = text.chars().filter(|letter| !letter.is_control()).collect();
            event["headers"][names[place % names.len()]] = value.into();
        }
    }
}

proptest! {
    #[test]
    fn no_change_that_a_client_can_make_causes_a_failure_of_ours(
        changes in prop::collection::vec((0_usize..16, prop_oneof![".*", "[ -~]{0,60}", "[\\[{\"a:,}\\]0-9]{0,40}"]), 1..5),
    ) {
        let mut event = event();
        for (place, text) in changes {
            mutate(&mut event, place, text);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answer = runtime.block_on(answer(&event));
        let status = answer["statusCode"].as_u64().unwrap();
        prop_assert!((200..500).contains(&status), "{}", answer);
    }
}
