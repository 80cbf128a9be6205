use domain::Idempotent;
use domain::reservation::{Reservation, ReservationState};
use domain::stock::PlannedHold;

use super::{Taking, Tried, as_unknown};
use crate::claims::{self, LimitReached};
use crate::create_reservation::CreateReservationError;
use crate::create_reservation::made::is_held;
use crate::repeat::until_definite;
use crate::{Failure, HoldError, PlanError, ReserveError};

impl Taking<'_> {
    /// A page by itself: the plan first, and the page second.
    pub(super) async fn hold_one(
        &mut self,
        next: &Reservation,
        planned: &PlannedHold,
    ) -> Result<Tried, CreateReservationError> {
        let is_inherited = self.inherits();
        if self.stored.as_ref() != Some(next) {
            let seen = self.stored.as_ref();
            match until_definite(|| self.ports.reservations.plan(next, seen)).await {
                Ok(()) => self.wrote(next),
                // This very write may be what is in the way, when its answer was lost.
                Err(PlanError::Conflict) => return Ok(Tried::Met),
                Err(PlanError::Failure(failure)) => return Err(failure.into()),
            }
        }
        let tried = self.hold_planned(next, planned, is_inherited).await?;
        if is_inherited && !matches!(tried, Tried::Held(_)) && self.is_held_after_all(next, planned).await? {
            return Ok(Tried::Held(next.clone()));
        }
        Ok(tried)
    }

    /// Whether the page that this request goes on with was planned by another, which may still be at it.
    pub(super) fn inherits(&self) -> bool {
        let open = self.stored.as_ref().is_some_and(|stored| stored.state == ReservationState::Open);
        open && !self.turn_taken
    }

    /// Before an inherited page is left: whoever planned it may hold it any moment, and tell its shopper so. A hold
    /// without units keeps every later one away, or is refused because that hold came first.
    async fn is_held_after_all(&self, next: &Reservation, planned: &PlannedHold) -> Result<bool, Failure> {
        let fence = planned.fence();
        match until_definite(|| self.ports.holds.hold(&next.id, &fence, next.expires_at)).await {
            Ok(Idempotent::Executed(_) | Idempotent::AlreadyApplied(_)) => Ok(false),
            Err(HoldError::Refused(_)) if is_held(self.ports.stock, next).await? => Ok(true),
            // A hold from before is in the way, and goes with its deadline.
            Err(HoldError::Refused(_)) => Err(Failure::Throttled),
            Err(HoldError::Failure(failure)) => Err(failure),
        }
    }

    async fn hold_planned(
        &mut self,
        next: &Reservation,
        planned: &PlannedHold,
        is_inherited: bool,
    ) -> Result<Tried, CreateReservationError> {
        if self.claimed_in != Some(next.turn) {
            if let Err(reached) = claims::claim(self.ports.claims(), next).await? {
                return Ok(Tried::LimitReached(reached));
            }
            self.claimed_in = Some(next.turn);
        }
        let hold = || self.ports.holds.hold(&next.id, planned, next.expires_at);
        let now = self.ports.clock.now();
        match until_definite(hold).await {
            Ok(Idempotent::Executed(left) | Idempotent::AlreadyApplied(left)) => {
                self.ports.shelf.took(&planned.page, left, now);
                Ok(Tried::Held(next.clone()))
            }
            Err(HoldError::Refused(why)) => {
                self.refused_by(&planned.page, why, now);
                Ok(Tried::Refused)
            }
            // Another page may be less busy. But a failure speaks of the last try alone: one before, which the store
            // was asked for in the same breath, may have been made.
            Err(HoldError::Failure(Failure::Throttled)) => {
                if self.stands(next).await? {
                    return Ok(Tried::Held(next.clone()));
                }
                // An inherited page is left only where it has too few units: what keeps its other hold away keeps
                // this one away too, and those units may be the last.
                if is_inherited {
                    return Err(Failure::Throttled.into());
                }
                self.ports.shelf.doubted(&planned.page);
                Ok(Tried::Refused)
            }
            Err(HoldError::Failure(failure)) => Err(failure.into()),
        }
    }

    /// Several pages, with the plan, or nothing.
    pub(super) async fn hold_several(&mut self, next: &Reservation) -> Result<Tried, CreateReservationError> {
        let seen = self.stored.as_ref();
        let now = self.ports.clock.now();
        match until_definite(|| self.ports.reservations.reserve(next, seen)).await {
            Ok(()) => {
                self.wrote(next);
                self.ports.shelf.took_parts(&next.holds, now);
                Ok(Tried::Held(next.clone()))
            }
            Err(ReserveError::Conflict) => Ok(Tried::Met),
            Err(ReserveError::Refused(pages)) => {
                pages.iter().for_each(|(page, why)| self.refused_by(page, *why, now));
                Ok(Tried::Refused)
            }
            Err(ReserveError::LimitReached(limits)) => self.make_room(next, limits).await,
            // The last try alone was not made; the one before may have been.
            Err(ReserveError::Failure(Failure::Throttled)) if self.stands(next).await? => {
                self.wrote(next);
                Ok(Tried::Held(next.clone()))
            }
            Err(ReserveError::Failure(failure)) => Err(failure.into()),
        }
    }

    /// Whether the reservation has its units, although the store said that it did not write them. Whoever cannot find out
    /// does not know.
    async fn stands(&self, next: &Reservation) -> Result<bool, Failure> {
        is_held(self.ports.stock, next).await.map_err(as_unknown)
    }

    /// Gives back claims that nobody needs any more; with none of them there is no room.
    async fn make_room(
        &self,
        next: &Reservation,
        limits: Vec<domain::stock::CustomerLimit>,
    ) -> Result<Tried, CreateReservationError> {
        for standing in limits {
            let Some(mine) = next.claims().find(|claim| claim.sku == standing.sku) else { continue };
            if !claims::give_back_ended(self.ports.claims(), &standing, &mine).await? {
                return Ok(Tried::LimitReached(LimitReached(standing)));
            }
        }
        Ok(Tried::Refused)
    }
}
