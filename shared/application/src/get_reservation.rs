//! Shows a reservation to whoever made it.

use domain::reservation::{Reservation, Standing};
use domain::{Caller, ReservationId};

use crate::create_reservation::{Found, find};
use crate::{Clock, Failure, Orders, Reservations, Stock};

/// What the use case needs.
pub struct Ports<'a> {
    /// Reservations.
    pub reservations: &'a dyn Reservations,
    /// The pages of their holds.
    pub stock: &'a dyn Stock,
    /// The orders that they became.
    pub orders: &'a dyn Orders,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// The reservation and where it stands, if this caller made one of that id: from the reservation, then from the order
/// that it became, then from its pages.
///
/// # Errors
/// When the store cannot be read.
pub async fn get_reservation(
    ports: &Ports<'_>,
    caller: &Caller,
    id: &ReservationId,
) -> Result<Option<(Reservation, Standing)>, Failure> {
    let Ports { reservations, stock, orders, clock } = *ports;
    // One that is written and not held yet is not made yet.
    let found = find(reservations, stock, id, clock.now()).await?.filter(|found| found.is_made);
    let Some(Found { reservation, .. }) = found.filter(|found| found.reservation.is_of(caller)) else {
        return Ok(None);
    };
    let standing = standing(orders, clock, &reservation).await?;
    Ok(Some((reservation, standing)))
}

/// Where a reservation that was made stands: derived from it, then from the order that it became.
///
/// # Errors
/// When the store cannot be read.
pub async fn standing(
    orders: &dyn Orders,
    clock: &dyn Clock,
    reservation: &Reservation,
) -> Result<Standing, Failure> {
    let order = match reservation.order_id() {
        Some(order) => orders.order(order).await?,
        None => None,
    };
    Ok(reservation.standing(order.as_ref(), clock.now()))
}
