use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use sandbox_gateway::{Options, WebhookEndpoint};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::client::Sandbox;
use crate::paypal::Merchant;

/// Who is told, and refuses some of it first.
#[derive(Clone, Default)]
pub(crate) struct Listener {
    told: Arc<Mutex<Vec<Told>>>,
    refuses: Arc<Mutex<u32>>,
}

/// What somebody was told.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    headers: HeaderMap,
    pub(crate) body: Value,
}

impl Told {
    fn kind(&self) -> &str {
        self.body["type"].as_str().or(self.body["event_type"].as_str()).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    fn id(&self) -> &str {
        self.body["id"].as_str().unwrap()
    }
}

impl Listener {
    async fn start(&self) -> WebhookEndpoint {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhooks/stripe", listener.local_addr().unwrap());
        let router = Router::new().fallback(hear).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        WebhookEndpoint { url, secret: "whsec_1".to_owned() }
    }

    pub(crate) fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }

    pub(crate) fn kinds(&self) -> Vec<String> {
        self.told().iter().map(|told| told.kind().trim_start_matches("payment_intent.").to_owned()).collect()
    }
}

async fn hear(State(listener): State<Listener>, headers: HeaderMap, body: String) -> StatusCode {
    listener.told.lock().unwrap().push(Told { headers, body: serde_json::from_str(&body).unwrap() });
    let mut refuses = listener.refuses.lock().unwrap();
    match refuses.checked_sub(1) {
        Some(left) => {
            *refuses = left;
            StatusCode::INTERNAL_SERVER_ERROR
        }
        None => StatusCode::OK,
    }
}

/// A gateway, and who is told.
pub(crate) async fn telling() -> (Sandbox, Listener) {
    let listener = Listener::default();
    (Sandbox::telling(None, Some(listener.start().await)).await, listener)
}

/// Opens an intent, confirms it and captures it, each when the one before was told of.
async fn paid(sandbox: &Sandbox, listener: &Listener) -> String {
    let id = sandbox.opened("pm_card_visa").await;
    sandbox.advance(&id, "confirm").await;
    sandbox.eventually(async || !listener.told().is_empty()).await;
    sandbox.advance(&id, "capture").await;
    id
}

#[tokio::test]
async fn what_happens_to_an_intent_is_told_with_the_intent_as_it_stands_then() {
    let (sandbox, listener) = telling().await;
    let id = paid(&sandbox, &listener).await;
    sandbox.eventually(async || listener.told().len() == 2).await;
    assert_eq!(listener.kinds(), ["amount_capturable_updated", "succeeded"]);
    let told = listener.told();
    let object = &told[0].body["data"]["object"];
    assert_eq!(
        (object["id"].as_str(), object["status"].as_str()),
        (Some(id.as_str()), Some("requires_capture"))
    );
    assert_eq!(object["metadata"]["order_id"], "order");
    assert_eq!(told[0].body["livemode"], false);
    let signature = told[0].header("stripe-signature");
    assert!(signature.starts_with("t=") && signature.contains(",v1="));
}

#[tokio::test]
async fn what_happens_to_an_order_at_paypal_is_told_with_a_certificate_that_the_gateway_serves() {
    let listener = Listener::default();
    let paypal_webhooks = Some(listener.start().await);
    let merchant =
        Merchant::at(Sandbox::with(&Options { paypal_webhooks, ..Options::default() }).await).await;
    let capture = merchant.paid().await;
    let back =
        json!({"amount": {"currency_code": "EUR", "value": "5.00"}, "custom_id": "ORDER", "invoice_id": "5"});
    merchant.post(&format!("/v2/payments/captures/{capture}/refund"), "refund", back).await;
    merchant.sandbox.eventually(async || listener.told().len() == 4).await;
    let mut told = listener.told();
    told.sort_by(|one, other| one.kind().cmp(other.kind()));
    let [approved, authorized, captured, refunded] = told.as_slice() else { panic!("{told:?}") };
    let order = approved.body["resource"]["id"].as_str().unwrap();
    assert_eq!(approved.kind(), "CHECKOUT.ORDER.APPROVED");
    for (told, kind) in
        [(authorized, "PAYMENT.AUTHORIZATION.CREATED"), (captured, "PAYMENT.CAPTURE.COMPLETED")]
    {
        assert_eq!(told.kind(), kind);
        assert_eq!(told.body["resource"]["supplementary_data"]["related_ids"]["order_id"], order);
    }
    assert_eq!(
        (refunded.kind(), &refunded.body["resource"]["custom_id"]),
        ("PAYMENT.CAPTURE.REFUNDED", &json!("ORDER"))
    );
    let served = reqwest::get(refunded.header("paypal-cert-url")).await.unwrap().text().await.unwrap();
    assert_eq!(served.matches("BEGIN CERTIFICATE").count(), 2);
    assert!(
        told.iter()
            .all(|told| told.header("paypal-auth-algo") == "SHA256withRSA" && told.id().starts_with("WH-"))
    );
}

