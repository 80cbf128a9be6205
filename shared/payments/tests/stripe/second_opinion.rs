//! The same cases against our own sandbox, and against somebody else's Stripe (localstripe) at the address in
//! `MATCHDAY_STRIPE_ENDPOINT` where there is one (`.ci/other-gateways`). It knows no idempotency keys, so it is no
//! witness of anything that is repeated.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use application::{Cursor, Failure, Gateway, SecretName, Transfers};
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::Timestamp;
use domain::payment::{Charge, GatewayReference, Outcome, RefundOutcome};
use domain::reconciliation::Window;
use payments::stripe::{StripeGateway, StripeWebhooks};
use sandbox_gateway::{Options, SandboxGateway, WebhookEndpoint};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::rotated::Rotated;
use crate::sandbox::refund;
use crate::shop::{charge, gateway};

const OTHER: &str = "MATCHDAY_STRIPE_ENDPOINT";
const WEBHOOK_SECRET: &str = "whsec_second_opinion";

/// Somebody who speaks Stripe's API.
struct Other {
    address: String,
    gateway: StripeGateway,
    told: Told,
    /// Ours; localstripe has other tokens, and no page for 3-D Secure.
    is_own: bool,
}

/// What was told by webhooks: the signature and the very bytes.
type Told = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

impl Other {
    async fn all() -> Vec<Self> {
        let mut all = vec![Self::own().await];
        if let Ok(address) = std::env::var(OTHER) {
            all.push(Self::somebody_else(address).await);
        }
        all
    }

    async fn own() -> Self {
        let (told, url) = listen().await;
        let webhooks = Some(WebhookEndpoint { url, secret: WEBHOOK_SECRET.to_owned() });
        let sandbox = SandboxGateway::open(&Options { webhooks, ..Options::default() }).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(sandbox.serve(listener, std::future::pending()));
        Self { gateway: gateway(&address), address, told, is_own: true }
    }

    async fn somebody_else(address: String) -> Self {
        let (told, url) = listen().await;
        let id = url.rsplit(':').next().unwrap();
        let form = [("url", url.as_str()), ("secret", WEBHOOK_SECRET)];
        post(&format!("{address}/_config/webhooks/{id}"), &form).await;
        Self { gateway: gateway(&address), address, told, is_own: false }
    }

    async fn opened(&self, charge: &Charge) -> GatewayReference {
        let outcome = self.gateway.open(charge).await;
        let Outcome::Opened(reference) = outcome else { panic!("{}: {outcome:?}", self.address) };
        reference
    }

    async fn captured(&self) -> GatewayReference {
        let charge = charge("pm_card_visa");
        let reference = self.opened(&charge).await;
        assert_eq!(self.gateway.confirm(&charge, &reference).await, Outcome::Authorized);
        assert_eq!(self.gateway.look_up(&charge, &reference).await, Outcome::Authorized);
        assert_eq!(self.gateway.capture(&charge, &reference).await, Outcome::Captured);
        assert_eq!(self.gateway.look_up(&charge, &reference).await, Outcome::Captured);
        reference
    }

    /// The token of a card that wants 3-D Secure.
    async fn authenticating(&self) -> String {
        if self.is_own {
            return "pm_card_authenticationRequired".to_owned();
        }
        // localstripe has no token for it: one is made of Stripe's test number.
        let card = [
            ("type", "card"),
            ("card[number]", "4000002500003155"),
            ("card[exp_month]", "12"),
            ("card[exp_year]", "2030"),
            ("card[cvc]", "123"),
        ];
        text(&post(&format!("{}/v1/payment_methods", self.address), &card).await, "id")
    }

    /// Does what the shopper does at the bank.
    async fn authenticate(&self, reference: &GatewayReference) {
        let (address, id) = (&self.address, reference.as_str());
        if self.is_own {
            let url = format!("{address}/sandbox/authenticate/{id}");
            // Its page sends the shopper back to a shop that is not there.
            let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
            browser.build().unwrap().post(url).send().await.unwrap();
            return;
        }
        let intent = reqwest::Client::new().get(format!("{address}/v1/payment_intents/{id}"));
        let intent = json(intent.bearer_auth("sk_test_1")).await;
        assert_eq!(intent["status"], "requires_action");
        let secret = text(&intent, "client_secret");
        let form = [("client_secret", secret.as_str()), ("success", "true")];
        post(&format!("{address}/v1/payment_intents/{id}/_authenticate"), &form).await;
    }

