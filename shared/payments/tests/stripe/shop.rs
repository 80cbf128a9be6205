use std::sync::Arc;
use std::time::Duration;

use application::{Gateway, SecretName, Secrets};
use domain::payment::{Charge, GatewayReference, Operation, Outcome, PaymentMethod};
use payments::stripe::StripeGateway;
use reqwest::StatusCode;
use sandbox_gateway::Options;

use crate::rotated::Rotated;
use crate::sandbox::{Sandbox, money};

const GOOD: Rotated = Rotated { current: Ok("sk_test_1"), refreshed: Ok("sk_test_1") };

/// An adapter that waits longer than any test takes.
pub(crate) fn gateway(endpoint: &str) -> StripeGateway {
    gateway_with(endpoint, GOOD, Duration::from_secs(60))
}

/// An adapter that gives up soon, for calls that are never answered.
pub(crate) fn impatient(endpoint: &str) -> StripeGateway {
    gateway_with(endpoint, GOOD, Duration::from_secs(1))
}

pub(crate) fn gateway_with(
    endpoint: &str,
    secrets: impl Secrets + 'static,
    timeout: Duration,
) -> StripeGateway {
    StripeGateway::new(endpoint, Arc::new(secrets), SecretName("stripe".to_owned()), timeout).unwrap()
}

/// 89.99 EUR for the order `order`, first attempt.
pub(crate) fn charge(token: &str) -> Charge {
    Charge {
        order_id: "order".parse().unwrap(),
        caller: "customer-ada".parse().unwrap(),
        attempt: 1,
        amount: money(8999, "EUR"),
        method: PaymentMethod::Stripe { token: token.parse().unwrap() },
        return_url: None,
        action_result: None,
        renewal: 0,
    }
}

/// An object that no sandbox has.
pub(crate) fn reference() -> GatewayReference {
    "pi_1".parse().unwrap()
}

/// A sandbox that runs, and the adapter that speaks to it.
pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
    pub(crate) gateway: StripeGateway,
}

impl Shop {
    pub(crate) async fn start() -> Self {
        let sandbox = Sandbox::start(&Options::default()).await;
        let gateway = gateway(&sandbox.address);
        Self { sandbox, gateway }
    }

    pub(crate) async fn opened(&self, charge: &Charge) -> GatewayReference {
        let outcome = self.gateway.open(charge).await;
        let Outcome::Opened(reference) = outcome else { panic!("not opened: {outcome:?}") };
        reference
    }

    /// Waits until a confirm that is on its way has arrived: until then its key is in use.
    pub(crate) async fn confirm_has_landed(&self, charge: &Charge, reference: &GatewayReference) {
        let url = format!("{}/v1/payment_intents/{}/confirm", self.sandbox.address, reference.as_str());
        let repeat = reqwest::Client::new()
            .post(url)
            .bearer_auth("sk_test_1")
            .header("idempotency-key", charge.idempotency_key(Operation::Confirm))
            .form::<[(&str, &str)]>(&[]);
        let landing = async {
            while repeat.try_clone().unwrap().send().await.unwrap().status() == StatusCode::CONFLICT {}
        };
        tokio::time::timeout(Duration::from_secs(30), landing).await.expect("it never landed");
    }
}
