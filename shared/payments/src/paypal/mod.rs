//! PayPal, with orders that the shopper approves and that are authorized before they are captured.

mod access; // the token that proves who asks
mod amount; // money in major units, as PayPal writes it
mod answer; // what an answer proves
mod call; // what is asked, and how it is written
mod decline; // what a shopper may do after each decline
mod dispute; // money that shoppers demand back over the shop's head
mod exchange; // one request and its answer, or the loss of it
mod refund; // money that goes back
mod transfers; // what moved
mod webhook; // what PayPal tells by itself, verified
mod wire; // PayPal's JSON

use core::time::Duration;
use std::sync::Arc;

use application::{Cursor, Failure, Gateway, Listing, SecretName, Secrets, Transfers};
use async_trait::async_trait;
use domain::Currency;
use domain::payment::{
    Charge, Decline, DisputeSeen, GatewayName, GatewayReference, Outcome, RefundCharge, RefundOutcome, Retry,
};
use domain::reconciliation::{Transfer, Window};
use domain::webhook::Purpose;
use tokio::time::{Instant, timeout_at};

use self::access::Access;
use self::call::Call;
use self::exchange::Message;
use crate::capability::PAYPAL_LISTS_AFTER;
use crate::held::LastHeld;
use crate::line::{Exchange, Line, SettingError};
use crate::report::{report, report_disputes, report_list, report_purpose, report_refund};

pub use self::webhook::PayPalWebhooks;

/// Charges at PayPal, or at the sandbox gateway, which speaks the same API.
pub struct PayPalGateway {
    line: Line,
    access: Access,
    timeout: Duration,
    held: LastHeld,
}

/// Whether PayPal takes a currency.
pub fn takes(currency: Currency) -> bool {
    amount::is_taken(currency)
}

impl PayPalGateway {
    /// A gateway at `endpoint`, such as `https://api-m.paypal.com`, with the credentials that are kept under
    /// `secret_name` as `{"client_id":"…","client_secret":"…"}`. Each operation ends within `timeout`.
    ///
    /// # Errors
    /// When the endpoint is no URL, or the HTTP client cannot be made.
    pub fn new(
        endpoint: &str,
        secrets: Arc<dyn Secrets>,
        secret_name: SecretName,
        timeout: Duration,
    ) -> Result<Self, SettingError> {
        let (line, access) = (Line::new(endpoint, timeout)?, Access::new(secrets, secret_name));
        Ok(Self { line, access, timeout, held: LastHeld::default() })
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Makes one call, and says what it proved.
    async fn make(&self, call: &Call<'_>, deadline: Instant) -> (Exchange, Outcome) {
        let exchange = self.exchange(&call.message(), deadline).await;
        let outcome = answer::prove(call, &exchange);
        let code = answer::refusal_code(&exchange);
        report(call.charge, call.operation(), &exchange, code.as_deref(), &outcome);
        (exchange, outcome)
    }

    async fn exchange(&self, message: &Message<'_>, deadline: Instant) -> Exchange {
        let exchange = exchange::exchange(&self.line, &self.access, message);
        timeout_at(deadline, exchange).await.unwrap_or(Exchange::Lost)
    }

    async fn read(&self, path: &str, deadline: Instant) -> Exchange {
        self.exchange(&Message { path, change: None }, deadline).await
    }

    /// The order of that id, as it stands now.
    async fn order(&self, reference: &GatewayReference, deadline: Instant) -> Exchange {
        self.read(&format!("/v2/checkout/orders/{}", reference.as_str()), deadline).await
    }

    /// Every dispute in the list of an order's capture, each as it stands now.
    async fn listed(
        &self,
        charge: &Charge,
        list: &Exchange,
        deadline: Instant,
    ) -> Result<Vec<DisputeSeen>, Failure> {
        let mut seen = Vec::new();
        for id in dispute::ids(list)? {
            seen.push(dispute::read(charge, &self.read(&dispute::path(&id), deadline).await)?);
        }
        Ok(seen)
    }

    /// The order's authorization, which a capture and a void are about. Where there is none to change, what was seen
    /// instead.
    async fn authorization(
        &self,
        charge: &Charge,
        reference: &GatewayReference,
        deadline: Instant,
    ) -> Result<GatewayReference, Outcome> {
        if let Some(authorization) = self.held.take(reference) {
            return Ok(authorization);
        }
        let (exchange, outcome) = self.make(&Call::look_up(charge, reference), deadline).await;
        match (outcome, answer::authorization(&exchange)) {
            (Outcome::Authorized, Some(authorization)) => Ok(authorization),
            (Outcome::Authorized, None) => Err(Outcome::Unknown),
            (seen, _) => Err(seen),
        }
    }
}

#[async_trait]
impl Gateway for PayPalGateway {
    async fn open(&self, charge: &Charge) -> Outcome {
        match Call::open(charge) {
            Some(call) => self.make(&call, self.deadline()).await.1,
            None => Outcome::Declined(Decline {
                code: "currency_not_supported".to_owned(),
                retry: Retry::OtherMethod,
            }),
        }
    }

