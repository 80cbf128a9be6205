use domain::reservation::{Reservation, ReservationState};
use domain::stock::{PageKey, PlannedHold};
use domain::{ReservationId, Timestamp};

use crate::{Failure, Reservations, Stock};

/// How often a reservation is read again that changes while its pages are read.
const READS_MAX: u32 = 3;

/// A reservation as it stands.
pub(crate) struct Found {
    pub(crate) reservation: Reservation,
    /// Whether it holds its units, or did until its end. An open one without its holds is one that a request has
    /// written and not finished.
    pub(crate) is_made: bool,
}

/// Looks for a reservation. Its record and its pages are two reads, and a checkout may come in between and move the
/// holds: that they are not there is believed when the record is the same afterwards.
pub(crate) async fn find(
    reservations: &dyn Reservations,
    stock: &dyn Stock,
    id: &ReservationId,
    now: Timestamp,
) -> Result<Option<Found>, Failure> {
    let mut found = reservations.reservation(id).await?;
    for _ in 0..READS_MAX {
        let Some(reservation) = found else { return Ok(None) };
        if let Some(is_made) = made(&reservation, now) {
            return Ok(Some(Found { reservation, is_made }));
        }
        if is_held(stock, &reservation).await? {
            return Ok(Some(Found { reservation, is_made: true }));
        }
        found = reservations.reservation(id).await?;
        if found.as_ref() == Some(&reservation) {
            return Ok(Some(Found { reservation, is_made: false }));
        }
    }
    Err(Failure::Throttled)
}

/// Whether it was made, where its record alone says so.
fn made(reservation: &Reservation, now: Timestamp) -> Option<bool> {
    match reservation.state {
        ReservationState::Refused => Some(false),
        ReservationState::Ordered(_) | ReservationState::Released | ReservationState::Expired => Some(true),
        ReservationState::Open => (now >= reservation.expires_at).then_some(true),
    }
}

/// Whether every hold of an open reservation is on its page.
pub(crate) async fn is_held(stock: &dyn Stock, reservation: &Reservation) -> Result<bool, Failure> {
    let keys: Vec<PageKey> = reservation.holds.iter().map(|planned| planned.page.clone()).collect();
    let pages = stock.pages(&keys).await?;
    let holds = |planned: &PlannedHold| {
        let page = pages.iter().find(|page| page.key == planned.page);
        let hold = page.and_then(|page| page.holds.get(&reservation.id));
        hold == Some(&planned.held(reservation.expires_at))
    };
    Ok(reservation.holds.iter().all(holds))
}
