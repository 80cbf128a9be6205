use std::sync::{Mutex, PoisonError};

use application::{ChangeError, Failure, Listing};
use domain::order::{Order, OrderChange};
use domain::payment::{AttemptState, ListedAs};
use domain::reconciliation::{Difference, DifferenceSubject, Transfer};
use domain::{Idempotent, OrderId};
use memory::Store;

use super::boxed;
use crate::conduct::{Conduct, Honest, Invoked, Role};

/// A difference is noted under the number of the note.
#[derive(Default)]
struct NotedAnew {
    honest: Honest,
    notes: Mutex<u32>,
}

impl Conduct for NotedAnew {
    fn store(&self) -> &Store {
        self.honest.store()
    }

    fn note(&self, by: Invoked, difference: &Difference) -> Result<Idempotent<()>, Failure> {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        *notes = notes.saturating_add(1);
        let mut anew = difference.clone();
        if let Ok(id) = format!("note_{notes}").parse() {
            anew.key.subject = DifferenceSubject::Transfer(id);
        }
        self.honest.note(by, &anew)
    }
}

pub(super) fn noted_anew() -> Box<dyn Conduct> {
    boxed(NotedAnew::default())
}

/// What is not settled yet is taken for a no by whoever reconciles.
#[derive(Default)]
struct InFlightIsNo(Honest);

impl Conduct for InFlightIsNo {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn order(&self, by: Invoked, id: &OrderId) -> Option<Order> {
        let mut order = self.0.order(by, id)?;
        if by.role == Role::Reconcile {
            for attempt in order.attempts.iter_mut().filter(|attempt| !attempt.is_settled()) {
                attempt.state = AttemptState::NotSent;
            }
        }
        Some(order)
    }
}

pub(super) fn in_flight_is_no() -> Box<dyn Conduct> {
    boxed(InFlightIsNo::default())
}

/// Whoever reconciles forgets for which dispute a transfer was taken.
#[derive(Default)]
struct MatchForgotten(Honest);

impl Conduct for MatchForgotten {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn record(&self, by: Invoked, change: &OrderChange) -> Result<(), ChangeError> {
        let mut change = change.clone();
        change.order.disputes.iter_mut().for_each(|dispute| dispute.listed_as = ListedAs::default());
        self.0.record(by, &change)
    }
}

pub(super) fn match_forgotten() -> Box<dyn Conduct> {
    boxed(MatchForgotten::default())
}

/// A list that cannot be had has nothing in it.
#[derive(Default)]
struct LostListIsEmpty(Honest);

impl Conduct for LostListIsEmpty {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn listed(&self, page: Result<Listing<Transfer>, Failure>) -> Result<Listing<Transfer>, Failure> {
        Ok(page.unwrap_or(Listing { items: Vec::new(), next: None }))
    }
}

pub(super) fn lost_list_is_empty() -> Box<dyn Conduct> {
    boxed(LostListIsEmpty::default())
}

/// Whoever reconciles hears of a dispute that is listed, and does not write it down.
#[derive(Default)]
struct ListedDisputeUnheard(Honest);

impl Conduct for ListedDisputeUnheard {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn record(&self, by: Invoked, change: &OrderChange) -> Result<(), ChangeError> {
        let known = self.0.order(by, &change.order.id).map_or(0, |stored| stored.disputes.len());
        if by.role == Role::Reconcile && change.order.disputes.len() > known {
            return Ok(());
        }
        self.0.record(by, change)
    }
}

pub(super) fn listed_dispute_unheard() -> Box<dyn Conduct> {
    boxed(ListedDisputeUnheard::default())
}
