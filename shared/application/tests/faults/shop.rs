use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use application::apply_webhook::{self, apply_webhook};
use application::capture_payment::{self, capture_payment};
use application::checkout::{self, CheckoutError, PlaceOrder, checkout};
use application::create_reservation::{
    self, Cart, CreateReservation, CreateReservationError, create_reservation,
};
use application::expire_reservation::{self, expire_reservation, finish};
use application::put_on_sale::{self, put_on_sale};
use application::relay::{self, relay};
use application::review_order::{self, ReviewOrderError, review_order};
use application::sweep::{self, sweep};
use application::{
    Bands, Breaker, Budget, Catalog, CircuitsSeen, Clock, Failure, Gateways, Holds, Limits, Offers, Orders,
    ReservationBook, ReservationCloser, Shelf, StockRoom, Subject, SweepIndex, WakeUp,
};
use domain::catalog::Variant;
use domain::fraud::ReviewDecision;
use domain::invariant::{self, Books};
use domain::order::Order;
use domain::reservation::Reservation;
use domain::stock::{StockPage, Units};
use domain::wake::Queue;
use domain::webhook::{EventKey, Mode};
use domain::{Idempotent, OrderId, RequestKey, ReservationId, Sku, Timestamp};
use memory::{Call, Commit, ManualClock, Queues, ScriptedGateway, SeededChance, Store};

use crate::samples::{cart, product, request, terms, variant};

/// When a test begins.
pub(crate) const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);
/// How long a reservation holds.
pub(crate) const HOLD_TIME: Duration = Duration::from_secs(10 * 60);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);
pub(crate) const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A shop with twelve shirts on sale, unless it is told otherwise.
pub(crate) struct Shop {
    pub(crate) store: Store,
    pub(crate) clock: ManualClock,
    pub(crate) queues: Queues,
    pub(crate) gateway: ScriptedGateway,
    pub(crate) chance: SeededChance,
    pub(crate) circuits_seen: CircuitsSeen,
    relayed: AtomicUsize,
}

