use application::resolve_difference::{self, ResolveDifferenceError, resolve_difference};
use application::resolve_order::{self, ResolveOrderError, resolve_order};
use application::resolve_webhook::{self, ResolveWebhookError, resolve_webhook};
use domain::payment::Finding;
use domain::reconciliation::DifferenceKey;
use domain::webhook::{EventKey, QuarantineDecision};
use domain::{Idempotent, OrderId};

use crate::answer::Answer;
use crate::invocation::Invocation;

pub(super) async fn order(at: &Invocation, id: &OrderId, finding: Finding) -> Answer {
    let ports = resolve_order::Ports { orders: at, clock: at };
    match resolve_order(&ports, id, finding).await {
        Err(ResolveOrderError::Failure(_)) => Answer::None,
        answer => Answer::Resolved(answer.map(Idempotent::into_inner)),
    }
}

pub(super) async fn webhook(at: &Invocation, key: &EventKey, decision: QuarantineDecision) -> Answer {
    let ports = resolve_webhook::Ports { webhooks: at, clock: at };
    match resolve_webhook(&ports, key, decision).await {
        Err(ResolveWebhookError::Failure(_)) => Answer::None,
        answer => Answer::WebhookResolved(answer.map(Idempotent::into_inner)),
    }
}

pub(super) async fn difference(at: &Invocation, key: &DifferenceKey) -> Answer {
    let ports = resolve_difference::Ports { differences: at, clock: at };
    match resolve_difference(&ports, key).await {
        Err(ResolveDifferenceError::Failure(_)) => Answer::None,
        answer => Answer::DifferenceResolved(answer.map(Idempotent::into_inner)),
    }
}
