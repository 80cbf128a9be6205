//! Stripe, with PaymentIntents that are captured by hand.

mod answer; // what an answer proves
mod call; // what is asked, and how it is written
mod decline; // what a shopper may do after each decline
mod exchange; // one request and its answer, or the loss of it
mod refund; // money that goes back
mod webhook; // what Stripe tells by itself
mod wire; // Stripe's JSON

use core::time::Duration;
use std::sync::Arc;

use application::{Gateway, SecretName, Secrets};
use async_trait::async_trait;
use domain::payment::{Charge, GatewayReference, Outcome, RefundCharge, RefundOutcome};
use tokio::time::{Instant, timeout_at};

use self::call::Call;
use self::exchange::Message;
use crate::credential::Candidates;
use crate::line::{Exchange, Line, SettingError};
use crate::report::{report, report_refund};

pub use self::webhook::{StripeWebhooks, WebhookError};

/// Charges at Stripe, or at the sandbox gateway, which speaks the same API.
pub struct StripeGateway {
    line: Line,
    secrets: Arc<dyn Secrets>,
    secret_name: SecretName,
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
        Ok(Self { line: Line::new(endpoint, timeout)?, secrets, secret_name, timeout })
    }

    async fn make(&self, call: Call<'_>) -> Outcome {
        let exchange = self.exchange(&call.message()).await;
        let outcome = answer::prove(&call, &exchange);
        let code = answer::refusal_code(&exchange);
        report(call.charge, call.operation(), &exchange, code.as_deref(), &outcome);
        outcome
    }

    /// Sends a message, and sends it again while the key is refused and there is another.
    async fn exchange(&self, message: &Message) -> Exchange {
        let deadline = Instant::now() + self.timeout;
        let mut candidates = Candidates::of(self.secrets.as_ref(), &self.secret_name);
        let mut answer = Exchange::NotSent;
        while let Ok(Some(secret)) = timeout_at(deadline, candidates.next()).await {
            answer = match timeout_at(deadline, exchange::send(&self.line, message, &secret)).await {
                // Whatever was sent before was refused unexecuted.
                Ok(Exchange::NotSent) => return answer,
                Ok(sent) => sent,
                Err(_) => return Exchange::Lost,
            };
            if !answer.refused_the_secret() {
                return answer;
            }
        }
        answer
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
}
