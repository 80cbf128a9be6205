//! What breaks: messages and records that nobody can read, and tables and gateways that repeat what they were sent in what
//! they refuse.

use std::time::Duration;

use application::{Clock, Reconciliations};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use domain::payment::GatewayName;
use lambda::SystemClock;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{ADYEN_TOKEN, CARDS, WORKERS, Watched};
use crate::endpoint::PAYPAL_SECRET;
use crate::events;
use crate::receive_webhook::signed;
use crate::request::{Request, event_file, guest};
use crate::shop::invoke;

/// What is said of it: each proves that what broke did so where it was meant to.
pub(super) const LINES: [&str; 10] = [
    r#""outcome":"unreadable""#,
    "change unreadable",
    "relay stopped",
    "job failed",
    r#""gateway":"stripe","operation":"open","status":500"#,
    r#""gateway":"paypal","operation":"open","status":500"#,
    r#""gateway":"adyen","operation":"confirm","status":500"#,
    "the call needs another look",
    "the gateway's list could not be had",
    "a gateway's list could not be compared",
];

/// Where the gateways are.
const GATEWAYS: [&str; 4] =
    ["STRIPE_ENDPOINT", "PAYPAL_ENDPOINT", "ADYEN_ENDPOINT", "ADYEN_REPORTS_ENDPOINT"];

/// Longer than any gateway takes to have a list complete.
const LISTED_FOR: Duration = Duration::from_secs(4 * 24 * 60 * 60);

/// The token that the gateway of this file gives out as PayPal.
const ECHOED: &str = "A21AA-echoed";

