//! The world of one run: its time, its chance, its store, queues and gateway, and the gate that every call waits at.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::stock::StockList;
use domain::{Sku, Timestamp};

use crate::answer::{Answer, Request, Slot};
use crate::bank::Bank;
use crate::checker::Checker;
use crate::conduct::Conduct;
use crate::dice::Dice;
use crate::fault::{Call, Fault, Faults};
use crate::mail::{Disorder, Mail};
use crate::run::Circumstances;
use crate::stream::Stream;

mod behind; // writes that come late, and lists that are read late

/// When every run begins.
pub(crate) const BEGIN: Timestamp = Timestamp::from_millis(1_790_000_000_000);
/// How far a clock is off at the most.
pub(crate) const SKEW_MAX: Duration = Duration::from_secs(10);

/// A write that its caller has given up on, and that comes all the same; it answers what became of it.
pub(crate) type LateWrite = Box<dyn FnOnce(&dyn Conduct) -> String + Send>;

/// What every task shares.
pub(crate) struct World {
    pub(crate) conduct: Box<dyn Conduct>,
    desk: Mutex<Desk>,
}

/// Whatever changes in the course of a run. Never locked across a wait.
pub(crate) struct Desk {
    pub(crate) now: Timestamp,
    pub(crate) dice: Dice,
    /// Where calls fail; none once faults have stopped.
    pub(crate) faults: Option<Faults>,
    pub(crate) disorder: Disorder,
    /// Whether chance decides who goes on, or the order in which tasks wait.
    pub(crate) is_seeded: bool,
    pub(crate) circumstances: Circumstances,
    /// Whether workers respect each other's leases.
    pub(crate) has_leases: bool,
    pub(crate) calls: u32,
    /// Whether anything went wrong so far.
    pub(crate) has_suffered: bool,
    /// In how many ways each call could have failed, where faults are set beforehand.
    pub(crate) ways: Vec<usize>,
    pub(crate) bank: Bank,
    /// Until when Stripe is ill.
    pub(crate) ill_until: Timestamp,
    /// Whether somebody compares what the gateways list with the ledgers.
    pub(crate) reconciles: bool,
    /// Writes on their way, and when they land.
    late: Vec<(Timestamp, LateWrite)>,
    /// What somebody read of each list a while ago.
    lists_before: BTreeMap<Sku, (Timestamp, StockList)>,
    pub(crate) mail: Mail,
    pub(crate) stream: Stream,
    pub(crate) checker: Checker,
    pub(crate) asked: Vec<Sent>,
    pub(crate) answers: Vec<Option<Answer>>,
    pub(crate) trace: Option<Vec<String>>,
    /// Who is being polled.
    pub(crate) current: String,
    waiting: Option<Waiting>,
    fault: Option<Fault>,
}

/// A request on its way to an execution environment.
pub(crate) struct Sent {
    pub(crate) request: Request,
    pub(crate) slot: Slot,
}

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// The word that lets it make this call.
    Call(Call),
    /// An answer, but no longer than until then.
    Answer(Slot, Timestamp),
    /// This time.
    Until(Timestamp),
    /// Nothing: it died.
    Dead,
}

impl World {
    pub(crate) fn new(conduct: Box<dyn Conduct>, desk: Desk) -> Self {
        Self { conduct, desk: Mutex::new(desk) }
    }

    pub(crate) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the scheduler's word on a call. Answers what goes wrong with it, if anything.
    pub(crate) async fn gate(&self, call: Call) -> Option<Fault> {
        self.wait(Waiting::Call(call)).await;
        self.desk().fault.take()
    }

    pub(crate) fn wait(&self, waiting: Waiting) -> Wait<'_> {
        Wait { world: self, waiting: Some(waiting) }
    }

    /// The process dies here.
    pub(crate) async fn die(&self) {
        self.wait(Waiting::Dead).await;
    }

    /// Waits for some of the virtual time.
    pub(crate) async fn pause(&self, duration: Duration) {
        let until = self.desk().now.plus(duration);
        self.wait(Waiting::Until(until)).await;
    }

    /// Follows what the store committed, and checks it.
    pub(crate) fn committed(&self) {
        let store = self.conduct.store();
        let mut desk = self.desk();
        desk.stream.follow(store);
        desk.check(store);
    }

    /// Adds a line to the trace, where one is kept.
    pub(crate) fn note(&self, line: impl FnOnce() -> String) {
        self.desk().note(line);
    }
}

