use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use application::{Failure, HoldError, PlanError};
use domain::reservation::{Reservation, ReservationState};
use domain::stock::PlannedHold;
use domain::{Idempotent, ReservationId, Timestamp};
use memory::Store;

use super::boxed;
use crate::conduct::{Conduct, Honest, Invoked};

/// Holds at the first word of a plan, and writes the plan at the second.
#[derive(Default)]
struct HeldBeforePlanned {
    honest: Honest,
    held: Mutex<BTreeSet<ReservationId>>,
}

impl Conduct for HeldBeforePlanned {
    fn store(&self) -> &Store {
        self.honest.store()
    }

    fn plan(&self, by: Invoked, next: &Reservation, seen: Option<&Reservation>) -> Result<(), PlanError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if !held.insert(next.id.clone()) {
            return self.honest.plan(by, next, seen);
        }
        for planned in &next.holds {
            let _held = self.honest.hold(by, &next.id, planned, next.expires_at);
        }
        // The use case makes the very same write again.
        Err(Failure::OutcomeUnknown.into())
    }
}

pub(super) fn held_before_planned() -> Box<dyn Conduct> {
    boxed(HeldBeforePlanned::default())
}

/// Notes the page that comes instead of the one that refused.
#[derive(Default)]
struct TriedNotNoted(Honest);

impl Conduct for TriedNotNoted {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn plan(&self, by: Invoked, next: &Reservation, seen: Option<&Reservation>) -> Result<(), PlanError> {
        let mut forgetful = next.clone();
        if let Some(hold) = next.holds.first() {
            forgetful.tried.iter_mut().for_each(|tried| tried.planned.page = hold.page.clone());
        }
        self.0.plan(by, &forgetful, seen)
    }
}

pub(super) fn tried_not_noted() -> Box<dyn Conduct> {
    boxed(TriedNotNoted::default())
}

/// Believes that nobody is at a page that is left.
#[derive(Default)]
struct Unfenced(Honest);

impl Conduct for Unfenced {
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
        if planned.quantity == 0 {
            return Ok(Idempotent::Executed(0));
        }
        self.0.hold(by, id, planned, until)
    }
}

pub(super) fn unfenced() -> Box<dyn Conduct> {
    boxed(Unfenced::default())
}

/// Opens a refused reservation as if it were new.
#[derive(Default)]
struct TriedForgotten(Honest);

impl Conduct for TriedForgotten {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn plan(&self, by: Invoked, next: &Reservation, seen: Option<&Reservation>) -> Result<(), PlanError> {
        let is_refused = |seen: &Reservation| seen.state == ReservationState::Refused;
        if seen.is_some_and(is_refused) && next.state == ReservationState::Open {
            return self.0.plan(by, &Reservation { tried: Vec::new(), ..next.clone() }, seen);
        }
        self.0.plan(by, next, seen)
    }
}

pub(super) fn tried_forgotten() -> Box<dyn Conduct> {
    boxed(TriedForgotten::default())
}

/// Plans whatever another request under the key has planned meanwhile.
#[derive(Default)]
struct PlanUncompared(Honest);

impl Conduct for PlanUncompared {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn plan(&self, by: Invoked, next: &Reservation, seen: Option<&Reservation>) -> Result<(), PlanError> {
        let stands = self.0.reservation(by, &next.id);
        let is_planned =
            |stands: &Reservation| matches!(stands.state, ReservationState::Open | ReservationState::Refused);
        match stands.filter(is_planned) {
            Some(stands) if seen.is_some() => self.0.plan(by, next, Some(&stands)),
            Some(_) | None => self.0.plan(by, next, seen),
        }
    }
}

pub(super) fn plan_uncompared() -> Box<dyn Conduct> {
    boxed(PlanUncompared::default())
}
