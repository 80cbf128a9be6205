use std::collections::BTreeSet;

use application::{CloseError, Failure, ReservationBook, ReservationCloser, Reservations, ReserveError};
use async_trait::async_trait;
use domain::reservation::{Reservation, ReservationState};
use domain::stock::{HoldRefused, PageKey, PlannedHold};
use domain::{Idempotent, ReservationId};

use super::{PageRecord, Records, Store, sweep_index};
use crate::{Commit, Record};

#[async_trait]
impl Reservations for Store {
    async fn reservation(&self, id: &ReservationId) -> Result<Option<Reservation>, Failure> {
        Ok(self.lock().reservations.get(id).cloned())
    }
}

#[async_trait]
impl ReservationBook for Store {
    async fn reserve(&self, reservation: &Reservation) -> Result<Idempotent<()>, ReserveError> {
        let places: BTreeSet<&PageKey> = reservation.holds.iter().map(|planned| &planned.page).collect();
        if places.len() != reservation.holds.len() {
            // As in a transaction of the database, which takes each item once.
            return Err(Failure::Unavailable.into());
        }
        let mut records = self.lock();
        if records.reservations.contains_key(&reservation.id) {
            return Ok(Idempotent::AlreadyApplied(()));
        }
        let mut held = Vec::new();
        let mut refused = Vec::new();
        for planned in &reservation.holds {
            match records.hold(reservation, planned) {
                Ok(page) => held.push(page),
                Err(left) => refused.push((planned.page.clone(), left)),
            }
        }
        if !refused.is_empty() {
            return Err(ReserveError::Insufficient(refused));
        }
        records.write_pages(held);
        records.write_reservation(reservation.clone());
        Ok(Idempotent::Executed(()))
    }
}

#[async_trait]
impl ReservationCloser for Store {
    async fn close(&self, closed: &Reservation) -> Result<(), CloseError> {
        // Only an end is written here: an order writes its own reservation.
        match closed.state {
            ReservationState::Released | ReservationState::Expired => {}
            ReservationState::Open | ReservationState::Ordered(_) => return Err(CloseError::NotOpen),
        }
        let mut records = self.lock();
        let open =
            records.reservations.get(&closed.id).filter(|stored| stored.state == ReservationState::Open);
        let ended = Reservation { state: closed.state.clone(), ..open.ok_or(CloseError::NotOpen)?.clone() };
        records.write_reservation(ended);
        Ok(())
    }
}

impl Records {
    /// The page with this hold on it, or what it has left for this reservation: nothing where a hold of it is already.
    fn hold(&self, reservation: &Reservation, planned: &PlannedHold) -> Result<PageRecord, u32> {
        let Some(PageRecord { page, sweep_at }) = self.pages.get(&planned.page).cloned() else {
            return Err(0);
        };
        match page.hold(&reservation.id, planned, reservation.expires_at) {
            Ok(Idempotent::Executed(page)) => {
                Ok(PageRecord { page, sweep_at: sweep_index::after_hold(sweep_at, reservation.expires_at) })
            }
            Ok(Idempotent::AlreadyApplied(_)) => Err(0),
            Err(HoldRefused::Insufficient { available }) => Err(available),
        }
    }

    /// A reservation keeps the wake that it was made with: its end needs no message.
    pub(super) fn write_reservation(&mut self, reservation: Reservation) {
        let before = self.reservations.get(&reservation.id).map(Reservation::wake);
        let after = Some(reservation.wake());
        self.commits.push(Commit { record: Record::Reservation(reservation.id.clone()), before, after });
        self.reservations.insert(reservation.id.clone(), reservation);
    }
}