/// The token that is given out at this address as PayPal does.
pub(super) async fn paypal_token(endpoint: &str) -> String {
    let asked = reqwest::Client::new()
        .post(format!("{endpoint}/v1/oauth2/token"))
        .basic_auth("local", Some(PAYPAL_SECRET))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials");
    let answer = asked.send().await.unwrap().text().await.unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// A gateway that answers everything with this status, and repeats all that it was sent where the three of them, and
/// DynamoDB, have words for people.
async fn echoing(status: StatusCode) -> String {
    let answer = async move |uri: Uri, headers: HeaderMap, body: Bytes| {
        if uri.path() == "/v1/oauth2/token" {
            let token = json!({"access_token": ECHOED, "token_type": "Bearer", "expires_in": 32_400});
            return (StatusCode::OK, token.to_string());
        }
        let sent = format!("{uri} {headers:?} {}", String::from_utf8_lossy(&body));
        let refusal = json!({
            "error": {"type": "invalid_request_error", "code": "parameter_invalid", "message": sent},
            "name": "INVALID_REQUEST", "message": sent,
            "details": [{"issue": "INVALID_PARAMETER_VALUE", "description": sent}],
            "status": status.as_u16(), "errorCode": "702", "errorType": "validation",
            "__type": "ValidationException",
        });
        (status, refusal.to_string())
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    address
}

impl Watched {
    /// Each worker with what it cannot read, and with what its gateways refuse.
    pub(super) async fn break_workers(&mut self) {
        self.secrets.add(ECHOED);
        self.secrets.add(&guest(2));
        self.misread().await;
        self.lose_tables().await;
        let statuses = [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED, StatusCode::INTERNAL_SERVER_ERROR];
        for (round, status) in (0..).zip(statuses) {
            let echo = echoing(status).await;
            self.refuse_payments(round * 3, &echo).await;
            self.refuse_lists(&echo).await;
        }
    }

    /// What comes in place of messages and records.
    async fn misread(&mut self) {
        let secret = format!("{} {}", CARDS[0], guest(2));
        for (worker, file) in WORKERS.into_iter().filter(|(_, file)| file.starts_with("sqs/")) {
            for body in [secret.clone(), json!({ "note": secret }).to_string()] {
                let mut event = event_file(file);
                event["Records"][0]["body"] = json!(body);
                self.work(worker, &event).await;
            }
        }
        // An image that is none, and one of an order that does not say what must come next.
        for (place, said) in [("/NewImage", json!(secret)), ("/NewImage/wake", json!({ "S": secret }))] {
            let mut event = event_file("stream/relay.json");
            *event["Records"][0]["dynamodb"].pointer_mut(place).unwrap() = said;
            self.work("relay", &event).await;
        }
    }

    /// Workers on a schedule whose tables refuse everything. They read nothing of their event.
    async fn lose_tables(&mut self) {
        let tables = echoing(StatusCode::BAD_REQUEST).await;
        for (worker, file) in WORKERS.into_iter().filter(|(_, file)| file.starts_with("schedule/")) {
            let settings = [("AWS_ENDPOINT_URL", tables.as_str())];
            let is_well = self.work_with(worker, &event_file(file), &settings).await;
            assert!(!is_well, "{worker} works without its tables");
        }
    }

    /// An order at each gateway, all of whose calls are refused here, and an event that asks once more.
    async fn refuse_payments(&mut self, first_key: u32, echo: &str) {
        let settings = GATEWAYS.map(|gateway| (gateway, echo));
        let methods = [
            json!({"gateway": "paypal"}),
            json!({"gateway": "adyen", "token": ADYEN_TOKEN}),
            json!({"gateway": "stripe", "token": "pm_card_visa"}),
        ];
        let mut last = String::new();
        for (key, method) in (first_key..).zip(methods) {
            let held =
                Request::of("create-reservation").guest(2).key(key).with("/lines/0/quantity", json!(1));
            let reservation = self.shop.ask(&held).await.text_at("/id");
            let checkout = Request::of("checkout").guest(2).key(key);
            let checkout = checkout.with("/reservation_id", json!(reservation));
            let checkout = checkout.with("/payment_methods", json!([method]));
            let placed = self.shop.ask(&checkout.with("/expected_total/amount", json!(8_999))).await;
            assert_eq!(placed.status, 202, "{}", placed.shown());
            last = placed.text_at("/id");
            let mut event = event_file("sqs/capture-payment.json");
            event["Records"][0]["body"] = json!(json!({ "order_id": last }).to_string());
            self.work_with("capture-payment", &event, &settings).await;
        }
        // An event of the last one, of which Stripe has said nothing yet, has it asked for once more.
        let told = Request::of("receive-webhook").event()["body"].as_str().unwrap().to_owned();
        let id = format!("evt_{first_key}");
        let told = told.replace("evt_3Pq8XvGQ9RKHgCVd1nB2cYzK", &id).replace("BkYFe0KZx1UJElOMlvWbIw", &last);
        assert_eq!(self.ask(&signed(&told)).await, 200);
        let mut event = event_file("sqs/apply-webhook.json");
        event["Records"][0]["body"] = json!(json!({"gateway": "stripe", "event_id": id}).to_string());
        self.work_with("apply-webhook", &event, &settings).await;
    }

    /// What the gateways list of the last days, in a shop that has compared nothing of it.
    async fn refuse_lists(&mut self, echo: &str) {
        let (shop, _) = events::shop(&[]).await;
        for gateway in GatewayName::ALL {
            let begin = SystemClock.now().minus(LISTED_FOR);
            let begun = shop.reconciliations().await.advance(gateway, None, begin).await.unwrap();
            assert!(!begun.is_replay());
        }
        let worker = shop.instance("reconcile", &GATEWAYS.map(|gateway| (gateway, echo))).await;
        let failed = invoke(worker.as_ref(), &event_file("schedule/reconcile.json")).await;
        assert!(failed.is_err(), "what cannot be compared is compared again");
    }

    /// Enters a new instance of a worker with other settings, and answers whether it went well.
    async fn work_with(&mut self, name: &'static str, event: &Value, settings: &[(&str, &str)]) -> bool {
        let length = self.log.length();
        let instance = self.shop.instance(name, settings).await;
        let is_well = invoke(instance.as_ref(), event).await.is_ok();
        self.hear_from(name, length);
        is_well
    }
}
