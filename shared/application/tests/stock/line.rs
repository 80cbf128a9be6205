use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use application::create_reservation::{Cart, CreateReservation, CreateReservationError};
use application::expire_reservation::{self, expire_reservation, finish};
use application::release_reservation::{self, ReleaseReservationError, release_reservation};
use application::{Failure, Holds, Limits, Orders, ReservationCloser, Reservations, StockRoom};
use domain::reservation::Reservation;
use domain::{Idempotent, RequestKey, ReservationId};
use memory::Store;
use tokio::task::yield_now;

use crate::shop::{HOLD_TIME, Instance, Shop};

mod ports; // every port, passed on

/// How long a call takes.
const CALL_TIME: Duration = Duration::from_millis(4);

/// How often others can go on during a slow one.
const SLOW_TURNS: u32 = 10;

/// A call on the line to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Products,
    Supplies,
    Lists,
    Openers,
    Pages,
    Reservation,
    Order,
    Movement,
    OpenPage,
    DropOpener,
    NoteReturned,
    BeginLook,
    FinishLook,
    Plan,
    Reserve,
    Close,
    Claim,
    GiveBack,
    Hold,
    Free,
    ChangeSupply,
    SetLow,
}

impl Call {
    /// Whether it changes nothing.
    pub(crate) fn is_read(self) -> bool {
        let reads = [Self::Products, Self::Supplies, Self::Lists, Self::Openers, Self::Pages];
        reads.contains(&self) || [Self::Reservation, Self::Order, Self::Movement].contains(&self)
    }
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is not done.
    Refused(Failure),
    /// It is done, and its answer lost.
    AnswerLost,
    /// It is done at the first of several tries, and the answer is that of the last one.
    DoneBefore(Failure),
    /// The one who calls dies before it, and calls nothing any more.
    Dies,
    /// It takes so long that others go on meanwhile.
    Slow,
}

/// Which call something is about.
enum When {
    /// The next one of this kind.
    Next(Call),
    /// The one in this place, from 1.
    At(usize),
}

/// One or more requests' line to the store. Every call is noted with the item that it is about.
pub(crate) struct Line<'a> {
    pub(crate) shop: &'a Shop,
    call_time: Duration,
    state: Mutex<State<'a>>,
}

#[derive(Default)]
struct State<'a> {
    calls: Vec<(Call, String)>,
    script: Vec<(When, Fate)>,
    meanwhile: Vec<(When, Box<dyn FnOnce() + Send + 'a>)>,
    is_dead: bool,
}

impl State<'_> {
    /// Whether the call that was noted last is the one.
    fn is_now(&self, when: &When) -> bool {
        match when {
            When::Next(call) => self.calls.last().is_some_and(|(made, _)| made == call),
            When::At(place) => self.calls.len() == *place,
        }
    }
}

impl<'a> Line<'a> {
    pub(crate) fn new(shop: &'a Shop) -> Self {
        Self::slow(shop, CALL_TIME)
    }

    /// A line on which each call takes so long.
    pub(crate) fn slow(shop: &'a Shop, call_time: Duration) -> Self {
        Self { shop, call_time, state: Mutex::default() }
    }

    /// The next call of this kind has this fate.
    pub(crate) fn script(&self, call: Call, fate: Fate) {
        self.lock().script.push((When::Next(call), fate));
    }

    /// The call in this place, from 1, has this fate.
    pub(crate) fn script_at(&self, place: usize, fate: Fate) {
        self.lock().script.push((When::At(place), fate));
    }

    /// This happens right before the next call of that kind.
    pub(crate) fn meanwhile(&self, call: Call, happens: impl FnOnce() + Send + 'a) {
        self.lock().meanwhile.push((When::Next(call), Box::new(happens)));
    }

    /// This happens right before the call in this place, from 1.
    pub(crate) fn meanwhile_at(&self, place: usize, happens: impl FnOnce() + Send + 'a) {
        self.lock().meanwhile.push((When::At(place), Box::new(happens)));
    }

    /// Whoever was here before is gone, and what was noted is forgotten.
    pub(crate) fn renew(&self) {
        *self.lock() = State::default();
    }

