use std::sync::Arc;
use std::time::Duration;

use application::receive_webhook::VerifiedEvent;
use application::{Facts, Gateway, SecretName, WebhookInbox};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use domain::Timestamp;
use domain::payment::{Charge, GatewayName, GatewayReference, Outcome, PaymentMethod};
use domain::webhook::{Event, EventKey, EventSubject, Fact, FactSubject, Mode, Webhook};
use memory::{Secrets, Store};
use payments::adyen::{AdyenGateway, AdyenWebhooks};
use sandbox_gateway::{Options, WebhookEndpoint};
use tokio::net::TcpListener;

use crate::rotated::Rotated;
use crate::sandbox::{Sandbox, money};

const GOOD: Rotated = Rotated { current: Ok("AQE-1"), refreshed: Ok("AQE-1") };
const HMAC_KEY: &str = "0A0B0C";
const NOON: Timestamp = Timestamp::from_millis(1_795_285_800_000);

/// An adapter that waits longer than any test takes, and was told nothing.
pub(crate) fn gateway(endpoint: &str) -> AdyenGateway {
    gateway_with(endpoint, GOOD, Arc::new(Store::default()), Duration::from_secs(60))
}

pub(crate) fn gateway_with(
    endpoint: &str,
    secrets: Rotated,
    facts: Arc<dyn Facts>,
    timeout: Duration,
) -> AdyenGateway {
    let name = SecretName("adyen".to_owned());
    AdyenGateway::new(endpoint, "Shop".to_owned(), Arc::new(secrets), name, facts, timeout).unwrap()
}

/// 89.99 EUR for the order `order`, first attempt, with this stored card of `customer-ada`.
pub(crate) fn charge(card: &str) -> Charge {
    Charge {
        order_id: "order".parse().unwrap(),
        caller: "customer-ada".parse().unwrap(),
        attempt: 1,
        amount: money(8999, "EUR"),
        method: PaymentMethod::Adyen { token: card.parse().unwrap() },
        return_url: Some("https://shop.example/orders?id=1".parse().unwrap()),
        action_result: None,
        renewal: 0,
    }
}

/// The same once its shopper came back from their bank.
pub(crate) fn returned(charge: &Charge) -> Charge {
    Charge { action_result: Some("X6XtfGC3!Y==".parse().unwrap()), ..charge.clone() }
}

pub(crate) fn reference() -> GatewayReference {
    "order-1".parse().unwrap()
}

/// A store that was told these facts about [`reference`].
pub(crate) async fn told(facts: &[(FactSubject, bool, i64)]) -> Arc<Store> {
    let store = Arc::new(Store::default());
    for (number, (subject, success, amount)) in facts.iter().enumerate() {
        let event = Event {
            key: EventKey { gateway: GatewayName::Adyen, id: format!("event-{number}").parse().unwrap() },
            kind: "ANY".parse().unwrap(),
            subject: EventSubject::Payment,
            reference: reference(),
            purpose: None,
            mode: Mode::Test,
            created_at: NOON,
            fact: Some(Fact {
                subject: subject.clone(),
                success: *success,
                amount: Some(money(*amount, "EUR")),
                payment: "PSP1".parse().unwrap(),
                risk: None,
            }),
        };
        let _kept = store.receive(&Webhook::receive(event, NOON)).await.unwrap();
    }
    store
}

/// A sandbox that runs and tells, and the adapter that speaks to it and reads what was told.
pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
    pub(crate) gateway: AdyenGateway,
    facts: Arc<Store>,
}

impl Shop {
    pub(crate) async fn start() -> Self {
        let facts = Arc::new(Store::default());
        let webhooks = Some(listen(Arc::clone(&facts)).await);
        let options = Options { adyen_webhooks: webhooks, ..Options::default() };
        let sandbox = Sandbox::start(&options).await;
        let gateway = gateway_with(&sandbox.address, GOOD, facts.clone(), Duration::from_secs(60));
        Self { sandbox, gateway, facts }
    }

    /// An adapter that gives up soon, for calls that are never answered.
    pub(crate) fn impatient(&self) -> AdyenGateway {
        gateway_with(&self.sandbox.address, GOOD, self.facts.clone(), Duration::from_secs(1))
    }

    /// A payment that is authorized.
    pub(crate) async fn authorized(&self, charge: &Charge) -> GatewayReference {
        let outcome = self.gateway.open(charge).await;
        let Outcome::Opened(reference) = outcome else { panic!("not opened: {outcome:?}") };
        assert_eq!(self.gateway.confirm(charge, &reference).await, Outcome::Authorized);
        reference
    }

    /// Looks until the attempt has come this far.
    pub(crate) async fn until(&self, charge: &Charge, expected: &Outcome) {
        let looking = async {
            while self.gateway.look_up(charge, &reference()).await != *expected {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), looking).await.expect("it was never told");
    }
}

#[derive(Clone)]
struct Listener {
    webhooks: Arc<AdyenWebhooks>,
    facts: Arc<Store>,
}

async fn listen(facts: Arc<Store>) -> WebhookEndpoint {
    let name = SecretName("hmac".to_owned());
    let secrets = Arc::new(Secrets::with(&name, HMAC_KEY));
    let listener =
        Listener { webhooks: Arc::new(AdyenWebhooks::new(secrets, name, "Shop".to_owned())), facts };
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhooks/adyen", socket.local_addr().unwrap());
    let router = Router::new().fallback(hear).with_state(listener);
    tokio::spawn(async { axum::serve(socket, router).await });
    WebhookEndpoint { url, secret: HMAC_KEY.to_owned() }
}

async fn hear(State(listener): State<Listener>, body: String) -> StatusCode {
    let events = listener.webhooks.verify(body.as_bytes(), NOON).await.unwrap();
    for event in events.into_iter().map(VerifiedEvent::into_event) {
        let _kept = listener.facts.receive(&Webhook::receive(event, NOON)).await.unwrap();
    }
    StatusCode::OK
}
