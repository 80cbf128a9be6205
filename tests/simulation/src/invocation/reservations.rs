use application::{
    CloseError, Failure, PlanError, ReservationBook, ReservationCloser, Reservations, ReserveError,
};
use async_trait::async_trait;
use domain::ReservationId;
use domain::reservation::Reservation;

use super::Invocation;

#[async_trait]
impl Reservations for Invocation {
    async fn reservation(&self, id: &ReservationId) -> Result<Option<Reservation>, Failure> {
        self.read("read reservation", id, || self.world.conduct.reservation(self.by, id)).await
    }
}

#[async_trait]
impl ReservationBook for Invocation {
    async fn plan(&self, next: &Reservation, seen: Option<&Reservation>) -> Result<(), PlanError> {
        self.write("plan", &Planned(next), |conduct| conduct.plan(self.by, next, seen)).await
    }

    async fn reserve(&self, next: &Reservation, seen: Option<&Reservation>) -> Result<(), ReserveError> {
        self.write("reserve", &Planned(next), |conduct| conduct.reserve(self.by, next, seen)).await
    }
}

#[async_trait]
impl ReservationCloser for Invocation {
    async fn close(&self, closed: &Reservation) -> Result<Reservation, CloseError> {
        let (by, own) = (self.by, closed.clone());
        self.write_or_late("close", &Closed(closed), move |conduct| conduct.close(by, &own)).await
    }
}

/// A reservation's plan in the trace.
struct Planned<'a>(&'a Reservation);

impl core::fmt::Display for Planned<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Reservation { id, turn, state, holds, tried, .. } = self.0;
        write!(formatter, "{id}, {state:?}, turn {turn}, {} tried, on pages", tried.len())?;
        holds.iter().try_for_each(|hold| write!(formatter, " {}", hold.page.number))
    }
}

/// A reservation's end in the trace.
struct Closed<'a>(&'a Reservation);

impl core::fmt::Display for Closed<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "{} as {:?}", self.0.id, self.0.state)
    }
}