    /// Every call so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.lock().calls.iter().map(|(call, _)| *call).collect()
    }

    /// Every call so far that changes something.
    pub(crate) fn writes(&self) -> Vec<Call> {
        self.calls().into_iter().filter(|call| !call.is_read()).collect()
    }

    /// The items that calls of one kind were about.
    pub(crate) fn items(&self, call: Call) -> Vec<String> {
        let state = self.lock();
        state.calls.iter().filter(|(made, _)| *made == call).map(|(_, item)| item.clone()).collect()
    }

    /// One request to make a reservation, at one instance.
    pub(crate) async fn reserve(
        &self,
        instance: &Instance,
        request: RequestKey,
        cart: Cart,
    ) -> Result<Idempotent<Reservation>, CreateReservationError> {
        let command = CreateReservation { request, cart, hold_time: HOLD_TIME };
        self.shop.reserve_by(self, instance, &command).await
    }

    /// A batch of messages about the ends of these; answers for each.
    pub(crate) async fn expire(&self, reservations: &[ReservationId]) -> Vec<Result<(), Failure>> {
        let ports = expire_reservation::Ports {
            reservations: self,
            holds: self,
            limits: self,
            stock: self,
            orders: self.store(),
            queues: &self.shop.queues,
            clock: &self.shop.clock,
            chance: &self.shop.chance,
        };
        let mut ended = vec![];
        let mut outcomes = vec![];
        for reservation in reservations {
            let worked = expire_reservation(&ports, reservation).await;
            outcomes.push(worked.map(|left| ended.push(left)));
        }
        let mut finished = finish(&ports, ended).await.into_iter();
        outcomes.into_iter().map(|worked| worked.and_then(|()| finished.next().unwrap())).collect()
    }

    fn store(&self) -> &'a Store {
        &self.shop.store
    }

    async fn pass<T, E: From<Failure>>(
        &self,
        call: Call,
        item: impl ToString + Send,
        done: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        let happens = {
            let mut state = self.lock();
            state.calls.push((call, item.to_string()));
            let place = state.meanwhile.iter().position(|(when, _)| state.is_now(when));
            place.map(|place| state.meanwhile.remove(place).1)
        };
        self.shop.clock.advance(self.call_time);
        if let Some(happens) = happens {
            happens();
        }
        match self.fate() {
            None => done.await,
            Some(Fate::Refused(failure)) => Err(failure.into()),
            Some(Fate::AnswerLost) => done.await.and_then(|_lost| Err(Failure::OutcomeUnknown.into())),
            Some(Fate::DoneBefore(failure)) => done.await.and_then(|_lost| Err(failure.into())),
            Some(Fate::Dies) => {
                self.lock().is_dead = true;
                Err(Failure::Unavailable.into())
            }
            Some(Fate::Slow) => {
                for _ in 0..SLOW_TURNS {
                    yield_now().await;
                }
                done.await
            }
        }
    }

    fn fate(&self) -> Option<Fate> {
        let mut state = self.lock();
        if state.is_dead {
            return Some(Fate::Dies);
        }
        let place = state.script.iter().position(|(when, _)| state.is_now(when))?;
        Some(state.script.remove(place).1)
    }

    fn lock(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a use case answers that never waits.
pub(crate) fn at_once<T>(done: impl Future<Output = T>) -> T {
    let mut done = std::pin::pin!(done);
    match done.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("it waits"),
    }
}

impl Shop {
    /// Its shopper gives this reservation up.
    pub(crate) async fn release(&self, reservation: &ReservationId) {
        self.release_by(&self.store, reservation).await.unwrap();
    }

    /// The same, over another line to the store.
    pub(crate) async fn release_by<S>(
        &self,
        store: &S,
        reservation: &ReservationId,
    ) -> Result<(), ReleaseReservationError>
    where
        S: ReservationCloser + Holds + Limits + StockRoom + Orders,
    {
        let caller = self.store.reservation(reservation).await.unwrap().unwrap().caller;
        let ports = release_reservation::Ports {
            reservations: store,
            holds: store,
            limits: store,
            stock: store,
            orders: store,
            clock: &self.clock,
            chance: &self.chance,
        };
        release_reservation(&ports, &caller, reservation).await
    }
}
