//! What the store and the gateway do once the scheduler lets a call through, and what the functions make of it.
//!
//! The honest conduct is the store's own. Each deliberate bug is another conduct, so none can reach a function.

use application::{ChangeError, CloseError, Failure, ReserveError, WakeUp};
use domain::order::{Order, OrderChange};
use domain::payment::{Charge, Operation, Outcome};
use domain::reservation::Reservation;
use domain::stock::{Hold, PageKey, StockPage};
use domain::wake::Wake;
use domain::{Idempotent, OrderId, ReservationId};
use futures_util::FutureExt;
use memory::{Commit, Store};

use crate::answer::Request;
use crate::bank::Asked;

/// Who makes a call: one invocation of one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Invoked {
    pub(crate) role: Role,
    /// Tells it from every other invocation.
    pub(crate) number: u64,
}

/// Which function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Reserve,
    OtherRequest,
    CapturePayment,
    ExpireReservation,
    Relay,
    Sweep,
}

/// The conduct of the other sides. Every default is the honest one.
pub(crate) trait Conduct: Send + Sync {
    fn store(&self) -> &Store;

    fn reservation(&self, _by: Invoked, id: &ReservationId) -> Option<Reservation> {
        let found: Result<_, Failure> = now(application::Reservations::reservation(self.store(), id));
        found.unwrap_or_default()
    }

    fn order(&self, _by: Invoked, id: &OrderId) -> Option<Order> {
        let found: Result<_, Failure> = now(application::Orders::order(self.store(), id));
        found.unwrap_or_default()
    }

    fn pages(&self, _by: Invoked, keys: &[PageKey]) -> Vec<StockPage> {
        let found: Result<_, Failure> = now(application::Stock::pages(self.store(), keys));
        found.unwrap_or_default()
    }

    fn reserve(&self, _by: Invoked, reservation: &Reservation) -> Result<Idempotent<()>, ReserveError> {
        now(application::ReservationBook::reserve(self.store(), reservation))
    }

    fn close(&self, _by: Invoked, closed: &Reservation) -> Result<(), CloseError> {
        now(application::ReservationCloser::close(self.store(), closed))
    }

    fn free(
        &self,
        _by: Invoked,
        page: &PageKey,
        reservation: &ReservationId,
        seen: Hold,
    ) -> Result<Idempotent<()>, Failure> {
        now(application::Holds::free(self.store(), page, reservation, seen))
    }

    fn place(&self, _by: Invoked, ordered: &Reservation, change: &OrderChange) -> Result<(), ChangeError> {
        now(application::OrderPlacer::place(self.store(), ordered, change))
    }

    fn record(&self, _by: Invoked, change: &OrderChange) -> Result<(), ChangeError> {
        now(application::OrderLedger::record(self.store(), change))
    }

    fn postpone(&self, _by: Invoked, seen: &Order, wake: Wake) -> Result<(), ChangeError> {
        now(application::OrderLedger::postpone(self.store(), seen, wake))
    }

    /// The key under which a call is sent.
    fn key(&self, _by: Invoked, charge: &Charge, operation: Operation) -> String {
        charge.idempotency_key(operation)
    }

    /// Whether a confirm opens an object of its own.
    fn confirms_anew(&self) -> bool {
        false
    }

    /// What the worker makes of the gateway's answer.
    fn heard(&self, _asked: Asked, outcome: Outcome) -> Outcome {
        outcome
    }

    /// The wake-up that the relay makes of a change.
    fn wake_up(&self, commit: &Commit) -> Option<WakeUp> {
        commit.wake_up()
    }

    /// Whether the stream counts changes as relayed before they are sent.
    fn relays_first(&self) -> bool {
        false
    }

    /// Whether a message is deleted before it is worked on.
    fn deletes_first(&self) -> bool {
        false
    }

    /// Whether the sweeper runs.
    fn sweeps(&self) -> bool {
        true
    }

    /// The request as its function understands it.
    fn understood(&self, _by: Invoked, request: Request) -> Request {
        request
    }
}

/// The store as it is shipped.
#[derive(Debug, Default)]
pub(crate) struct Honest(pub(crate) Store);

impl Conduct for Honest {
    fn store(&self) -> &Store {
        &self.0
    }
}

/// The in-memory store never waits.
pub(crate) fn now<T, E: From<Failure>>(work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    work.now_or_never().unwrap_or_else(|| Err(Failure::Unavailable.into()))
}
