use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use application::{ChangeError, CloseError, Failure, PlanError, ReserveError};
use domain::order::{Order, OrderChange, OrderRecord};
use domain::reservation::{Reservation, ReservationState};
use domain::stock::{Hold, HoldMove, PageKey};
use domain::{Idempotent, ReservationId};
use memory::Store;

use super::boxed;
use crate::answer::Request;
use crate::conduct::{Conduct, Honest, Invoked, Role, now};

/// Writes an order and its reservation, and nothing else.
fn write(store: &Store, ordered: &Reservation, change: &OrderChange) {
    let order: Order = change.order.clone();
    store.overwrite_reservation(ordered.clone());
    store.overwrite_order(OrderRecord { order, history: vec![change.audit_entry()] });
}

#[derive(Default)]
struct HalfACheckout(Honest);

impl Conduct for HalfACheckout {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn place(&self, _: Invoked, ordered: &Reservation, change: &OrderChange) -> Result<(), ChangeError> {
        let stands: Result<_, Failure> =
            now(application::Reservations::reservation(self.store(), &ordered.id));
        let is_open = |found: &Reservation| found.state == ReservationState::Open;
        if !stands.is_ok_and(|found| found.as_ref().is_some_and(is_open)) {
            return Err(ChangeError::Conflict);
        }
        write(self.store(), ordered, change);
        Ok(())
    }
}

pub(super) fn half_a_checkout() -> Box<dyn Conduct> {
    boxed(HalfACheckout::default())
}

#[derive(Default)]
struct UnguardedCheckout(Honest);

impl Conduct for UnguardedCheckout {
    fn store(&self) -> &Store {
        self.0.store()
    }

    /// Only the order's own id guards against a repetition.
    fn place(&self, by: Invoked, ordered: &Reservation, change: &OrderChange) -> Result<(), ChangeError> {
        if self.0.order(by, &change.order.id).is_some() {
            return Err(ChangeError::Conflict);
        }
        let keys: Vec<PageKey> = ordered.holds.iter().map(|planned| planned.page.clone()).collect();
        for page in self.0.pages(by, &keys) {
            if let Some(seen) = page.holds.get(&ordered.id).copied()
                && let Ok(page) = page.move_hold(&ordered.id, seen, HoldMove::ToPaying)
            {
                self.store().overwrite_page(page);
            }
        }
        write(self.store(), ordered, change);
        Ok(())
    }
}

pub(super) fn unguarded_checkout() -> Box<dyn Conduct> {
    boxed(UnguardedCheckout::default())
}

#[derive(Default)]
struct NoReplayCheck(Honest);

impl Conduct for NoReplayCheck {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn understood(&self, by: Invoked, mut request: Request) -> Request {
        if let Request::Reserve(command) = &mut request {
            let fresh = format!("{}-{}", command.request.key, by.number);
            command.request.key = fresh.parse().unwrap_or_else(|_| command.request.key.clone());
        }
        request
    }
}

pub(super) fn no_replay_check() -> Box<dyn Conduct> {
    boxed(NoReplayCheck::default())
}

/// Which invocations met another's reservation when they wrote theirs.
#[derive(Default)]
struct NoLookBack {
    honest: Honest,
    met: Mutex<BTreeSet<u64>>,
}

impl NoLookBack {
    fn met(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Conduct for NoLookBack {
    fn store(&self) -> &Store {
        self.honest.store()
    }

    fn plan(&self, by: Invoked, next: &Reservation, seen: Option<&Reservation>) -> Result<(), PlanError> {
        let answer = self.honest.plan(by, next, seen);
        if answer.is_err() {
            self.met().insert(by.number);
        }
        answer
    }

    fn reserve(
        &self,
        by: Invoked,
        next: &Reservation,
        seen: Option<&Reservation>,
    ) -> Result<(), ReserveError> {
        let answer = self.honest.reserve(by, next, seen);
        if answer == Err(ReserveError::Conflict) {
            self.met().insert(by.number);
        }
        answer
    }

    /// A create-reservation that met nothing when it wrote finds nothing now.
    fn reservation(&self, by: Invoked, id: &ReservationId) -> Option<Reservation> {
        let found = self.honest.reservation(by, id)?;
        let is_refused = by.role == Role::Reserve && !self.met().contains(&by.number);
        (!is_refused).then_some(found)
    }
}

pub(super) fn no_look_back() -> Box<dyn Conduct> {
    boxed(NoLookBack::default())
}

/// An expiry that takes every reservation for an open one.
#[derive(Default)]
struct ExpiresWhatIsPaid(Honest);

impl Conduct for ExpiresWhatIsPaid {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn reservation(&self, by: Invoked, id: &ReservationId) -> Option<Reservation> {
        let found = self.0.reservation(by, id)?;
        let is_blind = by.role == Role::ExpireReservation && found.order_id().is_some();
        Some(if is_blind { Reservation { state: ReservationState::Open, ..found } } else { found })
    }

    fn close(&self, by: Invoked, closed: &Reservation) -> Result<Reservation, CloseError> {
        if by.role == Role::ExpireReservation {
            self.store().overwrite_reservation(closed.clone());
            return Ok(closed.clone());
        }
        self.0.close(by, closed)
    }

    fn free(
        &self,
        by: Invoked,
        key: &PageKey,
        reservation: &ReservationId,
        seen: Hold,
    ) -> Result<Idempotent<u32>, Failure> {
        let stands = self.0.pages(by, std::slice::from_ref(key)).pop();
        let stands = stands.and_then(|page| page.holds.get(reservation).copied());
        self.0.free(by, key, reservation, stands.unwrap_or(seen))
    }
}

pub(super) fn expires_what_is_paid() -> Box<dyn Conduct> {
    boxed(ExpiresWhatIsPaid::default())
}
