use application::{CloseError, Failure, ReservationBook, ReservationCloser, Reservations, ReserveError};
use async_trait::async_trait;
use domain::reservation::Reservation;
use domain::{Idempotent, ReservationId};

use super::Invocation;

#[async_trait]
impl Reservations for Invocation {
    async fn reservation(&self, id: &ReservationId) -> Result<Option<Reservation>, Failure> {
        self.read("read reservation", id, || self.world.conduct.reservation(self.by, id)).await
    }
}

#[async_trait]
impl ReservationBook for Invocation {
    async fn reserve(&self, reservation: &Reservation) -> Result<Idempotent<()>, ReserveError> {
        let id = &reservation.id;
        self.write("reserve", id, || self.world.conduct.reserve(self.by, reservation)).await
    }
}

#[async_trait]
impl ReservationCloser for Invocation {
    async fn close(&self, closed: &Reservation) -> Result<(), CloseError> {
        self.write("close", &Closed(closed), || self.world.conduct.close(self.by, closed)).await
    }
}

/// A reservation's end in the trace.
struct Closed<'a>(&'a Reservation);

impl core::fmt::Display for Closed<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "{} as {:?}", self.0.id, self.0.state)
    }
}
