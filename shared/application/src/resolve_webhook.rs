//! Takes a person's decision about an event in quarantine.

use domain::Idempotent;
use domain::webhook::{EventKey, NotQuarantined, QuarantineDecision, Webhook};

use crate::decision::DECISIONS_MAX;
use crate::repeat::until_definite;
use crate::{Clock, Failure, WebhookQuarantine};

/// What the use case needs.
pub struct Ports<'a> {
    /// What gateways told.
    pub webhooks: &'a dyn WebhookQuarantine,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// Why the decision was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveWebhookError {
    /// Nobody told such an event.
    #[error("there is no such event")]
    NotFound,
    /// It is not in quarantine.
    #[error(transparent)]
    Refused(#[from] NotQuarantined),
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Writes the decision down, once; what is to be applied again wakes its worker.
///
/// # Errors
/// See [`ResolveWebhookError`].
pub async fn resolve_webhook(
    ports: &Ports<'_>,
    key: &EventKey,
    decision: QuarantineDecision,
) -> Result<Idempotent<Webhook>, ResolveWebhookError> {
    for _ in 0..DECISIONS_MAX {
        let webhook = ports.webhooks.webhook(key).await?.ok_or(ResolveWebhookError::NotFound)?;
        let decided = match webhook.decide(decision, ports.clock.now())? {
            Idempotent::Executed(decided) => decided,
            decided @ Idempotent::AlreadyApplied(_) => return Ok(decided),
        };
        if !until_definite(|| ports.webhooks.resolve(&decided)).await?.is_replay() {
            return Ok(Idempotent::Executed(decided));
        }
    }
    Err(Failure::Throttled.into())
}
