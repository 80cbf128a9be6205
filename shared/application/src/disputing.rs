use domain::order::{DisputeRefused, Order};
use domain::payment::{AttemptNumber, DisputeSeen, DisputeState};

use crate::Failure;
use crate::capture_payment::Ports;
use crate::decision::{DECISIONS_MAX, decide};

/// Asks the gateway for every dispute of a captured attempt, and writes what is new to its order. Answers the order as it
/// is then.
///
/// # Errors
/// When the gateway does not answer, or the store fails: the message must come again.
pub(crate) async fn look_at_disputes(
    ports: &Ports<'_>,
    order: Order,
    attempt: AttemptNumber,
) -> Result<Order, Failure> {
    let Some(disputed) = order.disputable(attempt) else { return Err(Failure::Unavailable) };
    // What was captured has an object.
    let reference = disputed.reference.as_ref().ok_or(Failure::Unreadable("an attempt"))?;
    if !ports.budget.allows_call(ports.clock.now()) {
        return Err(Failure::Throttled);
    }
    let gateway = ports.gateways.of(disputed);
    let seen = gateway.disputes(&order.charge(disputed), reference).await?;
    let decided = decide(ports.orders, &order.id, DECISIONS_MAX, |found| {
        // Orders are never deleted.
        let order = found.ok_or(NotTaken::Failure(Failure::Unreadable("an order")))?;
        order.dispute(attempt, &seen, ports.clock.now()).map_err(NotTaken::Refused)
    })
    .await;
    match decided {
        Ok(written) => {
            let is_new = !written.is_replay();
            let order = written.into_inner();
            report(&order, attempt, &seen, is_new);
            Ok(order)
        }
        Err(NotTaken::Refused(DisputeRefused::NotCaptured)) => Err(Failure::Unavailable),
        Err(NotTaken::Refused(DisputeRefused::OtherMoney)) => {
            tracing::error!(order = %order.id, attempt, "a dispute needs a person: not about what was charged");
            Ok(order)
        }
        Err(NotTaken::Failure(failure)) => Err(failure),
    }
}

enum NotTaken {
    Refused(DisputeRefused),
    Failure(Failure),
}

impl From<Failure> for NotTaken {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// One line for each dispute that this write opened or decided.
fn report(order: &Order, attempt: AttemptNumber, seen: &[DisputeSeen], is_new: bool) {
    if let Some(dispute) = order.contradicted(attempt, seen) {
        let (number, stands) = (dispute.number, dispute.word());
        tracing::error!(order = %order.id, number, stands, "a dispute needs a person: it was decided otherwise before");
    }
    let at_this_write = order.updated_at;
    for dispute in order.disputes.iter().filter(|_| is_new) {
        let (number, amount, state) = (dispute.number, dispute.amount, order.word());
        if dispute.opened_at == at_this_write {
            tracing::error!(order = %order.id, state, number, %amount, "a dispute was opened");
        }
        match dispute.state {
            DisputeState::Won { at } if at == at_this_write => {
                tracing::info!(order = %order.id, state, number, "a dispute was won");
            }
            DisputeState::Lost { at } if at == at_this_write => {
                tracing::warn!(order = %order.id, state, number, %amount, "a dispute was lost");
            }
            DisputeState::Open | DisputeState::Won { .. } | DisputeState::Lost { .. } => {}
        }
    }
}
