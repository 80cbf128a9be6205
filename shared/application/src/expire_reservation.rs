//! Ends a reservation, or the order it became, whose time is over.

use domain::order::{Order, OrderState};
use domain::reservation::{ExpireRefused, Reservation};
use domain::{Idempotent, OrderId, ReservationId, Timestamp};

use crate::release_reservation::free_holds;
use crate::repeat::until_definite;
use crate::{
    ChangeError, Clock, CloseError, Failure, Holds, OrderLedger, Queues, ReservationCloser, Subject, WakeUp,
};

/// How often the decision is made anew after somebody else closed the reservation meanwhile.
const DECISIONS_MAX: u32 = 3;

/// What the use case needs.
pub struct Ports<'a> {
    /// Reservations.
    pub reservations: &'a dyn ReservationCloser,
    /// Their holds.
    pub holds: &'a dyn Holds,
    /// The orders that they became.
    pub orders: &'a dyn OrderLedger,
    /// Where a deadline further away than the longest delay is sent on.
    pub queues: &'a dyn Queues,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// Ends one reservation if its time is over. Safe to run any number of times.
///
/// # Errors
/// When the store or the queue fails: the message must come again.
pub async fn expire_reservation(ports: &Ports<'_>, id: &ReservationId) -> Result<(), Failure> {
    for _ in 0..DECISIONS_MAX {
        let Some(reservation) = ports.reservations.reservation(id).await? else {
            // No write of ours makes a hold without its reservation; tables restored to different times may.
            tracing::error!(reservation = %id, "a hold needs a person: its reservation does not exist");
            return Ok(());
        };
        let now = ports.clock.now();
        let closed = match reservation.expire(now) {
            Ok(Idempotent::Executed(expired)) => close(ports, expired).await?,
            Ok(Idempotent::AlreadyApplied(closed)) => Some(closed),
            Err(ExpireRefused::NotDue { expires_at }) => return send_on(ports, id, expires_at, now).await,
            Err(ExpireRefused::Ordered(order)) => return expire_order(ports, &order, now).await,
        };
        if let Some(closed) = closed {
            return free_holds(ports.holds, &closed).await;
        }
    }
    Err(Failure::Throttled)
}

/// Closes first; the holds are freed after that, because no hold is freed under a reservation that could still be
/// checked out. `None` when a checkout or a release came first, or this very write did: what stands decides.
async fn close(ports: &Ports<'_>, expired: Reservation) -> Result<Option<Reservation>, Failure> {
    match until_definite(|| ports.reservations.close(&expired)).await {
        Ok(()) => {
            tracing::info!(reservation = %expired.id, "reservation expired");
            Ok(Some(expired))
        }
        Err(CloseError::NotOpen) => Ok(None),
        Err(CloseError::Failure(failure)) => Err(failure),
    }
}

/// The message came before the deadline, because the queue knows no longer delay.
async fn send_on(
    ports: &Ports<'_>,
    id: &ReservationId,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), Failure> {
    let wake_up = WakeUp { subject: Subject::ExpireReservation(id.clone()), at: expires_at };
    let refused = ports.queues.send(&[wake_up], now).await?;
    if refused.is_empty() { Ok(()) } else { Err(Failure::Unavailable) }
}

/// An order is given up only when its payment failed and its time to try again is over.
async fn expire_order(ports: &Ports<'_>, id: &OrderId, now: Timestamp) -> Result<(), Failure> {
    let Some(order) = ports.orders.order(id).await? else {
        return Ok(());
    };
    if let OrderState::PaymentFailed { retry_until } = order.state
        && now < retry_until
    {
        return send_on(ports, &order.reservation_id, retry_until, now).await;
    }
    cancel(ports, order, now).await
}

async fn cancel(ports: &Ports<'_>, order: Order, now: Timestamp) -> Result<(), Failure> {
    // Paid, in flight or cancelled: no clock ends it.
    let Ok(change) = order.expire(now) else { return Ok(()) };
    match until_definite(|| ports.orders.record(&change)).await {
        Ok(()) => {
            tracing::info!(order = %change.order.id, "order cancelled: no payment in time");
            Ok(())
        }
        // The shopper offered another method just now, or this very write was applied: both stand.
        Err(ChangeError::Conflict) => Ok(()),
        Err(ChangeError::Failure(failure)) => Err(failure),
    }
}
