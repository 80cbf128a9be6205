use std::collections::BTreeSet;

use application::{
    CloseError, Failure, PlanError, ReservationBook, ReservationCloser, Reservations, ReserveError,
};
use async_trait::async_trait;
use domain::reservation::{Reservation, ReservationState};
use domain::stock::{CustomerLimit, HoldRefused, LimitReached, PageKey};
use domain::{Idempotent, ReservationId};

use super::{PageRecord, Records, Store};
use crate::{Commit, Record};

#[async_trait]
impl Reservations for Store {
    async fn reservation(&self, id: &ReservationId) -> Result<Option<Reservation>, Failure> {
        Ok(self.lock().reservations.get(id).cloned())
    }
}

#[async_trait]
impl ReservationBook for Store {
    async fn plan(&self, next: &Reservation, seen: Option<&Reservation>) -> Result<(), PlanError> {
        let mut records = self.lock();
        if !records.is_as_seen(next, seen) {
            return Err(PlanError::Conflict);
        }
        records.write_reservation(next.clone());
        Ok(())
    }

    async fn reserve(&self, next: &Reservation, seen: Option<&Reservation>) -> Result<(), ReserveError> {
        let places: BTreeSet<&PageKey> = next.holds.iter().map(|planned| &planned.page).collect();
        if places.len() != next.holds.len() {
            // As in a transaction of the database, which takes each item once.
            return Err(Failure::Unavailable.into());
        }
        let mut records = self.lock();
        if !records.is_as_seen(next, seen) {
            return Err(ReserveError::Conflict);
        }
        let held = records.all_held(next).map_err(ReserveError::Refused)?;
        let claimed = records.all_claimed(next).map_err(ReserveError::LimitReached)?;
        records.write_pages(held);
        for limit in claimed {
            records.write_limit(limit);
        }
        records.write_reservation(next.clone());
        Ok(())
    }
}

#[async_trait]
impl ReservationCloser for Store {
    async fn close(&self, closed: &Reservation) -> Result<Reservation, CloseError> {
        // Only an end is written here: an order writes its own reservation, and a plan that failed writes its own end.
        match closed.state {
            ReservationState::Released | ReservationState::Expired => {}
            ReservationState::Open | ReservationState::Ordered(_) | ReservationState::Refused => {
                return Err(CloseError::NotOpen);
            }
        }
        let mut records = self.lock();
        // One that was refused and opened again meanwhile has another deadline.
        let as_seen = |stored: &&Reservation| {
            stored.state == ReservationState::Open && stored.expires_at == closed.expires_at
        };
        let open = records.reservations.get(&closed.id).filter(as_seen);
        let ended = Reservation { state: closed.state.clone(), ..open.ok_or(CloseError::NotOpen)?.clone() };
        records.write_reservation(ended.clone());
        Ok(ended)
    }
}

impl Records {
    /// Whether what is stored is still what a plan was made from.
    fn is_as_seen(&self, next: &Reservation, seen: Option<&Reservation>) -> bool {
        match (self.reservations.get(&next.id), seen) {
            (None, None) => true,
            (Some(stored), Some(seen)) => {
                stored.state == seen.state
                    && stored.turn == seen.turn
                    && stored.tried.len() == seen.tried.len()
            }
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    /// The pages with every hold of a reservation, or those that refuse: also where a hold of it is already.
    fn all_held(&self, reservation: &Reservation) -> Result<Vec<PageRecord>, Vec<(PageKey, HoldRefused)>> {
        let mut held = Vec::new();
        let mut refused = Vec::new();
        for planned in &reservation.holds {
            match self.held(&reservation.id, planned, reservation.expires_at) {
                Ok(Idempotent::Executed(record)) => held.push(record),
                Ok(Idempotent::AlreadyApplied(_)) => {
                    refused.push((planned.page.clone(), HoldRefused::Occupied))
                }
                Err(why) => refused.push((planned.page.clone(), why)),
            }
        }
        if refused.is_empty() { Ok(held) } else { Err(refused) }
    }

    /// What the customer has with every claim of a reservation, or what stands where it would be too much.
    fn all_claimed(&self, reservation: &Reservation) -> Result<Vec<CustomerLimit>, Vec<CustomerLimit>> {
        let mut claimed = Vec::new();
        let mut refused = Vec::new();
        for claim in reservation.claims() {
            match self.limit_of(&claim).claim(&claim) {
                Ok(limit) => claimed.push(limit.into_inner()),
                Err(LimitReached { standing }) => refused.push(standing),
            }
        }
        if refused.is_empty() { Ok(claimed) } else { Err(refused) }
    }

    /// A message is for the deadline: a reservation's end, or another page for it, needs none.
    pub(super) fn write_reservation(&mut self, reservation: Reservation) {
        self.changed();
        let before = self.reservations.get(&reservation.id).map(Reservation::wake);
        let after = Some(reservation.wake());
        self.commits.push(Commit { record: Record::Reservation(reservation.id.clone()), before, after });
        self.reservations.insert(reservation.id.clone(), reservation);
    }
}
