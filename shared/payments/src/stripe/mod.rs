//! Stripe, with PaymentIntents that are captured by hand.

mod answer; // what an answer proves
mod call; // what is asked, and how it is written
mod decline; // what a shopper may do after each decline
mod dispute; // money that shoppers demand back over the shop's head
mod exchange; // what is sent
mod refund; // money that goes back
mod transfers; // what moved
mod webhook; // what Stripe tells by itself
mod wire; // Stripe's JSON

use core::time::Duration;
use std::sync::Arc;

use application::{Cursor, Failure, Gateway, Listing, Secret, SecretName, Secrets, Transfers};
use async_trait::async_trait;
use domain::payment::{
    Charge, DisputeSeen, GatewayName, GatewayReference, Outcome, RefundCharge, RefundOutcome,
};
use domain::reconciliation::{Transfer, Window};
use domain::webhook::Purpose;
use tokio::time::Instant;

use self::call::Call;
use self::exchange::Message;
use crate::capability::STRIPE_LISTS_AFTER;
use crate::line::{Exchange, Line, SettingError};
use crate::report::{report, report_disputes, report_list, report_purpose, report_refund};
use crate::secret_key::SecretKey;

pub use self::webhook::StripeWebhooks;

/// Charges at Stripe, or at the sandbox gateway, which speaks the same API.
pub struct StripeGateway {
    line: Line,
    key: SecretKey,
    timeout: Duration,
}

impl StripeGateway {
    /// A gateway at `endpoint`, such as `https://api.stripe.com`, with the secret key that is kept under
    /// `secret_name`. Each call ends within `timeout`.
    ///
    /// # Errors
    /// When the endpoint is no URL, or the HTTP client cannot be made.
    pub fn new(
        endpoint: &str,
        secrets: Arc<dyn Secrets>,
        secret_name: SecretName,
        timeout: Duration,
    ) -> Result<Self, SettingError> {
        Ok(Self { line: Line::new(endpoint, timeout)?, key: SecretKey::new(secrets, secret_name), timeout })
    }

    async fn make(&self, call: Call<'_>) -> Outcome {
        let exchange = self.exchange(&call.message()).await;
        let outcome = answer::prove(&call, &exchange);
        let code = answer::refusal_code(&exchange);
        report(call.charge, call.operation(), &exchange, code.as_deref(), &outcome);
        outcome
    }

    async fn exchange(&self, message: &Message) -> Exchange {
        let request = |secret: &Secret| exchange::request(&self.line, message, secret);
        self.key.exchange(Instant::now() + self.timeout, request).await
    }
}

#[async_trait]
impl Gateway for StripeGateway {
    async fn open(&self, charge: &Charge) -> Outcome {
        match Call::open(charge) {
            Some(call) => self.make(call).await,
            None => Outcome::NotSent,
        }
    }

    async fn confirm(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        self.make(Call::confirm(charge, reference)).await
    }

    async fn complete(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        self.look_up(charge, reference).await
    }

    async fn capture(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        self.make(Call::capture(charge, reference)).await
    }

    async fn void(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        self.make(Call::void(charge, reference)).await
    }

    async fn look_up(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        self.make(Call::look_up(charge, reference)).await
    }

    async fn refund(&self, refund: &RefundCharge) -> RefundOutcome {
        let exchange = self.exchange(&refund::asking(refund)).await;
        let outcome = refund::prove(refund, &exchange);
        let code = answer::refusal_code(&exchange);
        report_refund(refund, "refund", &exchange, code.as_deref(), outcome);
        outcome
    }

    async fn look_up_refund(&self, refund: &RefundCharge) -> RefundOutcome {
        let exchange = self.exchange(&refund::looking_up(refund)).await;
        let outcome = refund::prove_look_up(refund, &exchange);
        let code = answer::refusal_code(&exchange);
        report_refund(refund, "look_up_refund", &exchange, code.as_deref(), outcome);
        outcome
    }

    async fn disputes(
        &self,
        charge: &Charge,
        reference: &GatewayReference,
    ) -> Result<Vec<DisputeSeen>, Failure> {
        let exchange = self.exchange(&dispute::listing(reference)).await;
        let seen = dispute::read(charge, reference, &exchange);
        report_disputes(charge, &exchange, seen.as_deref());
        seen
    }

    async fn purpose(&self, reference: &GatewayReference) -> Result<Option<Purpose>, Failure> {
        let exchange = self.exchange(&dispute::naming(reference)).await;
        let purpose = dispute::purpose(&exchange);
        report_purpose(GatewayName::Stripe, reference, &exchange, purpose.as_ref());
        purpose
    }

    fn transfers(&self) -> Option<&dyn Transfers> {
        Some(self)
    }
}

#[async_trait]
impl Transfers for StripeGateway {
    fn complete_after(&self) -> Duration {
        STRIPE_LISTS_AFTER
    }

    fn page_max(&self) -> Duration {
        self.timeout
    }

    async fn page(&self, window: Window, after: Option<&Cursor>) -> Result<Listing<Transfer>, Failure> {
        let exchange = self.exchange(&transfers::asking(window, after)?).await;
        let page = transfers::read(&exchange);
        report_list(GatewayName::Stripe, exchange.status(), page.as_ref().map(|page| page.items.len()));
        page
    }
}