#[tokio::test]
async fn a_decline_a_cancel_and_the_shoppers_turn_are_told_too() {
    let (sandbox, listener) = telling().await;
    for (token, operation) in
        [("pm_card_chargeDeclined", "confirm"), ("pm_card_authenticationRequired", "confirm")]
    {
        let id = sandbox.send("", token, &crate::client::opening(token)).await.id().to_owned();
        sandbox.send(&format!("/{id}/{operation}"), &id, &[]).await;
        sandbox.send(&format!("/{id}/cancel"), &format!("{id} cancel"), &[]).await;
    }
    sandbox.eventually(async || listener.told().len() == 4).await;
    let mut kinds = listener.kinds();
    kinds.sort();
    assert_eq!(kinds, ["canceled", "canceled", "payment_failed", "requires_action"]);
}

#[tokio::test]
async fn an_event_that_is_not_taken_is_told_again_under_its_id() {
    let (sandbox, listener) = telling().await;
    *listener.refuses.lock().unwrap() = 2;
    let id = sandbox.opened("pm_card_visa").await;
    sandbox.advance(&id, "confirm").await;
    sandbox.eventually(async || listener.told().len() == 3).await;
    let told = listener.told();
    assert!(told.iter().all(|again| again.id() == told[0].id()));
}

#[tokio::test]
async fn events_are_told_twice_after_the_next_one_late_or_never_as_planned() {
    let (sandbox, listener) = telling().await;
    sandbox.plan(r#"{"webhook":[{"fault":"duplicated","times":1},{"fault":"not_sent","times":1}]}"#).await;
    paid(&sandbox, &listener).await;
    sandbox.eventually(async || listener.told().len() == 2).await;
    let told = listener.told();
    assert_eq!((told[0].kind(), told[0].id()), (told[1].kind(), told[1].id()));

    let (sandbox, listener) = telling().await;
    sandbox
        .plan(r#"{"webhook":[{"fault":"reordered","times":1},{"fault":"delayed","times":1,"milliseconds":300}]}"#)
        .await;
    let id = sandbox.opened("pm_card_visa").await;
    sandbox.advance(&id, "confirm").await;
    sandbox.advance(&id, "capture").await;
    sandbox.eventually(async || listener.told().len() == 2).await;
    assert_eq!(listener.kinds(), ["succeeded", "amount_capturable_updated"]);
}

#[tokio::test]
async fn what_nobody_was_told_before_the_gateway_ended_is_told_when_it_runs_again() {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("book");
    let listener = Listener::default();
    let endpoint = listener.start().await;
    *listener.refuses.lock().unwrap() = 1;
    let sandbox = Sandbox::telling(Some(&book), Some(endpoint.clone())).await;
    let id = sandbox.opened("pm_card_visa").await;
    sandbox.advance(&id, "confirm").await;
    sandbox.eventually(async || !listener.told().is_empty()).await;
    sandbox.stop().await;

    let sandbox = Sandbox::telling(Some(&book), Some(endpoint)).await;
    sandbox.eventually(async || listener.told().len() >= 2).await;
    let told = listener.told();
    assert_eq!(told[0].id(), told[1].id());
    assert_eq!(sandbox.look_up(&id).await.state(), "requires_capture");
}
