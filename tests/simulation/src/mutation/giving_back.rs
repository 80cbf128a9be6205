use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use application::{CloseError, Failure};
use domain::reservation::Reservation;
use domain::stock::{Hold, PageKey};
use domain::{Idempotent, ReservationId};
use memory::Store;

use super::boxed;
use super::stock::page;
use crate::conduct::{Conduct, Honest, Invoked};

#[derive(Default)]
struct UncomparedRelease(Honest);

impl Conduct for UncomparedRelease {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn free(
        &self,
        by: Invoked,
        key: &PageKey,
        reservation: &ReservationId,
        seen: Hold,
    ) -> Result<Idempotent<u32>, Failure> {
        let stands = page(self.store(), key).and_then(|page| page.holds.get(reservation).copied());
        self.0.free(by, key, reservation, stands.unwrap_or(seen))
    }

    /// Frees what it is about to close, because only the hold would be compared.
    fn close(&self, by: Invoked, closed: &Reservation) -> Result<Reservation, CloseError> {
        for planned in &closed.holds {
            let _freed = self.free(by, &planned.page, &closed.id, planned.held(closed.expires_at));
        }
        self.0.close(by, closed)
    }
}

pub(super) fn uncompared_release() -> Box<dyn Conduct> {
    boxed(UncomparedRelease::default())
}

#[derive(Default)]
struct SecondRelease(Honest);

impl Conduct for SecondRelease {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn free(
        &self,
        by: Invoked,
        key: &PageKey,
        reservation: &ReservationId,
        seen: Hold,
    ) -> Result<Idempotent<u32>, Failure> {
        let freed = self.0.free(by, key, reservation, seen)?;
        if freed.is_replay()
            && let Some(mut page) = page(self.store(), key)
        {
            page.available = page.available.saturating_add(seen.quantity());
            self.store().overwrite_page(page);
        }
        Ok(freed)
    }
}

pub(super) fn second_release() -> Box<dyn Conduct> {
    boxed(SecondRelease::default())
}

/// Clears the pages at the first word of an end, and closes at the second.
#[derive(Default)]
struct FreedBeforeClosed {
    honest: Honest,
    cleared: Mutex<BTreeSet<ReservationId>>,
}

impl Conduct for FreedBeforeClosed {
    fn store(&self) -> &Store {
        self.honest.store()
    }

    fn close(&self, by: Invoked, closed: &Reservation) -> Result<Reservation, CloseError> {
        let mut cleared = self.cleared.lock().unwrap_or_else(PoisonError::into_inner);
        if !cleared.insert(closed.id.clone()) {
            return self.honest.close(by, closed);
        }
        for planned in &closed.holds {
            let seen = planned.held(closed.expires_at);
            let _freed = self.honest.free(by, &planned.page, &closed.id, seen);
        }
        // The use case makes the very same write again.
        Err(Failure::OutcomeUnknown.into())
    }
}

pub(super) fn freed_before_closed() -> Box<dyn Conduct> {
    boxed(FreedBeforeClosed::default())
}
