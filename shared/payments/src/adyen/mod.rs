//! Adyen, with payments of stored cards that are captured by hand.
//!
//! Nothing can be created there without asking for the money, and nothing can be read. So the object is our own name for
//! the attempt, `open` makes no call, and a confirm is the payment itself. Captures, cancels and refunds are only taken
//! on; what became of them is read from the verified webhooks that were kept ([`application::Facts`]).

mod answer; // what an answer proves
mod call; // what is asked, and how it is written
mod completion; // what the shopper must do, and what came of it
mod decline; // what a shopper may do after each refusal
mod facts; // what the kept webhooks prove
mod reports; // what moved, by the files that Adyen makes of each day
mod risk; // what Adyen thinks of a payment
mod webhook; // what Adyen tells by itself
mod wire; // Adyen's JSON

use core::time::Duration;
use std::sync::Arc;

use application::{Facts, Failure, Gateway, Secret, SecretName, Secrets, Transfers};
use async_trait::async_trait;
use domain::Currency;
use domain::payment::{
    Charge, Decline, DisputeSeen, GatewayName, GatewayReference, Outcome, RefundCharge, RefundOutcome, Retry,
};
use domain::webhook::{Fact, Purpose};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use tokio::time::Instant;

use self::call::{Call, Message};
use self::reports::Reports;
use crate::held::LastHeld;
use crate::line::{Exchange, Line, SettingError};
use crate::reference;
use crate::report::{report, report_refund};
use crate::secret_key::SecretKey;

pub use self::webhook::AdyenWebhooks;

/// Charges at Adyen, or at the sandbox gateway, which speaks the same API.
pub struct AdyenGateway {
    line: Line,
    merchant_account: String,
    key: SecretKey,
    facts: Arc<dyn Facts>,
    timeout: Duration,
    reports: Option<Reports>,
    held: LastHeld,
}

/// The currencies whose minor units Adyen counts in other decimals than ISO 4217
/// (<https://docs.adyen.com/development-resources/currency-codes>).
const OTHER_DECIMALS: [&str; 4] = ["CLP", "CVE", "IDR", "ISK"];

/// Whether Adyen takes a currency in the units that the shop counts in.
pub fn takes(currency: Currency) -> bool {
    !OTHER_DECIMALS.contains(&currency.as_str())
}

impl AdyenGateway {
    /// A gateway at `endpoint`, such as `https://checkout-test.adyen.com`, for a merchant account, with the API key that
    /// is kept under `secret_name`. Each operation ends within `timeout`.
    ///
    /// # Errors
    /// When the endpoint is no URL, or the HTTP client cannot be made.
    pub fn new(
        endpoint: &str,
        merchant_account: String,
        secrets: Arc<dyn Secrets>,
        secret_name: SecretName,
        facts: Arc<dyn Facts>,
        timeout: Duration,
    ) -> Result<Self, SettingError> {
        let key = SecretKey::new(secrets, secret_name);
        let line = Line::new(endpoint, timeout)?;
        Ok(Self { line, merchant_account, key, facts, timeout, reports: None, held: LastHeld::default() })
    }