    /// The first webhook about an object.
    async fn webhook_about(&self, reference: &GatewayReference) -> (String, Vec<u8>) {
        let hearing = async {
            loop {
                let told = self.told.lock().unwrap().clone();
                let is_about = |body: &[u8]| String::from_utf8_lossy(body).contains(reference.as_str());
                if let Some(found) = told.into_iter().find(|(_, body)| is_about(body)) {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), hearing).await.expect("nobody was told")
    }
}

/// Somebody who is told by webhooks, and the address for it.
async fn listen() -> (Told, String) {
    let told = Told::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(hear).with_state(Arc::clone(&told));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (told, url)
}

async fn hear(State(told): State<Told>, headers: HeaderMap, body: axum::body::Bytes) {
    let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
    told.lock().unwrap().push((signature, body.to_vec()));
}

async fn post(url: &str, form: &[(&str, &str)]) -> Value {
    json(reqwest::Client::new().post(url).bearer_auth("sk_test_1").form(form)).await
}

async fn json(request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

fn text(document: &Value, field: &str) -> String {
    document[field].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_charge_is_opened_authorized_captured_and_partly_given_back() {
    for other in Other::all().await {
        let refund = refund(&other.captured().await, 1, 500);
        assert_eq!(other.gateway.refund(&refund).await, RefundOutcome::Refunded, "{}", other.address);
        assert_eq!(other.gateway.look_up_refund(&refund).await, RefundOutcome::Refunded, "{}", other.address);
    }
}

#[tokio::test]
async fn what_was_authorized_is_voided() {
    for other in Other::all().await {
        let charge = charge("pm_card_visa");
        let reference = other.opened(&charge).await;
        assert_eq!(other.gateway.confirm(&charge, &reference).await, Outcome::Authorized);
        assert_eq!(other.gateway.void(&charge, &reference).await, Outcome::Voided);
        assert_eq!(other.gateway.look_up(&charge, &reference).await, Outcome::Voided);
    }
}

#[tokio::test]
async fn a_card_that_is_declined_is_declined() {
    for other in Other::all().await {
        // localstripe accepts the token that Stripe's own documents decline, and says no decline code.
        let (token, code) = if other.is_own {
            ("pm_card_chargeDeclined", "generic_decline")
        } else {
            ("pm_card_chargeCustomerFail", "card_declined")
        };
        let charge = charge(token);
        let reference = other.opened(&charge).await;
        let outcome = other.gateway.confirm(&charge, &reference).await;
        let Outcome::Declined(decline) = outcome else { panic!("{}: {outcome:?}", other.address) };
        assert_eq!(decline.code, code);
    }
}

#[tokio::test]
async fn three_d_secure_is_entered_and_a_look_up_sees_that_it_was_done() {
    for other in Other::all().await {
        let mut charge = charge(&other.authenticating().await);
        charge.return_url = Some("https://shop.example/orders/order".parse().unwrap());
        let reference = other.opened(&charge).await;
        let entered = other.gateway.confirm(&charge, &reference).await;
        // localstripe knows no redirect: where to go it does not say, so nothing is proven yet.
        let is_entered = matches!(entered, Outcome::RequiresAction { .. });
        assert!(if other.is_own { is_entered } else { entered == Outcome::Unknown }, "{entered:?}");
        other.authenticate(&reference).await;
        assert_eq!(other.gateway.look_up(&charge, &reference).await, Outcome::Authorized);
    }
}

/// localstripe knows neither list. What it is asked passes the line that holds our parameters to Stripe's types, and that it
/// has no such route is no empty list.
#[tokio::test]
async fn what_is_disputed_and_what_moved_is_listed() {
    for other in Other::all().await {
        let reference = other.captured().await;
        let window = Window::from(now().minus(Duration::from_secs(60)));
        let disputes = other.gateway.disputes(&charge("pm_card_visa"), &reference).await;
        let after = Cursor("txn_1".to_owned());
        for after in [None, Some(&after)] {
            let page = other.gateway.page(window, after).await;
            let moved = page.map(|page| page.items.into_iter().filter_map(|one| one.reference).collect());
            let expected = if after.is_none() { vec![reference.clone()] } else { vec![] };
            assert_eq!(moved, if other.is_own { Ok(expected) } else { Err(Failure::Unavailable) });
        }
        assert_eq!(disputes, if other.is_own { Ok(vec![]) } else { Err(Failure::Unavailable) });
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

#[tokio::test]
async fn a_webhook_is_authentic_with_the_right_secret_and_with_no_other() {
    for other in Other::all().await {
        let reference = other.captured().await;
        let (signature, body) = other.webhook_about(&reference).await;
        let verified = async |secret: &'static str| {
            let secrets = Rotated { current: Ok(secret), refreshed: Ok(secret) };
            let webhooks = StripeWebhooks::new(Arc::new(secrets), SecretName("webhooks".to_owned()));
            webhooks.verify(|_| Some(signature.as_str()), &body, now()).await
        };
        let event = verified(WEBHOOK_SECRET).await.unwrap().unwrap().into_event();
        assert_eq!(event.reference, reference, "{}", other.address);
        assert!(verified("whsec_another").await.is_err(), "{}", other.address);
    }
}
