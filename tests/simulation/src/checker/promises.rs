use std::collections::BTreeMap;
use std::time::Duration;

use domain::reservation::{Reservation, ReservationState};
use domain::{ReservationId, Timestamp};

use super::Checker;

/// What a shopper was told to have, stays as it was told, until its deadline or until the shopper ends it.
const PROMISE_KEPT: &str = "PROMISE_KEPT";

/// How much earlier a deadline may come by a worker's clock.
const CLOCK_AHEAD_MAX: Duration = Duration::from_secs(10);

/// The deadline of every reservation that a shopper was told of.
pub(super) type Promises = BTreeMap<ReservationId, Timestamp>;

impl Checker {
    /// Whether a shopper was told of this reservation, or the next one to ask will be: its units are held, or were.
    pub(super) fn was_made(&self, id: &ReservationId) -> bool {
        self.reservation(id).is_some_and(|reservation| match reservation.state {
            ReservationState::Ordered(_) => true,
            ReservationState::Open => self.missing(reservation).is_none(),
            ReservationState::Released | ReservationState::Expired | ReservationState::Refused => false,
        })
    }

    /// A shopper is told of a reservation.
    pub(super) fn promised(&mut self, told: &Reservation) {
        let Some(stands) = self.reservation(&told.id) else {
            return self.breaks(PROMISE_KEPT, || format!("{} was promised, and does not exist", told.id));
        };
        if stands.expires_at != told.expires_at {
            let detail =
                format!("{} was promised until {:?}, and stands as {stands:?}", told.id, told.expires_at);
            return self.breaks(PROMISE_KEPT, || detail);
        }
        if told.state == ReservationState::Open {
            self.promises.insert(told.id.clone(), told.expires_at);
        }
    }

    /// Looks after what was promised.
    pub(super) fn check_promises(&mut self, now: Timestamp) {
        self.promises.retain(|_, until| now.plus(CLOCK_AHEAD_MAX) < *until);
        let broken = self.promises.keys().find_map(|id| self.why_not_kept(id));
        if let Some(detail) = broken {
            self.breaks(PROMISE_KEPT, || detail);
        }
    }

    fn why_not_kept(&self, id: &ReservationId) -> Option<String> {
        let stands = self.reservation(id)?;
        match stands.state {
            ReservationState::Ordered(_) | ReservationState::Released => None,
            ReservationState::Open => {
                let page = self.missing(stands)?;
                Some(format!("{id} was promised, and page {page} does not hold its units"))
            }
            ReservationState::Expired | ReservationState::Refused => {
                Some(format!("{id} was promised, and it is {:?} before its deadline", stands.state))
            }
        }
    }

    /// The first page that does not hold an open reservation's units.
    fn missing(&self, reservation: &Reservation) -> Option<u32> {
        let is_missing = |key: &domain::stock::PageKey, hold| {
            let place = self.books.pages.binary_search_by(|page| page.key.cmp(key));
            let page = place.ok().and_then(|place| self.books.pages.get(place));
            page.and_then(|page| page.holds.get(&reservation.id)) != Some(&hold)
        };
        let mut held = reservation.held();
        held.find(|(planned, hold)| is_missing(&planned.page, *hold)).map(|(planned, _)| planned.page.number)
    }

    pub(super) fn reservation(&self, id: &ReservationId) -> Option<&Reservation> {
        let place = self.books.reservations.binary_search_by(|reservation| reservation.id.cmp(id));
        place.ok().and_then(|place| self.books.reservations.get(place))
    }
}
