use domain::order::Order;
use domain::payment::{Attempt, AttemptState, Charge, Outcome};

use crate::Failure;
use crate::capture_payment::Ports;
use crate::decision::{DECISIONS_MAX, decide};

/// No attempt asks for so many voids, so that this one has a key of its own: under a key of the attempt's, the gateway would
/// only repeat what it answered before it held the money.
const LATE_VOID: u32 = u32::MAX;

/// The gateway has news of an object that it had said no to. What it holds for it is given up, and what it moved goes back: the
/// attempt stays what it was, and its order goes on without it.
pub(super) async fn see_to(ports: &Ports<'_>, order: &Order, attempt: &Attempt) -> Result<(), Failure> {
    let Some(reference) = &attempt.reference else { return Ok(()) };
    if !ports.budget.allows_call(ports.clock.now()) {
        return Err(Failure::Throttled);
    }
    let gateway = ports.gateways.of(attempt);
    let charge = order.charge(attempt);
    match gateway.look_up(&charge, reference).await {
        Outcome::Captured => orphan(ports, order, attempt).await,
        Outcome::Authorized | Outcome::AuthorizedAtRisk(_) => {
            // The look took its part of the time.
            if !ports.budget.allows_call(ports.clock.now()) {
                return Err(Failure::Throttled);
            }
            // Nobody wants this money any more, so the call needs no claim. The next look shows what became of it.
            let _seen_next_time = gateway.void(&Charge { renewal: LATE_VOID, ..charge }, reference).await;
            Err(Failure::Unavailable)
        }
        Outcome::Mismatch => {
            tracing::error!(order = %order.id, attempt = attempt.number, "a payment needs a person: not what was asked for");
            Ok(())
        }
        // Of what was never confirmed there is nothing to be seen.
        Outcome::Unknown if attempt.state == AttemptState::NotSent => Ok(()),
        Outcome::Unknown | Outcome::Received | Outcome::Invalid(_) | Outcome::Rejected | Outcome::NotSent => {
            Err(Failure::Unavailable)
        }
        Outcome::Opened(_)
        | Outcome::ApprovalNeeded { .. }
        | Outcome::Approved
        | Outcome::RequiresAction { .. }
        | Outcome::Declined(_)
        | Outcome::Voided => Ok(()),
    }
}

async fn orphan(ports: &Ports<'_>, order: &Order, attempt: &Attempt) -> Result<(), Failure> {
    let number = attempt.number;
    let found = decide(ports.orders, &order.id, DECISIONS_MAX, |found| {
        // Orders are never deleted, and a definite no stays one.
        let order = found.ok_or(Failure::Unreadable("an order"))?;
        order.orphan(number, ports.clock.now()).map_err(|_| Failure::Unreadable("an attempt"))
    })
    .await?;
    if !found.is_replay() {
        tracing::error!(order = %order.id, attempt = number, "captured after a definite no: the money goes back");
    }
    Ok(())
}
