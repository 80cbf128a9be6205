use std::sync::{Mutex, PoisonError};

use application::{ChangeError, CountError};
use domain::fraud::{Count, ReviewDecision, ReviewEnd};
use domain::order::{OrderChange, OrderState};
use domain::payment::{AttemptState, Operation};
use domain::wake::{Queue, Wake};
use memory::Store;

use super::boxed;
use crate::conduct::{Conduct, Honest, Invoked, now};

/// Whoever authorizes goes on, whatever the rules said.
#[derive(Default)]
struct ReviewHoldsNothing(Honest);

impl Conduct for ReviewHoldsNothing {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn record(&self, by: Invoked, change: &OrderChange) -> Result<(), ChangeError> {
        let mut change = change.clone();
        let at = change.order.updated_at;
        if let Some(attempt) = change.order.attempts.last_mut()
            && attempt.is_held_for_review()
            && let Some(review) = &mut attempt.review
        {
            review.end = Some((ReviewEnd::Decided(ReviewDecision::Approve), at));
            change.order.wake = Some(Wake { queue: Queue::CapturePayment, at });
        }
        self.0.record(by, &change)
    }
}

pub(super) fn review_holds_nothing() -> Box<dyn Conduct> {
    boxed(ReviewHoldsNothing::default())
}

/// The verdict is written down, and the attempt goes on.
#[derive(Default)]
struct RefusedIsSent(Honest);

impl Conduct for RefusedIsSent {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn record(&self, by: Invoked, change: &OrderChange) -> Result<(), ChangeError> {
        let mut change = change.clone();
        let at = change.order.updated_at;
        if let Some(attempt) = change.order.attempts.last_mut()
            && matches!(attempt.state, AttemptState::Declined(_))
            && !attempt.was_declined_by_gateway()
        {
            attempt.state = AttemptState::Ready { operation: Operation::Open, tries: 0 };
            change.order.state = OrderState::PendingPayment;
            change.order.wake = Some(Wake { queue: Queue::CapturePayment, at });
            change.holds = None;
        }
        self.0.record(by, &change)
    }
}

pub(super) fn refused_is_sent() -> Box<dyn Conduct> {
    boxed(RefusedIsSent::default())
}

/// A decline counts whenever it is told, and not once.
#[derive(Default)]
struct CountedAnew {
    honest: Honest,
    counted: Mutex<u32>,
}

impl Conduct for CountedAnew {
    fn store(&self) -> &Store {
        self.honest.store()
    }

    fn count(&self, _by: Invoked, count: &Count) -> Result<(), CountError> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        *counted = counted.saturating_add(10);
        let mut anew = count.clone();
        anew.declines = count
            .declines
            .iter()
            .cloned()
            .map(|mut mark| {
                mark.attempt = mark.attempt.saturating_add(*counted);
                mark
            })
            .collect();
        now(application::Velocity::count(self.store(), &anew))
    }
}

pub(super) fn counted_anew() -> Box<dyn Conduct> {
    boxed(CountedAnew::default())
}