/// What one instance of the function that makes reservations remembers between its requests.
#[derive(Default)]
pub(crate) struct Instance {
    pub(crate) offers: Offers,
    pub(crate) shelf: Shelf,
    pub(crate) bands: Bands,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::open_with(&[("SHIRT", 12)]).await
    }

    pub(crate) async fn open_with(stock: &[(&str, u32)]) -> Self {
        let goods: Vec<(Variant, u32)> = stock.iter().map(|(sku, units)| (variant(sku), *units)).collect();
        Self::open_selling(&goods).await
    }

    /// A shop with so many units of each of these.
    pub(crate) async fn open_selling(goods: &[(Variant, u32)]) -> Self {
        let shop = Self {
            store: Store::default(),
            clock: ManualClock::at(NOON),
            queues: Queues::default(),
            gateway: ScriptedGateway::default(),
            chance: SeededChance::new(1),
            circuits_seen: CircuitsSeen::default(),
            relayed: AtomicUsize::new(0),
        };
        shop.put_on_sale(goods).await;
        shop
    }

    /// Shows one product with these variants, of each of which so many units come first.
    pub(crate) async fn put_on_sale(&self, goods: &[(Variant, u32)]) {
        let units = |units: u32| Units::parse(i64::from(units)).unwrap();
        let stocked = goods.iter().filter(|(_, first)| *first > 0);
        let stock: Vec<(Sku, Units)> =
            stocked.map(|(variant, first)| (variant.sku.clone(), units(*first))).collect();
        let variants = goods.iter().map(|(variant, _)| variant.clone()).collect();
        let ports = put_on_sale::Ports {
            catalog: &self.store,
            keeper: &self.store,
            stock: &self.store,
            clock: &self.clock,
            chance: &self.chance,
        };
        put_on_sale(&ports, &product(variants), &stock).await.unwrap();
    }

    pub(crate) async fn try_to_reserve(
        &self,
        key: &str,
        cart: Cart,
    ) -> Result<Idempotent<Reservation>, CreateReservationError> {
        self.reserve_at(&Instance::default(), request(key), cart).await
    }

    /// One request to make a reservation, at one instance.
    pub(crate) async fn reserve_at(
        &self,
        instance: &Instance,
        request: RequestKey,
        cart: Cart,
    ) -> Result<Idempotent<Reservation>, CreateReservationError> {
        let command = CreateReservation { request, cart, hold_time: HOLD_TIME };
        self.reserve_by(&self.store, instance, &command).await
    }

    /// The same, over another line to the store.
    pub(crate) async fn reserve_by<S>(
        &self,
        store: &S,
        instance: &Instance,
        command: &CreateReservation,
    ) -> Result<Idempotent<Reservation>, CreateReservationError>
    where
        S: Catalog + StockRoom + ReservationBook + ReservationCloser + Orders + Holds + Limits,
    {
        let ports = create_reservation::Ports {
            catalog: store,
            offers: &instance.offers,
            stock: store,
            shelf: &instance.shelf,
            bands: &instance.bands,
            reservations: store,
            closer: store,
            orders: store,
            holds: store,
            limits: store,
            clock: &self.clock,
            chance: &self.chance,
        };
        create_reservation(&ports, command).await
    }

    pub(crate) async fn reserve(&self, key: &str, units: i64) -> Reservation {
        self.try_to_reserve(key, cart(&[("SHIRT", units)])).await.unwrap().into_inner()
    }

    pub(crate) async fn try_to_check_out(
        &self,
        key: &str,
        reservation: &Reservation,
    ) -> Result<Idempotent<Order>, CheckoutError> {
        let ports = checkout::Ports { reservations: &self.store, orders: &self.store, clock: &self.clock };
        let command = PlaceOrder {
            reservation_id: reservation.id.clone(),
            expected_total: reservation.totals.total,
            checkout: terms(key, reservation),
        };
        checkout(&ports, &command).await
    }

    pub(crate) async fn check_out(&self, reservation: &Reservation) -> Order {
        self.try_to_check_out("checkout", reservation).await.unwrap().into_inner()
    }

    /// An order of three shirts that nobody has begun to charge.
    pub(crate) async fn order_shirts(&self) -> Order {
        let reservation = self.reserve("reserve", 3).await;
        self.check_out(&reservation).await
    }

    /// One worker takes one message about this order's payment.
    pub(crate) async fn capture(&self, id: &OrderId) {
        let gateways = self.gateways();
        capture_payment(&self.capture_ports(&gateways), id).await.unwrap();
    }

    pub(crate) fn capture_ports<'a>(&'a self, gateways: &'a Gateways) -> capture_payment::Ports<'a> {
        capture_payment::Ports {
            orders: &self.store,
            velocity: &self.store,
            gateways,
            breaker: self.breaker(),
            budget: self.budget(),
            clock: &self.clock,
        }
    }

    /// One gateway in every place.
    pub(crate) fn gateways(&self) -> Gateways {
        let gateway = || Box::new(self.gateway.clone());
        Gateways::new(gateway(), gateway(), gateway())
    }

    /// A worker that has begun just now.
    pub(crate) fn budget(&self) -> Budget {
        Budget { ends_at: self.clock.now().plus(MINUTE / 2), call_max: MINUTE / 10 }
    }

    pub(crate) fn breaker(&self) -> Breaker<'_> {
        Breaker { circuits: &self.store, seen: &self.circuits_seen, clock: &self.clock }
    }

    /// A person decides about an order.
    pub(crate) async fn review(
        &self,
        id: &OrderId,
        decision: ReviewDecision,
    ) -> Result<Idempotent<Order>, ReviewOrderError> {
        let ports = review_order::Ports { orders: &self.store, clock: &self.clock };
        review_order(&ports, id, decision).await
    }

    /// One worker takes one message about this reservation's end.
    pub(crate) async fn expire(&self, reservation: &ReservationId) {
        let ports = expire_reservation::Ports {
            reservations: &self.store,
            holds: &self.store,
            limits: &self.store,
            stock: &self.store,
            orders: &self.store,
            queues: &self.queues,
            clock: &self.clock,
            chance: &self.chance,
        };
        let ended = expire_reservation(&ports, reservation).await.unwrap();
        assert_eq!(finish(&ports, vec![ended]).await, [Ok(())]);
    }

    /// One worker takes one message about this event.
    pub(crate) async fn apply(&self, key: &EventKey) {
        self.try_to_apply(key).await.unwrap();
    }

    pub(crate) async fn try_to_apply(&self, key: &EventKey) -> Result<(), Failure> {
        let gateways = self.gateways();
        apply_webhook(&self.apply_ports(&gateways), key).await
    }

    pub(crate) fn apply_ports<'a>(&'a self, gateways: &'a Gateways) -> apply_webhook::Ports<'a> {
        let Self { store, clock, .. } = self;
        let (breaker, budget) = (self.breaker(), self.budget());
        apply_webhook::Ports {
            webhooks: store,
            orders: store,
            velocity: store,
            gateways,
            breaker,
            budget,
            clock,
            mode: Mode::Test,
        }
    }

    pub(crate) async fn work(&self, wake_up: WakeUp) {
        match wake_up.subject {
            Subject::CapturePayment(id) => self.capture(&id).await,
            Subject::ExpireReservation(id) => self.expire(&id).await,
            Subject::ApplyWebhook(key) => self.apply(&key).await,
            Subject::StockAlert(_) => panic!("nobody here takes it"),
        }
    }

    /// Sends what was committed since the relay was acknowledged; it is not acknowledged for this.
    pub(crate) async fn relay_unacknowledged(&self) -> usize {
        let commits = self.store.commits_from(self.relayed.load(Ordering::SeqCst));
        let ports = relay::Ports { queues: &self.queues, clock: &self.clock };
        relay(&ports, commits.iter().map(|commit| Ok(wake_up_of(commit)))).await.unwrap();
        commits.len()
    }

    pub(crate) async fn relay(&self) {
        let sent = self.relay_unacknowledged().await;
        self.relayed.fetch_add(sent, Ordering::SeqCst);
    }

    /// Relays and works until no message is due at this moment.
    pub(crate) async fn settle(&self) {
        self.relay().await;
        let mut due = self.queues.take_due(self.clock.now());
        while !due.is_empty() {
            for wake_up in due {
                self.work(wake_up).await;
            }
            self.relay().await;
            due = self.queues.take_due(self.clock.now());
        }
    }

    /// Works through every message up to this time, each when it is due.
    pub(crate) async fn settle_until(&self, end: Timestamp) {
        self.settle().await;
        while let Some(due) = self.queues.next_due().filter(|due| *due <= end) {
            self.clock.set(due);
            self.settle().await;
        }
        self.clock.set(end);
    }

    /// Sweeps once by this index. Answers how many workers were woken.
    pub(crate) async fn sweep_by(&self, index: &dyn SweepIndex) -> usize {
        let ports = sweep::Ports {
            index,
            stock: &self.store,
            orders: &self.store,
            queues: &self.queues,
            clock: &self.clock,
        };
        sweep(&ports).await.unwrap()
    }

    pub(crate) async fn sweep(&self) -> usize {
        self.sweep_by(&self.store).await
    }

    pub(crate) async fn order(&self, id: &OrderId) -> Order {
        self.store.order(id).await.unwrap().unwrap()
    }

    pub(crate) fn books(&self) -> Books {
        self.store.books(Some(self.gateway.entries()))
    }

    /// Units on sale, held and sold, after a look at the books.
    #[track_caller]
    pub(crate) fn units(&self) -> (u32, u32, u32) {
        let books = self.books();
        assert_eq!(invariant::check(&books), vec![]);
        let sum = |of: fn(&StockPage) -> u32| books.pages.iter().map(of).sum::<u32>();
        let free: u32 = books.supplies.iter().map(|supply| books.free_units(&supply.sku)).sum();
        (free, sum(StockPage::held_units), sum(|page| page.sold))
    }

    /// How often a call was made at the gateway.
    pub(crate) fn calls(&self, call: Call) -> usize {
        self.gateway.calls().iter().filter(|made| made.call == call).count()
    }

    /// What the gateway moved to us in all.
    pub(crate) fn captured(&self) -> i64 {
        self.gateway.entries().iter().map(|entry| entry.captured).sum()
    }
}

/// The wake-up that the relay makes of a change. Whoever hears of stock alerts is outside the shop.
pub(crate) fn wake_up_of(commit: &Commit) -> Option<WakeUp> {
    commit.wake_up().filter(|wake_up| wake_up.subject.queue() != Queue::StockAlerts)
}
