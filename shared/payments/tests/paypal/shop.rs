use std::sync::Arc;
use std::time::Duration;

use application::{Gateway, SecretName, Secrets};
use domain::payment::{Charge, GatewayReference, Outcome, PaymentMethod};
use payments::paypal::PayPalGateway;

use crate::order::TOKEN;
use sandbox_gateway::Options;

use crate::rotated::Rotated;
use crate::sandbox::{Sandbox, money};
use crate::scripted::Scripted;

pub(crate) const CREDENTIALS: &str = r#"{"client_id":"shop","client_secret":"secret"}"#;

const GOOD: Rotated = Rotated { current: Ok(CREDENTIALS), refreshed: Ok(CREDENTIALS) };

/// An adapter that waits longer than any test takes.
pub(crate) fn gateway(endpoint: &str) -> PayPalGateway {
    gateway_with(endpoint, GOOD, Duration::from_secs(60))
}

/// An adapter that gives up soon, for calls that are never answered.
pub(crate) fn impatient(endpoint: &str) -> PayPalGateway {
    gateway_with(endpoint, GOOD, Duration::from_secs(1))
}

pub(crate) fn gateway_with(
    endpoint: &str,
    secrets: impl Secrets + 'static,
    timeout: Duration,
) -> PayPalGateway {
    PayPalGateway::new(endpoint, Arc::new(secrets), SecretName("paypal".to_owned()), timeout).unwrap()
}

/// 89.99 EUR for the order `order`, first attempt.
pub(crate) fn charge() -> Charge {
    Charge {
        order_id: "order".parse().unwrap(),
        caller: "customer-ada".parse().unwrap(),
        attempt: 1,
        amount: money(8999, "EUR"),
        method: PaymentMethod::PayPal,
        return_url: None,
        action_result: None,
        renewal: 0,
    }
}

pub(crate) fn reference() -> GatewayReference {
    "ORDER1".parse().unwrap()
}

/// PayPal, giving a token and then these answers.
pub(crate) async fn scripted(answers: &[(u16, &str)]) -> Scripted {
    let answers: Vec<_> = [TOKEN].iter().chain(answers).copied().collect();
    Scripted::answering(&answers).await
}

/// A sandbox that runs, and the adapter that speaks to it.
pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
    pub(crate) gateway: PayPalGateway,
}

impl Shop {
    pub(crate) async fn start() -> Self {
        let sandbox = Sandbox::start(&Options::default()).await;
        let gateway = gateway(&sandbox.address);
        Self { sandbox, gateway }
    }

    /// Opens an order, and answers its id and where its shopper goes.
    pub(crate) async fn opened(&self, charge: &Charge) -> (GatewayReference, String) {
        let outcome = self.gateway.open(charge).await;
        let Outcome::ApprovalNeeded { reference, url } = outcome else { panic!("not opened: {outcome:?}") };
        (reference, url)
    }

    /// Opens an order that its shopper approves with this account.
    pub(crate) async fn approved(&self, charge: &Charge, account: &str) -> GatewayReference {
        let (reference, url) = self.opened(charge).await;
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = browser.post(url).form(&[("account", account)]).send().await.unwrap();
        assert!(answer.status().as_u16() < 400, "{}", answer.status());
        reference
    }
}
