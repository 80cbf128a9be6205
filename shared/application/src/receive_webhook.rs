//! Keeps what a gateway told, once. What it means for its order is found out by the worker of a queue.

use domain::Idempotent;
use domain::webhook::Webhook;

use crate::repeat::until_definite;
use crate::{Clock, Failure, WebhookInbox};

mod verified; // what only its sender can have signed

pub use verified::{Authentic, PublicKey, VerifiedEvent};

/// What the use case needs.
pub struct Ports<'a> {
    /// Where events are kept.
    pub inbox: &'a dyn WebhookInbox,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// Writes the event unless it is there; the store's stream tells the worker that applies it.
///
/// # Errors
/// When the store fails: the gateway must tell it again.
pub async fn receive_webhook(ports: &Ports<'_>, event: VerifiedEvent) -> Result<Idempotent<()>, Failure> {
    let webhook = Webhook::receive(event.into_event(), ports.clock.now());
    let received = until_definite(|| ports.inbox.receive(&webhook)).await?;
    let (event, again) = (&webhook.event, received.is_replay());
    let gateway = event.key.gateway.as_str();
    tracing::info!(gateway, event = %event.key.id, kind = %event.kind, again, "a webhook was received");
    Ok(received)
}
