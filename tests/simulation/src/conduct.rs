//! What the store and the gateway do once the scheduler lets a call through, and what the functions make of it.
//!
//! The honest conduct is the store's own. Each deliberate bug is another conduct, so none can reach a function.

use application::{
    ChangeError, ChangeSupplyError, ClaimError, CloseError, CountError, Failure, HoldError, Listing,
    PlanError, ReserveError, WakeUp,
};
use domain::catalog::Product;
use domain::fraud::Count;
use domain::order::{Order, OrderChange};
use domain::payment::{Charge, Circuit, Operation, Outcome, RefundCharge, RefundOutcome};
use domain::reconciliation::{Difference, Transfer};
use domain::reservation::Reservation;
use domain::stock::{
    Hold, LimitClaim, Look, Looking, Movement, Opened, OpenerKey, PageKey, PlannedHold, StockAlert,
    StockList, StockPage, SupplyChange,
};
use domain::wake::Wake;
use domain::webhook::Webhook;
use domain::{Idempotent, OrderId, Reference, ReservationId, Sku, Timestamp};
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
    ApplyWebhook,
    MoveStock,
    Relay,
    Sweep,
    Reconcile,
}

/// The conduct of the other sides. Every default is the honest one.
pub(crate) trait Conduct: Send + Sync {
    fn store(&self) -> &Store;

    fn products_of(&self, skus: &[Sku]) -> Result<Vec<Product>, Failure> {
        now(application::Catalog::products_of(self.store(), skus))
    }

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

    fn lists(&self, _by: Invoked, skus: &[Sku]) -> Vec<StockList> {
        let found: Result<_, Failure> = now(application::Stock::lists(self.store(), skus));
        found.unwrap_or_default()
    }

    fn open_page(&self, _by: Invoked, opener: &OpenerKey) -> Result<Opened, Failure> {
        now(application::StockRoom::open_page(self.store(), opener))
    }

    fn drop_opener(&self, _by: Invoked, opener: &OpenerKey, pages: u32) -> Result<(), Failure> {
        now(application::StockRoom::drop_opener(self.store(), opener, pages))
    }

    fn note_returned(&self, _by: Invoked, sku: &Sku, numbers: &[u32]) -> Result<Option<StockList>, Failure> {
        now(application::StockRoom::note_returned(self.store(), sku, numbers))
    }

    fn begin_look(&self, _by: Invoked, sku: &Sku, looking: Looking) -> Result<Option<StockList>, Failure> {
        now(application::StockRoom::begin_look(self.store(), sku, looking))
    }

    fn finish_look(
        &self,
        _by: Invoked,
        (sku, looking): (&Sku, Looking),
        look: &Look,
        alert: Option<&StockAlert>,
    ) -> Result<Idempotent<()>, Failure> {
        now(application::StockRoom::finish_look(self.store(), sku, looking, look, alert))
    }

    fn movement(&self, _by: Invoked, sku: &Sku, reference: &Reference) -> Option<Movement> {
        let found: Result<_, Failure> = now(application::StockKeeper::movement(self.store(), sku, reference));
        found.unwrap_or_default()
    }

    fn change_supply(&self, _by: Invoked, change: &SupplyChange) -> Result<(), ChangeSupplyError> {
        now(application::StockKeeper::change_supply(self.store(), change))
    }

    fn plan(&self, _by: Invoked, next: &Reservation, seen: Option<&Reservation>) -> Result<(), PlanError> {
        now(application::ReservationBook::plan(self.store(), next, seen))
    }

    fn reserve(
        &self,
        _by: Invoked,
        next: &Reservation,
        seen: Option<&Reservation>,
    ) -> Result<(), ReserveError> {
        now(application::ReservationBook::reserve(self.store(), next, seen))
    }

    fn close(&self, _by: Invoked, closed: &Reservation) -> Result<Reservation, CloseError> {
        now(application::ReservationCloser::close(self.store(), closed))
    }

    fn claim(&self, _by: Invoked, claim: &LimitClaim) -> Result<Idempotent<()>, ClaimError> {
        now(application::Limits::claim(self.store(), claim))
    }

    fn give_back(&self, _by: Invoked, claim: &LimitClaim) -> Result<Idempotent<()>, Failure> {
        now(application::Limits::give_back(self.store(), claim))
    }

    fn hold(
        &self,
        _by: Invoked,
        reservation: &ReservationId,
        planned: &PlannedHold,
        until: Timestamp,
    ) -> Result<Idempotent<u32>, HoldError> {
        now(application::Holds::hold(self.store(), reservation, planned, until))
    }

    fn free(
        &self,
        _by: Invoked,
        page: &PageKey,
        reservation: &ReservationId,
        seen: Hold,
    ) -> Result<Idempotent<u32>, Failure> {
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

    fn turn(&self, _by: Invoked, turned: &Circuit) -> Result<(), ChangeError> {
        now(application::Circuits::turn(self.store(), turned))
    }

    fn count(&self, _by: Invoked, count: &Count) -> Result<(), CountError> {
        now(application::Velocity::count(self.store(), count))
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

    /// What a refund is asked for as.
    fn refunding(&self, _by: Invoked, refund: &RefundCharge) -> RefundCharge {
        refund.clone()
    }

    /// What the worker makes of the gateway's answer about a refund.
    fn heard_of_refund(&self, outcome: RefundOutcome) -> RefundOutcome {
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

    /// What becomes of a note that pages got units back, as its writer takes it.
    fn heard_of_list(&self, told: Result<Option<StockList>, Failure>) -> Result<Option<StockList>, Failure> {
        told
    }

    /// What a worker reports of a message.
    fn judged(&self, outcome: Result<(), Failure>) -> Result<(), Failure> {
        outcome
    }

    fn note(&self, _by: Invoked, difference: &Difference) -> Result<Idempotent<()>, Failure> {
        now(application::Differences::note(self.store(), difference))
    }

    fn resolve_difference(&self, _by: Invoked, resolved: &Difference) -> Result<Idempotent<()>, Failure> {
        now(application::DifferenceLedger::resolve(self.store(), resolved))
    }

    fn resolve_webhook(&self, _by: Invoked, decided: &Webhook) -> Result<Idempotent<()>, Failure> {
        now(application::WebhookQuarantine::resolve(self.store(), decided))
    }

    /// What whoever reconciles makes of a page of a gateway's list.
    fn listed(&self, page: Result<Listing<Transfer>, Failure>) -> Result<Listing<Transfer>, Failure> {
        page
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
