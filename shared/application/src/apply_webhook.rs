//! Applies what a gateway told: asks the gateway how its object stands, and takes the payment on from there.
//!
//! What the event itself says decides nothing, so that one that comes twice, late or out of order changes nothing.

use domain::order::Order;
use domain::webhook::{Event, EventKey, EventSubject, Mode, Purpose, Quarantine, Settlement};

use crate::capture_payment;
use crate::follow_up::{follow_up, follow_up_approval, follow_up_dispute};
use crate::repeat::until_definite;
use crate::{Breaker, Budget, Clock, Failure, Gateways, OrderLedger, Velocity, WebhookLedger};

/// What the use case needs.
pub struct Ports<'a> {
    /// What gateways told.
    pub webhooks: &'a dyn WebhookLedger,
    /// Orders.
    pub orders: &'a dyn OrderLedger,
    /// What the fraud rules are told.
    pub velocity: &'a dyn Velocity,
    /// Payment gateways.
    pub gateways: &'a Gateways,
    /// What keeps charges from beginning at a gateway that is ill.
    pub breaker: Breaker<'a>,
    /// The time that is left for it.
    pub budget: Budget,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Whether this deployment moves real money.
    pub mode: Mode,
}

/// Applies one event. Safe to run any number of times, by any number of workers.
///
/// # Errors
/// When the store fails: the message must come again.
pub async fn apply_webhook(ports: &Ports<'_>, key: &EventKey) -> Result<(), Failure> {
    let gateway = key.gateway.as_str();
    let Some(webhook) = ports.webhooks.webhook(key).await? else {
        tracing::warn!(gateway, event = %key.id, "woken for an event that does not exist");
        return Ok(());
    };
    if webhook.is_settled() {
        return Ok(());
    }
    let settlement = match concerned(ports, webhook.event.clone()).await? {
        Ok((event, order)) => {
            see_to(ports, &event, order).await?;
            Settlement::Applied { at: ports.clock.now() }
        }
        Err(reason) => {
            let (kind, word) = (&webhook.event.kind, reason.as_str());
            // Said before it is written: whoever dies in between is followed by one who says it again.
            tracing::error!(gateway, event = %key.id, %kind, reason = word, "a webhook needs a person");
            Settlement::Quarantined { at: ports.clock.now(), reason }
        }
    };
    let again = until_definite(|| ports.webhooks.settle(key, settlement)).await?.is_replay();
    let state = settlement.as_str();
    tracing::info!(gateway, event = %key.id, state, again, "a webhook was seen to");
    Ok(())
}

/// The order whose attempt has, or will have, the event's object, and the event with what that was opened for.
async fn concerned(
    ports: &Ports<'_>,
    mut event: Event,
) -> Result<Result<(Event, Order), Quarantine>, Failure> {
    if event.mode != ports.mode {
        return Ok(Err(Quarantine::OtherMode));
    }
    if event.subject == EventSubject::Reversal {
        return Ok(Err(Quarantine::Reversed));
    }
    event.purpose = purpose(ports, &event).await?;
    let Some(purpose) = &event.purpose else {
        return Ok(Err(Quarantine::UnknownOrder));
    };
    let Some(order) = ports.orders.order(&purpose.order_id).await? else {
        return Ok(Err(Quarantine::UnknownOrder));
    };
    let is_known = event.attempt_of(&order).is_some();
    Ok(if is_known { Ok((event, order)) } else { Err(Quarantine::UnknownAttempt) })
}

/// What the event's object was opened for. A dispute need not say it; its payment does.
async fn purpose(ports: &Ports<'_>, event: &Event) -> Result<Option<Purpose>, Failure> {
    if event.purpose.is_some() || event.subject != EventSubject::Dispute {
        return Ok(event.purpose.clone());
    }
    if !ports.budget.allows_call(ports.clock.now()) {
        return Err(Failure::Throttled);
    }
    ports.gateways.named(event.key.gateway).purpose(&event.reference).await
}

/// Asks the gateway what became of the event's attempt, and of its disputes where the event is about one.
async fn see_to(ports: &Ports<'_>, event: &Event, order: Order) -> Result<(), Failure> {
    let Some(attempt) = event.attempt_of(&order).map(|attempt| attempt.number) else { return Ok(()) };
    let Ports { orders, velocity, gateways, breaker, budget, clock, .. } = *ports;
    let ports = capture_payment::Ports { orders, velocity, gateways, breaker, budget, clock };
    match event.subject {
        EventSubject::Payment => follow_up(&ports, order, attempt).await,
        EventSubject::Approval => follow_up_approval(&ports, order, attempt).await,
        EventSubject::Dispute => follow_up_dispute(&ports, order, attempt).await,
        // Put aside before.
        EventSubject::Reversal => Ok(()),
    }
}
