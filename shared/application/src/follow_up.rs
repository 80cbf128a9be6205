//! A gateway has news of an attempt: it is asked how its object stands, and the order is taken on from there.
//!
//! The news itself decides nothing, so that it may come twice, late or for nothing.

use domain::order::Order;
use domain::payment::{AttemptNumber, AttemptState};

use crate::capture_payment::{Ports, capture_approved, capture_payment_now};
use crate::repeat::until_definite;
use crate::{ChangeError, Failure};

mod denied; // money that came for an attempt that had been a definite no
mod disputed; // money that its shopper demands back over the shop's head

pub(crate) use disputed::follow_up_dispute;

/// Does what the gateway's object asks for. A capture is a fact that no news unmakes.
///
/// # Errors
/// When the store fails, or the gateway does not say what became of money that nobody waits for: it must be tried again.
pub(crate) async fn follow_up(ports: &Ports<'_>, order: Order, number: AttemptNumber) -> Result<(), Failure> {
    match order.attempts.iter().find(|attempt| attempt.number == number) {
        None => Ok(()),
        Some(attempt) if attempt.is_definite_no() => {
            denied::see_to(ports, &order, attempt).await?;
            if order.open_refund().is_some() { capture_payment_now(ports, order).await } else { Ok(()) }
        }
        Some(attempt) if attempt.state == AttemptState::ManualReview => look_again(ports, order).await,
        Some(attempt) if attempt.is_settled() && order.open_refund().is_none() => Ok(()),
        // A gateway that does not answer leaves the order with its own next wake, so that the news is not needed any more.
        Some(_) => capture_payment_now(ports, order).await,
    }
}

/// The gateway tells that the shopper has approved. Where that is what the attempt waits for, its confirm is made at once, and
/// refused if it is not so.
///
/// # Errors
/// As [`follow_up`].
pub(crate) async fn follow_up_approval(
    ports: &Ports<'_>,
    order: Order,
    number: AttemptNumber,
) -> Result<(), Failure> {
    let is_last = order.attempt().is_some_and(|attempt| attempt.number == number && !attempt.is_settled());
    if is_last { capture_approved(ports, order).await } else { follow_up(ports, order, number).await }
}

/// What waits for a person is asked about once more: the gateway may know by now.
async fn look_again(ports: &Ports<'_>, order: Order) -> Result<(), Failure> {
    let Ok(change) = order.look_again(ports.clock.now()) else { return Ok(()) };
    match until_definite(|| ports.orders.record(&change)).await {
        Ok(()) => capture_payment_now(ports, change.order).await,
        Err(ChangeError::Conflict) => Err(Failure::Throttled),
        Err(ChangeError::Failure(failure)) => Err(failure),
    }
}
