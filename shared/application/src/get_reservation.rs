//! Shows a reservation to whoever made it.

use domain::reservation::{Reservation, Standing};
use domain::{Caller, ReservationId};

use crate::{Clock, Failure, Orders, Reservations};

/// What the use case needs.
pub struct Ports<'a> {
    /// Reservations.
    pub reservations: &'a dyn Reservations,
    /// The orders that they became.
    pub orders: &'a dyn Orders,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// The reservation and where it stands, if this caller made one of that id.
///
/// # Errors
/// When the store cannot be read.
pub async fn get_reservation(
    ports: &Ports<'_>,
    caller: &Caller,
    id: &ReservationId,
) -> Result<Option<(Reservation, Standing)>, Failure> {
    let found = ports.reservations.reservation(id).await?;
    let Some(reservation) = found.filter(|reservation| reservation.caller == *caller) else {
        return Ok(None);
    };
    let standing = standing(ports, &reservation).await?;
    Ok(Some((reservation, standing)))
}

/// Where a reservation stands: derived from it, then from the order that it became.
///
/// # Errors
/// When the store cannot be read.
pub async fn standing(ports: &Ports<'_>, reservation: &Reservation) -> Result<Standing, Failure> {
    let order = match reservation.order_id() {
        Some(order) => ports.orders.order(order).await?,
        None => None,
    };
    Ok(reservation.standing(order.as_ref(), ports.clock.now()))
}
