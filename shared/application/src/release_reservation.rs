//! Gives a reservation's units back to sale because its shopper gave it up.

use domain::order::OrderState;
use domain::reservation::Reservation;
use domain::{Caller, Idempotent, ReservationId};

use crate::give_back::{self, free_all};
use crate::repeat::until_definite;
use crate::{
    Chance, Clock, CloseError, Failure, Holds, Limits, Orders, ReservationCloser, StockRoom, claims,
};

/// What the use case needs.
pub struct Ports<'a> {
    /// Reservations.
    pub reservations: &'a dyn ReservationCloser,
    /// Their holds.
    pub holds: &'a dyn Holds,
    /// What they count against customers' limits.
    pub limits: &'a dyn Limits,
    /// Where units are looked for.
    pub stock: &'a dyn StockRoom,
    /// The orders that they became.
    pub orders: &'a dyn Orders,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub chance: &'a dyn Chance,
}

/// Why a reservation was not released.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseReservationError {
    /// This caller made no reservation of that id.
    #[error("there is no such reservation")]
    NotFound,
    /// It became an order.
    #[error("the reservation is being paid for or was sold")]
    NotHeld,
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Releases a reservation; one that was released or has expired stays as it is.
///
/// # Errors
/// See [`ReleaseReservationError`].
pub async fn release_reservation(
    ports: &Ports<'_>,
    caller: &Caller,
    id: &ReservationId,
) -> Result<(), ReleaseReservationError> {
    let found = ports.reservations.reservation(id).await?;
    let reservation =
        found.filter(|reservation| reservation.is_of(caller)).ok_or(ReleaseReservationError::NotFound)?;
    let released = match reservation.clone().release() {
        Ok(Idempotent::Executed(released)) => close(ports, released).await?,
        Ok(Idempotent::AlreadyApplied(released)) => released,
        Err(_refused) => return given_up(ports, &reservation).await,
    };
    let Ports { holds, stock, clock, chance, .. } = *ports;
    let giving_back = give_back::Ports { holds, stock, clock, chance };
    free_all(giving_back, &released).await?.tell(giving_back).await?;
    claims::give_back(ports.limits, &released).await?;
    Ok(())
}

/// A reservation whose order was given up has expired with it, and its units are free already.
async fn given_up(ports: &Ports<'_>, reservation: &Reservation) -> Result<(), ReleaseReservationError> {
    let order = match reservation.order_id() {
        Some(order) => ports.orders.order(order).await?,
        None => None,
    };
    match order.map(|order| order.state) {
        Some(OrderState::Cancelled { .. }) => Ok(()),
        Some(OrderState::PendingPayment | OrderState::Paid { .. } | OrderState::PaymentFailed { .. })
        | None => Err(ReleaseReservationError::NotHeld),
    }
}

/// Closes first and frees second: no hold is freed under a reservation that could still be checked out.
async fn close(ports: &Ports<'_>, released: Reservation) -> Result<Reservation, ReleaseReservationError> {
    match until_definite(|| ports.reservations.close(&released)).await {
        Ok(released) => Ok(released),
        Err(CloseError::Failure(failure)) => Err(failure.into()),
        // A checkout, an expiry or this very write came first: what stands decides.
        Err(CloseError::NotOpen) => {
            let stands = ports.reservations.reservation(&released.id).await?;
            let stands = stands.ok_or(ReleaseReservationError::NotFound)?;
            stands.release().map(Idempotent::into_inner).map_err(|_refused| ReleaseReservationError::NotHeld)
        }
    }
}