impl Desk {
    pub(crate) fn new(dice: Dice, faults: Faults, disorder: Disorder, circumstances: Circumstances) -> Self {
        let is_seeded = matches!(faults, Faults::Seeded { .. });
        Self {
            now: BEGIN,
            dice,
            faults: Some(faults),
            disorder,
            is_seeded,
            circumstances,
            has_leases: true,
            calls: 0,
            has_suffered: false,
            ways: Vec::new(),
            bank: Bank::default(),
            ill_until: BEGIN,
            reconciles: false,
            late: Vec::new(),
            lists_before: BTreeMap::new(),
            mail: Mail::default(),
            stream: Stream::default(),
            checker: Checker::default(),
            asked: Vec::new(),
            answers: Vec::new(),
            trace: None,
            current: String::new(),
            waiting: None,
            fault: None,
        }
    }

    /// Counts a call and decides what goes wrong with it.
    pub(crate) fn fault_at(&mut self, call: Call) -> Option<Fault> {
        let number = self.calls;
        self.calls = self.calls.saturating_add(1);
        if !self.is_seeded && self.faults.is_some() {
            self.ways.push(Fault::of(call.sort).len());
        }
        let fault = self.faults.as_ref()?.at(number, call, &mut self.dice);
        self.has_suffered |= fault.is_some();
        fault
    }

    /// The next task to be polled makes its call with this fault.
    pub(crate) fn let_go(&mut self, fault: Option<Fault>) {
        self.fault = fault;
        self.waiting = None;
    }

    /// What the task that was polled waits for now.
    pub(crate) fn waiting(&mut self) -> Waiting {
        self.waiting.take().unwrap_or(Waiting::Dead)
    }

    /// Adds a line to the trace, where one is kept.
    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
        // The call that is being made, counted from 0.
        let (now, call) = (self.now, self.calls.saturating_sub(1));
        let current = &self.current;
        if let Some(trace) = &mut self.trace {
            let time = now.since(BEGIN);
            let (whole, part) = (time.as_secs(), time.subsec_millis());
            trace.push(format!("{whole:>6}.{part:03}  {call:>4}  {current:<34} {}", line()));
        }
    }

    /// Whether clocks differ.
    pub(crate) const fn has_skews(&self) -> bool {
        self.is_seeded && self.circumstances.skews
    }

    /// How far two clocks are apart at the most.
    pub(crate) const fn skew_max(&self) -> Duration {
        if self.has_skews() { SKEW_MAX.saturating_mul(2) } else { Duration::ZERO }
    }

    pub(crate) const fn is_traced(&self) -> bool {
        self.trace.is_some()
    }

    /// A number of milliseconds up to this many; all of them where chance does not decide.
    pub(crate) fn some_millis(&mut self, most: u32) -> Duration {
        let millis = if self.is_seeded { self.dice.below(most) } else { most };
        Duration::from_millis(u64::from(millis))
    }

    /// Hands a request to an execution environment.
    pub(crate) fn ask(&mut self, request: Request) -> Slot {
        let slot = Slot(self.answers.len());
        self.answers.push(None);
        self.asked.push(Sent { request, slot });
        slot
    }

    pub(crate) fn answer(&self, slot: Slot) -> Option<&Answer> {
        self.answers.get(slot.0).and_then(Option::as_ref)
    }

    pub(crate) fn has_answer(&self, slot: Slot) -> bool {
        self.answer(slot).is_some()
    }

    pub(crate) fn fill(&mut self, slot: Slot, answer: Answer) {
        if let Some(place) = self.answers.get_mut(slot.0).filter(|place| place.is_none()) {
            *place = Some(answer);
        }
    }
}

/// Ends when the scheduler polls the task again. What a task does side by side waits for its turn, one after the other.
pub(crate) struct Wait<'a> {
    world: &'a World,
    waiting: Option<Waiting>,
}

impl Future for Wait<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.waiting.is_none() {
            return Poll::Ready(());
        }
        let mut desk = self.world.desk();
        if desk.waiting.is_none() {
            desk.waiting = self.waiting.take();
        }
        Poll::Pending
    }
}