    /// The same gateway, whose reports are read at `endpoint`, such as `https://ca-test.adyen.com`, with the report user's
    /// credentials that are kept under `secret_name`.
    ///
    /// # Errors
    /// When the endpoint is no URL, or the HTTP client cannot be made.
    pub fn with_reports(
        self,
        endpoint: &str,
        secrets: Arc<dyn Secrets>,
        secret_name: SecretName,
    ) -> Result<Self, SettingError> {
        let reports = Reports::new(endpoint, self.merchant_account.clone(), secrets, secret_name)?;
        Ok(Self { reports: Some(reports), ..self })
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Makes one call, and says what it proved.
    async fn make(&self, call: &Call<'_>, deadline: Instant) -> (Exchange, Outcome) {
        let exchange = self.exchange(&call.message, deadline).await;
        let outcome = answer::prove(call, &exchange);
        let code = answer::refusal_code(&exchange);
        report(call.charge, call.operation.as_str(), &exchange, code.as_deref(), &outcome);
        (exchange, outcome)
    }

    async fn exchange(&self, message: &Message, deadline: Instant) -> Exchange {
        let request = |secret: &Secret| {
            let mut key = HeaderValue::from_str(secret.expose()).ok()?;
            key.set_sensitive(true);
            let request = self.line.post(&message.path).header("X-API-Key", key);
            let request = request.header("Idempotency-Key", &message.key);
            Some(request.header(CONTENT_TYPE, "application/json").body(message.body.clone()))
        };
        self.key.exchange(deadline, request).await
    }

    /// What was told of an attempt. That it cannot be read is as good as nothing told.
    async fn told(&self, reference: &GatewayReference) -> Vec<Fact> {
        self.facts.facts(GatewayName::Adyen, reference).await.unwrap_or_else(|failure| {
            tracing::warn!(%failure, "what Adyen told cannot be read");
            Vec::new()
        })
    }

    /// Makes a call that authorizes, and notes what it holds.
    async fn authorize(&self, call: &Call<'_>, reference: &GatewayReference, deadline: Instant) -> Outcome {
        let (exchange, outcome) = self.make(call, deadline).await;
        let is_held = matches!(outcome, Outcome::Authorized | Outcome::AuthorizedAtRisk(_));
        if let Some(payment) = answer::payment(&exchange).filter(|_| is_held) {
            self.held.note(reference, payment);
        }
        outcome
    }

    /// Adyen's id of an authorized payment: as it answered just now, as it told it, or as it answers a repetition of the
    /// request that made it.
    async fn payment(
        &self,
        charge: &Charge,
        reference: &GatewayReference,
        deadline: Instant,
    ) -> Option<GatewayReference> {
        if let Some(payment) = self.held.take(reference) {
            return Some(payment);
        }
        if let Some(payment) = facts::authorized(&self.told(reference).await) {
            return Some(payment);
        }
        self.authorize(&Call::authorization(charge, &self.merchant_account)?, reference, deadline).await;
        self.held.take(reference)
    }
}

#[async_trait]
impl Gateway for AdyenGateway {
    async fn open(&self, charge: &Charge) -> Outcome {
        let declined =
            |code: &str| Outcome::Declined(Decline { code: code.to_owned(), retry: Retry::OtherMethod });
        if !takes(charge.amount.currency()) {
            return declined("currency_not_supported");
        }
        if charge.return_url.is_none() {
            return declined("return_url_missing");
        }
        reference::of(charge).map_or(Outcome::NotSent, Outcome::Opened)
    }

    async fn confirm(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        match Call::payment(charge, &self.merchant_account) {
            Some(call) => self.authorize(&call, reference, self.deadline()).await,
            // Nothing like it was ever opened.
            None => Outcome::Unknown,
        }
    }

    async fn complete(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        match Call::completion(charge) {
            Some(call) => self.authorize(&call, reference, self.deadline()).await,
            // The shopper brought nothing back.
            None => Outcome::Unknown,
        }
    }

    async fn capture(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        // Both calls together end within one time-out: nobody waits longer for a capture.
        let deadline = self.deadline();
        let Some(payment) = self.payment(charge, reference, deadline).await else {
            return Outcome::Unknown;
        };
        match Call::capture(charge, reference, &payment, &self.merchant_account) {
            Some(call) => self.make(&call, deadline).await.1,
            None => Outcome::Unknown,
        }
    }

    async fn void(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        let _given_up = self.held.take(reference);
        match Call::void(charge, reference, &self.merchant_account) {
            Some(call) => self.make(&call, self.deadline()).await.1,
            None => Outcome::Unknown,
        }
    }

    async fn look_up(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        facts::prove(charge, &self.told(reference).await)
    }

    async fn refund(&self, refund: &RefundCharge) -> RefundOutcome {
        let payment = facts::authorized(&self.told(&refund.reference).await);
        let message = payment.and_then(|payment| call::refund(refund, &payment, &self.merchant_account));
        let Some(message) = message else {
            // A capture is known by what was told of it, so this was told too, and could not be read.
            return RefundOutcome::NotSent;
        };
        let exchange = self.exchange(&message, self.deadline()).await;
        let outcome = answer::prove_refund(&exchange);
        let code = answer::refusal_code(&exchange);
        report_refund(refund, "refund", &exchange, code.as_deref(), outcome);
        outcome
    }

    async fn look_up_refund(&self, refund: &RefundCharge) -> RefundOutcome {
        facts::prove_refund(refund, &self.told(&refund.reference).await)
    }

    async fn disputes(
        &self,
        _charge: &Charge,
        reference: &GatewayReference,
    ) -> Result<Vec<DisputeSeen>, Failure> {
        facts::disputes(&self.facts.facts(GatewayName::Adyen, reference).await?)
    }

    async fn purpose(&self, reference: &GatewayReference) -> Result<Option<Purpose>, Failure> {
        Ok(reference::purpose(reference.as_str()))
    }

    fn transfers(&self) -> Option<&dyn Transfers> {
        Some(self.reports.as_ref()?)
    }
}
