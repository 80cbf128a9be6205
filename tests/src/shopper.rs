use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// A guest or a customer with a token, and what a storefront does for them.
#[derive(Clone)]
pub struct Shopper {
    http: reqwest::Client,
    address: String,
    /// The header that says who asks.
    credential: (&'static str, String),
}

/// What the shop answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body; null when there is none.
    pub body: Value,
    /// Whether it says that it is the answer to an earlier request.
    pub replayed: bool,
}

/// How long a storefront waits before it looks at an order again: at first, and after many looks. Sixty-four that never waited
/// longer would keep a shop on two cores from its payments.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);
/// How often it looks: for a minute.
const LOOKS_MAX: usize = 150;

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// A text that no other call in this process gives, and no other process at this time.
fn unique(length: usize) -> String {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("{:0>length$}", format!("{:x}A{number:x}", std::process::id()))
}

/// A fresh idempotency key.
pub fn key() -> String {
    unique(24)
}

impl Shopper {
    /// A new guest of the shop at this address.
    pub fn new(address: &str) -> Self {
        // Of the last character only four bits are part of the 32 bytes, so it tells no two guests apart.
        Self::with(address, ("Guest-Token", unique(42) + "A"))
    }

    /// A customer of the shop at this address, who signed in and got this token.
    pub fn customer(address: &str, token: &str) -> Self {
        Self::with(address, ("Authorization", format!("Bearer {token}")))
    }

    fn with(address: &str, credential: (&'static str, String)) -> Self {
        Self { http: reqwest::Client::new(), address: address.to_owned(), credential }
    }

    /// The same shopper at another address, as after a restart.
    #[must_use]
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// Another guest, over the same connection.
    #[must_use]
    pub fn another(&self) -> Self {
        Self { credential: ("Guest-Token", unique(42) + "A"), ..self.clone() }
    }

    /// One request, repeated as it is while the shop says that it is not available, as a storefront does.
    ///
    /// # Panics
    /// When the shop does not answer.
    #[expect(clippy::expect_used, clippy::disallowed_methods, reason = "the bound ends a hopeless wait")]
    pub async fn ask(&self, method: Method, path: &str, key: Option<&str>, body: Option<&Value>) -> Answer {
        for _ in 0..10 {
            let answer = self.try_ask(method.clone(), path, key, body).await.expect("the shop answers");
            if answer.status != StatusCode::SERVICE_UNAVAILABLE {
                return answer;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        self.try_ask(method, path, key, body).await.expect("the shop answers")
    }

    /// One request to a shop that may be gone.
    ///
    /// # Errors
    /// When the shop does not answer.
    pub async fn try_ask(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, reqwest::Error> {
        let (header, token) = &self.credential;
        let mut request = self.http.request(method, format!("{}{path}", self.address)).header(*header, token);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body.to_string());
        }
        let response = request.send().await?;
        let status = response.status();
        let replayed = response.headers().contains_key("Idempotent-Replayed");
        let text = response.text().await?;
        Ok(Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::Null), replayed })
    }

    /// Reads something.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None, None).await
    }

    /// Holds units of one SKU, under a key.
    pub async fn hold(&self, key: &str, sku: &str, quantity: u32) -> Answer {
        let body = json!({"lines": [{"sku": sku, "quantity": quantity}]});
        self.ask(Method::POST, "/reservations", Some(key), Some(&body)).await
    }

    /// Checks a reservation out, under a key, with one payment token.
    pub async fn check_out(&self, key: &str, reservation: &Value, token: &str) -> Answer {
        self.ask(Method::POST, "/checkout", Some(key), Some(&checkout(reservation, token))).await
    }

    /// Offers another payment method for an order.
    pub async fn pay_with(&self, key: &str, order: &Value, token: &str) -> Answer {
        let path = format!("/orders/{}/payment-methods", text(order, "/id"));
        let body = json!({"payment_methods": stripe(token)});
        self.ask(Method::POST, &path, Some(key), Some(&body)).await
    }

    /// Watches an order until its field has this value, and gives the order as it is then.
    ///
    /// # Panics
    /// When that takes longer than a minute.
    #[expect(
        clippy::panic,
        clippy::disallowed_methods,
        reason = "a storefront polls; the bound ends a hopeless wait"
    )]
    pub async fn watch(&self, order: &Value, pointer: &str, expected: &str) -> Value {
        let path = format!("/orders/{}", text(order, "/id"));
        let mut seen = Value::Null;
        let mut pause = FIRST_PAUSE;
        for _ in 0..LOOKS_MAX {
            seen = self.get(&path).await.body;
            if text(&seen, pointer) == expected {
                return seen;
            }
            tokio::time::sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause * 2);
        }
        panic!("{pointer} of the order never became `{expected}`: {seen}");
    }

    /// Holds one unit and checks it out, and gives the accepted order.
    ///
    /// # Panics
    /// When either is refused.
    pub async fn order(&self, sku: &str, token: &str) -> Value {
        self.order_by(sku, &stripe(token)).await
    }

    /// The same, with these payment methods.
    ///
    /// # Panics
    /// When either is refused.
    pub async fn order_by(&self, sku: &str, payment_methods: &Value) -> Value {
        let held = self.hold(&key(), sku, 1).await;
        assert_eq!(held.status, StatusCode::CREATED, "{}", held.body);
        let body = checkout_by(&held.body, payment_methods);
        let placed = self.ask(Method::POST, "/checkout", Some(&key()), Some(&body)).await;
        assert_eq!(placed.status, StatusCode::ACCEPTED, "{}", placed.body);
        placed.body
    }
}

/// The text at a pointer, or nothing.
fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A checkout of a reservation that agrees to its total.
pub fn checkout(reservation: &Value, token: &str) -> Value {
    checkout_by(reservation, &stripe(token))
}

fn checkout_by(reservation: &Value, payment_methods: &Value) -> Value {
    // Everybody lives somewhere else, as they would.
    let home = format!("Flat {}", text(reservation, "/id"));
    json!({
        "reservation_id": reservation.pointer("/id"),
        "contact": {"email": "ada@example.com"},
        "shipping_address": {
            "name": "Ada Lovelace", "line1": "12 St James's Square", "line2": home,
            "city": "London", "postal_code": "SW1Y 4JH", "country": "GB",
        },
        "expected_total": reservation.pointer("/totals/total"),
        "payment_methods": payment_methods,
    })
}

/// One payment method, with this token.
fn stripe(token: &str) -> Value {
    json!([{"gateway": "stripe", "token": token}])
}
