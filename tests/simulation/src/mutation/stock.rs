use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use application::{CloseError, Failure, ReserveError};
use domain::reservation::Reservation;
use domain::stock::{Hold, PageKey, StockPage};
use domain::{Idempotent, ReservationId};
use memory::Store;

use super::boxed;
use crate::conduct::{Conduct, Honest, Invoked, now};

/// A page as it is.
fn page(store: &Store, key: &PageKey) -> Option<StockPage> {
    let found: Result<_, Failure> = now(application::Stock::pages(store, std::slice::from_ref(key)));
    found.unwrap_or_default().pop()
}

/// Writes a reservation with its holds onto these pages, whatever stands there.
fn write(store: &Store, reservation: &Reservation, mut find: impl FnMut(&PageKey) -> Option<StockPage>) {
    for planned in &reservation.holds {
        if let Some(mut page) = find(&planned.page) {
            page.available = page.available.saturating_sub(planned.quantity);
            page.holds.insert(reservation.id.clone(), planned.held(reservation.expires_at));
            store.overwrite_page(page);
        }
    }
    store.overwrite_reservation(reservation.clone());
}

fn exists(store: &Store, id: &ReservationId) -> bool {
    let found: Result<_, Failure> = now(application::Reservations::reservation(store, id));
    found.is_ok_and(|found| found.is_some())
}

#[derive(Default)]
struct UnguardedHold(Honest);

impl Conduct for UnguardedHold {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn reserve(&self, _: Invoked, reservation: &Reservation) -> Result<Idempotent<()>, ReserveError> {
        if exists(self.store(), &reservation.id) {
            return Ok(Idempotent::AlreadyApplied(()));
        }
        write(self.store(), reservation, |key| page(self.store(), key));
        Ok(Idempotent::Executed(()))
    }
}

pub(super) fn unguarded_hold() -> Box<dyn Conduct> {
    boxed(UnguardedHold::default())
}

/// Pages as each invocation read them.
#[derive(Default)]
struct ReadModifyWrite {
    honest: Honest,
    seen: Mutex<BTreeMap<(u64, PageKey), StockPage>>,
}

impl Conduct for ReadModifyWrite {
    fn store(&self) -> &Store {
        self.honest.store()
    }

    fn pages(&self, by: Invoked, keys: &[PageKey]) -> Vec<StockPage> {
        let found = self.honest.pages(by, keys);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.extend(found.iter().map(|page| ((by.number, page.key.clone()), page.clone())));
        found
    }

    fn reserve(&self, by: Invoked, reservation: &Reservation) -> Result<Idempotent<()>, ReserveError> {
        if exists(self.store(), &reservation.id) {
            return Ok(Idempotent::AlreadyApplied(()));
        }
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let as_read =
            |key: &PageKey| seen.get(&(by.number, key.clone())).cloned().or_else(|| page(self.store(), key));
        let short = reservation
            .holds
            .iter()
            .filter_map(|planned| {
                let available = as_read(&planned.page).map_or(0, |page| page.available);
                (available < planned.quantity).then(|| (planned.page.clone(), available))
            })
            .collect::<Vec<_>>();
        if !short.is_empty() {
            return Err(ReserveError::Insufficient(short));
        }
        write(self.store(), reservation, as_read);
        Ok(Idempotent::Executed(()))
    }
}

pub(super) fn read_modify_write() -> Box<dyn Conduct> {
    boxed(ReadModifyWrite::default())
}

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
    ) -> Result<Idempotent<()>, Failure> {
        let stands = page(self.store(), key).and_then(|page| page.holds.get(reservation).copied());
        self.0.free(by, key, reservation, stands.unwrap_or(seen))
    }

    /// Frees what it is about to close, because only the hold would be compared.
    fn close(&self, by: Invoked, closed: &Reservation) -> Result<(), CloseError> {
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
    ) -> Result<Idempotent<()>, Failure> {
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

    fn close(&self, by: Invoked, closed: &Reservation) -> Result<(), CloseError> {
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
