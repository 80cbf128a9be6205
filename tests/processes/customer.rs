use std::net::SocketAddr;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, Shopper, key};

use crate::Error;

/// How often a request is repeated at the most.
const REPEATS_MAX: u32 = 200;
/// How long a customer watches at the most, which is far longer than a payment or a hold lasts.
const WATCH_MAX: Duration = Duration::from_secs(300);

/// A shopper who sends a request again, under the same key, while the shop has no answer for it.
pub(crate) struct Customer(Shopper);

impl Customer {
    pub(crate) fn new(shop: SocketAddr) -> Self {
        Self(Shopper::new(&format!("http://{shop}")))
    }

    async fn insist(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, Error> {
        let key = (method == Method::POST).then(key);
        self.insist_under(key.as_deref(), method, path, body).await
    }

    async fn insist_under(
        &self,
        key: Option<&str>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Error> {
        for _ in 0..REPEATS_MAX {
            let answer = self.0.try_ask(method.clone(), path, key, body).await?;
            if !answer.status.is_server_error() && answer.status != 429 {
                return Ok(answer);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("{method} {path} has no answer").into())
    }

    /// Holds units; nothing when there are too few.
    pub(crate) async fn hold(&self, sku: &str, quantity: u32) -> Result<Option<Value>, Error> {
        let body = json!({"lines": [{"sku": sku, "quantity": quantity}]});
        let answer = self.insist(Method::POST, "/reservations", Some(&body)).await?;
        match answer.status.as_u16() {
            200 | 201 => Ok(Some(answer.body)),
            409 if text(&answer.body, "/type") == "/problems/insufficient-stock" => Ok(None),
            _ => Err(unexpected("hold", &answer)),
        }
    }

    /// Checks a reservation out with two clicks at once; nothing when its time is over.
    pub(crate) async fn check_out(&self, held: &Value, token: &str) -> Result<Option<Value>, Error> {
        let (key, body) = (key(), tests::checkout(held, token));
        let click = || async {
            let answer = self.insist_under(Some(&key), Method::POST, "/checkout", Some(&body)).await?;
            match answer.status.as_u16() {
                202 => Ok(Some(answer.body)),
                409 if text(&answer.body, "/type") == "/problems/reservation-not-held" => Ok(None),
                _ => Err(unexpected("checkout", &answer)),
            }
        };
        let (first, second) = tokio::try_join!(click(), click())?;
        if first.as_ref().map(id) == second.as_ref().map(id) {
            Ok(first)
        } else {
            Err(format!("one checkout, two answers: {first:?} and {second:?}").into())
        }
    }

    /// Offers another card for an order. Answers whether the order takes one.
    pub(crate) async fn pay_with(&self, order: &Value, token: &str) -> Result<bool, Error> {
        let path = format!("/orders/{}/payment-methods", id(order));
        let body = json!({"payment_methods": [{"gateway": "stripe", "token": token}]});
        let answer = self.insist(Method::POST, &path, Some(&body)).await?;
        match answer.status.as_u16() {
            202 => Ok(true),
            409 if text(&answer.body, "/type") == "/problems/order-not-payable" => Ok(false),
            _ => Err(unexpected("another card", &answer)),
        }
    }

    pub(crate) async fn release(&self, held: &Value) -> Result<(), Error> {
        let answer = self.insist(Method::DELETE, &format!("/reservations/{}", id(held)), None).await?;
        if answer.status == 204 { Ok(()) } else { Err(unexpected("release", &answer)) }
    }

    /// Watches an order while a payment is in flight. Answers the state that it is in after that.
    pub(crate) async fn watch_order(&self, order: &Value) -> Result<String, Error> {
        self.watch(&format!("/orders/{}", id(order)), "pending_payment").await
    }

    /// Watches a reservation while it is held. Answers the state that it is in after that.
    pub(crate) async fn watch_reservation(&self, held: &Value) -> Result<String, Error> {
        self.watch(&format!("/reservations/{}", id(held)), "held").await
    }

    /// Looks, rarer and rarer, until the state is not this one any more.
    async fn watch(&self, path: &str, state: &str) -> Result<String, Error> {
        let mut watched = Duration::ZERO;
        let mut pause = Duration::from_millis(250);
        loop {
            let seen = self.insist(Method::GET, path, None).await?.body;
            if text(&seen, "/state") != state {
                return Ok(text(&seen, "/state").to_owned());
            }
            if watched > WATCH_MAX {
                return Err(format!("{path} stays {state}: {seen}").into());
            }
            tokio::time::sleep(pause).await;
            watched = watched.saturating_add(pause);
            pause = pause.saturating_mul(2).min(Duration::from_secs(4));
        }
    }
}

fn text<'a>(resource: &'a Value, pointer: &str) -> &'a str {
    resource.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn id(resource: &Value) -> &str {
    text(resource, "/id")
}

fn unexpected(what: &str, answer: &Answer) -> Error {
    format!("{what}: {} {}", answer.status, answer.body).into()
}
