use async_trait::async_trait;
use domain::Idempotent;
use domain::payment::{GatewayName, GatewayReference};
use domain::webhook::{EventKey, Fact, Settlement, Webhook};

use super::Failure;

/// Takes in what gateways tell.
#[async_trait]
pub trait WebhookInbox: Send + Sync {
    /// Writes an event that was received, unless one of its key is there: the first one stays, whatever became of it.
    ///
    /// MUST keep its fact, if it has one, before the event itself: a worker that finds the event finds the fact too.
    async fn receive(&self, webhook: &Webhook) -> Result<Idempotent<()>, Failure>;
}

/// Sees to what gateways told.
#[async_trait]
pub trait WebhookLedger: Send + Sync {
    /// The event as it is now (a consistent read).
    async fn webhook(&self, key: &EventKey) -> Result<Option<Webhook>, Failure>;

    /// Writes what became of an event ([`Webhook::settle`]).
    ///
    /// MUST change nothing unless it is there and still `received`: whoever settled it first decides.
    async fn settle(&self, key: &EventKey, settlement: Settlement) -> Result<Idempotent<()>, Failure>;
}

/// Where events wait for a person.
#[async_trait]
pub trait WebhookQuarantine: WebhookLedger {
    /// Writes what a person decided about an event in quarantine ([`Webhook::decide`]).
    ///
    /// MUST change nothing unless it is there and still in quarantine: whoever decided first decides.
    async fn resolve(&self, decided: &Webhook) -> Result<Idempotent<()>, Failure>;
}

/// Keeps what the list of a gateway proves that cannot be asked.
#[async_trait]
pub trait FactLedger: Send + Sync {
    /// Keeps a fact about an object of the event's gateway, beside those that events brought.
    ///
    /// MUST change nothing where a fact is kept under this key: the first stays.
    async fn keep(
        &self,
        key: &EventKey,
        reference: &GatewayReference,
        fact: &Fact,
    ) -> Result<Idempotent<()>, Failure>;
}

/// Reads what gateways told that cannot be asked.
#[async_trait]
pub trait Facts: Send + Sync {
    /// Every fact about a gateway's object, in no order (a consistent read).
    async fn facts(&self, gateway: GatewayName, reference: &GatewayReference) -> Result<Vec<Fact>, Failure>;
}
