use async_trait::async_trait;
use domain::ReservationId;
use domain::reservation::Reservation;
use domain::stock::{CustomerLimit, HoldRefused, PageKey};

use super::Failure;

/// Why a reservation was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// It is not what the plan was made from: read again and decide anew.
    #[error("the reservation has changed")]
    Conflict,
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Why a reservation was not written with its holds. Nothing was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReserveError {
    /// It is not what the plan was made from: read again and decide anew.
    #[error("the reservation has changed")]
    Conflict,
    /// These pages have no room for what was planned.
    #[error("a planned page has no room")]
    Refused(Vec<(PageKey, HoldRefused)>),
    /// The customer would have too many of these SKUs.
    #[error("the customer would have too many units")]
    LimitReached(Vec<CustomerLimit>),
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Why a reservation did not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloseError {
    /// It is not open any more: whoever closed it decides.
    #[error("the reservation is not open")]
    NotOpen,
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Reservations.
#[async_trait]
pub trait Reservations: Send + Sync {
    /// The reservation as it is now (a consistent read).
    async fn reservation(&self, id: &ReservationId) -> Result<Option<Reservation>, Failure>;
}

/// Makes reservations.
#[async_trait]
pub trait ReservationBook: Reservations {
    /// Writes a reservation, which says where its holds will be taken from. Its holds come after this, never before.
    ///
    /// MUST refuse with `Conflict` unless what is stored has the state, the turn and the number of tried pages of
    /// `seen`, or nothing is stored where nothing was seen.
    async fn plan(&self, next: &Reservation, seen: Option<&Reservation>) -> Result<(), PlanError>;

    /// Writes a reservation, every hold that it plans and every claim that it makes, or nothing.
    ///
    /// MUST refuse as [`ReservationBook::plan`], [`super::Holds::hold`] and [`super::Limits::claim`] do.
    async fn reserve(&self, next: &Reservation, seen: Option<&Reservation>) -> Result<(), ReserveError>;
}

/// Ends reservations.
#[async_trait]
pub trait ReservationCloser: Reservations {
    /// Writes that an open reservation was released or has expired, and answers with all that it lists: a page may
    /// have been planned since it was read. Its holds are freed after this, never before.
    ///
    /// MUST refuse with `NotOpen` when what is stored has another deadline: it was refused, and opened again.
    async fn close(&self, closed: &Reservation) -> Result<Reservation, CloseError>;
}
