use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use application::{Failure, HoldError, PlanError, ReserveError};
use domain::reservation::Reservation;
use domain::stock::{PageKey, PlannedHold, StockPage};
use domain::{Idempotent, ReservationId, Timestamp};
use memory::Store;

use super::boxed;
use crate::conduct::{Conduct, Honest, Invoked, now};

/// A page as it is.
pub(super) fn page(store: &Store, key: &PageKey) -> Option<StockPage> {
    let found: Result<_, Failure> = now(application::Stock::pages(store, std::slice::from_ref(key)));
    found.unwrap_or_default().pop()
}

/// Writes a hold onto a page, whatever stands there, and answers with the units that it has then.
fn write(
    store: &Store,
    mut page: StockPage,
    id: &ReservationId,
    planned: &PlannedHold,
    until: Timestamp,
) -> u32 {
    page.available = page.available.saturating_sub(planned.quantity);
    page.holds.insert(id.clone(), planned.held(until));
    let left = page.available;
    store.overwrite_page(page);
    left
}

#[derive(Default)]
struct UnguardedHold(Honest);

impl Conduct for UnguardedHold {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn hold(
        &self,
        by: Invoked,
        id: &ReservationId,
        planned: &PlannedHold,
        until: Timestamp,
    ) -> Result<Idempotent<u32>, HoldError> {
        match page(self.store(), &planned.page) {
            Some(page) if !page.holds.contains_key(id) => {
                Ok(Idempotent::Executed(write(self.store(), page, id, planned, until)))
            }
            Some(_) | None => self.0.hold(by, id, planned, until),
        }
    }
}

pub(super) fn unguarded_hold() -> Box<dyn Conduct> {
    boxed(UnguardedHold::default())
}

/// Pages as each invocation read them when it planned.
#[derive(Default)]
struct ReadModifyWrite {
    honest: Honest,
    seen: Mutex<BTreeMap<(u64, PageKey), StockPage>>,
}

impl Conduct for ReadModifyWrite {
    fn store(&self) -> &Store {
        self.honest.store()
    }

    fn plan(&self, by: Invoked, next: &Reservation, seen: Option<&Reservation>) -> Result<(), PlanError> {
        let planned = next.holds.iter().filter_map(|planned| page(self.store(), &planned.page));
        let read = planned.map(|page| ((by.number, page.key.clone()), page));
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).extend(read);
        self.honest.plan(by, next, seen)
    }

    fn hold(
        &self,
        by: Invoked,
        id: &ReservationId,
        planned: &PlannedHold,
        until: Timestamp,
    ) -> Result<Idempotent<u32>, HoldError> {
        let read = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match read.get(&(by.number, planned.page.clone())).cloned() {
            Some(page) if page.available >= planned.quantity && !page.holds.contains_key(id) => {
                Ok(Idempotent::Executed(write(self.store(), page, id, planned, until)))
            }
            Some(_) | None => self.honest.hold(by, id, planned, until),
        }
    }
}

pub(super) fn read_modify_write() -> Box<dyn Conduct> {
    boxed(ReadModifyWrite::default())
}

/// Takes another page when it does not know what became of the first.
#[derive(Default)]
struct AnotherPage {
    honest: Honest,
    asked: Mutex<BTreeSet<(u64, PageKey)>>,
}

impl Conduct for AnotherPage {
    fn store(&self) -> &Store {
        self.honest.store()
    }

    fn hold(
        &self,
        by: Invoked,
        id: &ReservationId,
        planned: &PlannedHold,
        until: Timestamp,
    ) -> Result<Idempotent<u32>, HoldError> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.insert((by.number, planned.page.clone())) {
            return self.honest.hold(by, id, planned, until);
        }
        let has_room = |page: &StockPage| {
            page.key.sku == planned.page.sku && page.key != planned.page && page.available >= planned.quantity
        };
        let other = self.store().books(None).pages.into_iter().find(has_room);
        let page = other.map_or_else(|| planned.page.clone(), |page| page.key);
        self.honest.hold(by, id, &PlannedHold { page, quantity: planned.quantity }, until)
    }
}

pub(super) fn another_page() -> Box<dyn Conduct> {
    boxed(AnotherPage::default())
}

/// The pages of a cart, one after the other.
#[derive(Default)]
struct PageByPage(Honest);

impl Conduct for PageByPage {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn reserve(
        &self,
        by: Invoked,
        next: &Reservation,
        seen: Option<&Reservation>,
    ) -> Result<(), ReserveError> {
        let answer = self.0.reserve(by, next, seen);
        if matches!(answer, Err(ReserveError::Refused(_))) {
            for planned in &next.holds {
                if self.0.hold(by, &next.id, planned, next.expires_at).is_err() {
                    break;
                }
            }
        }
        answer
    }
}

pub(super) fn page_by_page() -> Box<dyn Conduct> {
    boxed(PageByPage::default())
}