    async fn confirm(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        let (exchange, outcome) = self.make(&Call::authorize(charge, reference), self.deadline()).await;
        if let (Outcome::Authorized, Some(authorization)) = (&outcome, answer::authorization(&exchange)) {
            self.held.note(reference, authorization);
        }
        outcome
    }

    async fn complete(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        self.look_up(charge, reference).await
    }

    async fn capture(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        let deadline = self.deadline();
        let authorization = match self.authorization(charge, reference, deadline).await {
            Ok(authorization) => authorization,
            Err(seen) => return seen,
        };
        match Call::capture(charge, reference, &authorization) {
            Some(call) => self.make(&call, deadline).await.1,
            None => Outcome::Unknown,
        }
    }

    async fn void(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        let deadline = self.deadline();
        let _given_up = self.held.take(reference);
        match self.authorization(charge, reference, deadline).await {
            Ok(authorization) => self.make(&Call::void(charge, reference, &authorization), deadline).await.1,
            Err(seen) => seen,
        }
    }

    async fn look_up(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        self.make(&Call::look_up(charge, reference), self.deadline()).await.1
    }

    async fn refund(&self, refund: &RefundCharge) -> RefundOutcome {
        let deadline = self.deadline();
        let order = self.order(&refund.reference, deadline).await;
        let (Some(path), Some(body)) = (refund::path(&order), refund::asking(refund)) else {
            // Without its capture nothing was asked for.
            let (code, outcome) = (answer::refusal_code(&order), RefundOutcome::NotSent);
            report_refund(refund, "refund", &order, code.as_deref(), outcome);
            return outcome;
        };
        let change = Some((refund.idempotency_key(), body.as_str()));
        let exchange = self.exchange(&Message { path: &path, change }, deadline).await;
        let outcome = refund::prove(refund, &exchange);
        let code = answer::refusal_code(&exchange);
        report_refund(refund, "refund", &exchange, code.as_deref(), outcome);
        outcome
    }

    async fn look_up_refund(&self, refund: &RefundCharge) -> RefundOutcome {
        let exchange = self.order(&refund.reference, self.deadline()).await;
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
        let deadline = self.deadline();
        let path = dispute::list_path(&self.order(reference, deadline).await)?;
        let list = self.read(&path, deadline).await;
        let seen = self.listed(charge, &list, deadline).await;
        report_disputes(charge, &list, seen.as_deref());
        seen
    }

    async fn purpose(&self, reference: &GatewayReference) -> Result<Option<Purpose>, Failure> {
        let exchange = self.order(reference, self.deadline()).await;
        let purpose = dispute::purpose(&exchange);
        report_purpose(GatewayName::PayPal, reference, &exchange, purpose.as_ref());
        purpose
    }

    fn transfers(&self) -> Option<&dyn Transfers> {
        Some(self)
    }
}

#[async_trait]
impl Transfers for PayPalGateway {
    fn complete_after(&self) -> Duration {
        PAYPAL_LISTS_AFTER
    }

    fn page_max(&self) -> Duration {
        self.timeout
    }

    async fn page(&self, window: Window, after: Option<&Cursor>) -> Result<Listing<Transfer>, Failure> {
        let path = transfers::path(window, after)?;
        let exchange = self.exchange(&Message { path: &path, change: None }, self.deadline()).await;
        let page = transfers::read(window, after, &exchange);
        report_list(GatewayName::PayPal, exchange.status(), page.as_ref().map(|page| page.items.len()));
        page
    }
}
