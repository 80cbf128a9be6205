use async_trait::async_trait;
use domain::reservation::Reservation;
use domain::stock::PageKey;
use domain::{Idempotent, ReservationId};

use super::Failure;

/// Why a reservation was not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReserveError {
    /// These pages have fewer units than planned, with what each still has. Nothing was written.
    #[error("a planned page has too few units")]
    Insufficient(Vec<(PageKey, u32)>),
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Why a reservation did not change.
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
    /// Writes a new reservation and every hold it plans, or nothing.
    ///
    /// MUST answer `AlreadyApplied` when a reservation of that id exists, whatever it holds.
    /// MUST refuse with `Insufficient` rather than let a page's `available` fall below zero.
    async fn reserve(&self, reservation: &Reservation) -> Result<Idempotent<()>, ReserveError>;
}

/// Ends reservations.
#[async_trait]
pub trait ReservationCloser: Reservations {
    /// Writes that an open reservation was released or has expired. Its holds are freed after this, never before.
    async fn close(&self, closed: &Reservation) -> Result<(), CloseError>;
}
