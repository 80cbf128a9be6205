//! A table with the limits that DynamoDB documents.
//!
//! It stores nothing. It is a layer around somebody else's atomic operation: a call says which items it touches and
//! what they cost, and brings a closure that runs at the instant of its effect, if it has one.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use crate::case::Case;
use crate::draws::Draws;
use crate::limits::{Mishaps, client, latency, table};
use crate::virtual_time::{VirtualTime, lock};

mod bill; // what everything cost
mod call; // what is asked of the table
mod item; // names of items, and where they lie
mod partition; // units that come back with time

pub(crate) use bill::{Bill, Costs};
pub(crate) use call::{Call, Effect, Outcome, Read, Write};
pub(crate) use item::{Item, write_units};

use item::Place;
use partition::Partition;

/// The table, with all its partitions.
pub(crate) struct Table {
    pub(crate) time: VirtualTime,
    pub(crate) draws: Arc<Draws>,
    pub(crate) bill: Arc<Bill>,
    mishaps: Mishaps,
    state: Mutex<State>,
}

struct State {
    /// Those that items share by their hashes; the table is warm for so many.
    shared: u64,
    partitions: HashMap<Place, Partition>,
    /// Items of transactions that are under way.
    held: HashSet<Item>,
}

/// What an item says to a write that wants it.
enum Admission {
    Admitted,
    Conflict,
    Throttled,
}

/// Which message of an attempt is lost.
#[derive(PartialEq, Eq)]
enum Loss {
    Nothing,
    Request,
    Answer,
}

type Apply<'a, T> = &'a mut (dyn FnMut() -> Effect<T> + Send);

impl Table {
    /// A table at rest.
    pub(crate) fn new(time: VirtualTime, draws: Arc<Draws>, bill: Arc<Bill>, case: &Case) -> Self {
        let state = State { shared: case.partitions, partitions: HashMap::new(), held: HashSet::new() };
        Self { time, draws, bill, mishaps: case.mishaps, state: Mutex::new(state) }
    }

    /// The parts of the model that go wrong by chance.
    pub(crate) const fn mishaps(&self) -> Mishaps {
        self.mishaps
    }

    /// Charges an index entry that an effect puts, moves or removes: to be called by its closure. The index follows
    /// later, so its partition may fall behind; then [`Write::indexed`] writes are throttled.
    pub(crate) fn write_index(&self, entry: Item) {
        let mut state = lock(&self.state);
        let now = self.time.now();
        state.at(entry).write.spend(now, table::INDEX_WRITE_UNITS);
        self.bill.write(table::INDEX_WRITE_UNITS);
    }

    /// Tries a call once. It always runs to its end: nobody may drop it half way, as no request takes back what it
    /// sent.
    pub(crate) async fn attempt<T: Send>(&self, call: Call<'_>, apply: Apply<'_, T>) -> Outcome<T> {
        let sent = self.time.now();
        let loss = self.loss();
        let outcome = match call {
            _ if loss == Loss::Request => Outcome::Lost,
            Call::Write(write) => self.write(write, apply).await,
            Call::Transact(writes) => self.transact(writes, apply).await,
            Call::Read(read) => self.read(read, apply).await,
        };
        if loss == Loss::Nothing {
            return outcome;
        }
        self.time.sleep_until(sent + client::ATTEMPT).await;
        Outcome::Lost
    }

    async fn write<T>(&self, write: &Write, apply: Apply<'_, T>) -> Outcome<T> {
        self.way(latency::LEG).await;
        let outcome = match self.admit(write, 0) {
            Admission::Admitted => Outcome::Answered(apply().into_inner()),
            Admission::Conflict => Outcome::Conflict,
            Admission::Throttled => Outcome::Throttled,
        };
        self.way(latency::LEG).await;
        outcome
    }

    /// Prepares every item, decides, and commits. The effect is at the last preparation, when every item is held and
    /// nothing can come between; only a read that overtakes the commit can tell the difference.
    async fn transact<T>(&self, writes: &[Write], apply: Apply<'_, T>) -> Outcome<T> {
        assert!(writes.len() <= table::TRANSACTION_ITEMS_MAX, "DynamoDB takes no transaction of this size");
        self.way(latency::COORDINATION).await;
        let sent = self.time.now();
        let mut preparations: Vec<_> =
            writes.iter().map(|write| (sent + self.draws.way(latency::PREPARE), write)).collect();
        preparations.sort_by_key(|(at, _)| *at);
        let mut held = Vec::with_capacity(writes.len());
        let mut cancelled = None;
        for (at, write) in preparations {
            self.time.sleep_until(at).await;
            match self.admit(write, 1) {
                Admission::Admitted => held.push(write.item),
                Admission::Conflict => cancelled = Some(Outcome::Conflict),
                Admission::Throttled => cancelled = cancelled.or(Some(Outcome::Throttled)),
            }
        }
        let effect = if cancelled.is_none() { Some(apply()) } else { None };
        if let Some(Effect::Refused(_)) = effect {
            // An item whose condition does not hold is never held, and the others not for long.
            self.release(&held);
        }
        self.way(latency::PREPARED).await;
        self.way(latency::DECISION).await;
        self.way(latency::COMMIT).await;
        if let Some(Effect::Written(_)) = effect {
            self.commit(writes);
        }
        self.release(&held);
        self.way(latency::REPLY).await;
        match (effect, cancelled) {
            (Some(effect), _) => Outcome::Answered(effect.into_inner()),
            (None, cancelled) => cancelled.unwrap_or(Outcome::Throttled),
        }
    }

    /// Reads items that may come in several answers, when some of their partitions are busy. An eventual read sees
    /// the items as they were when it set out.
    async fn read<T>(&self, read: &Read, apply: Apply<'_, T>) -> Outcome<T> {
        let early = if read.is_consistent { None } else { Some(apply().into_inner()) };
        let mut missing: Vec<Item> = read.items.clone();
        while !missing.is_empty() {
            self.way(latency::LEG).await;
            let rest = missing.split_off(missing.len().min(table::BATCH_ITEMS_MAX));
            let asked = missing.len();
            missing.retain(|item| !self.admit_read(*item, read.units));
            let none = missing.len() == asked;
            missing.extend(rest);
            if none {
                self.way(latency::LEG).await;
                return Outcome::Throttled;
            }
            if !missing.is_empty() {
                self.way(latency::LEG).await;
            }
        }
        let seen = early.unwrap_or_else(|| apply().into_inner());
        self.way(latency::LEG).await;
        Outcome::Answered(seen)
    }

    /// Whether an item takes a write now; `held` is 1 when it is then held for a transaction.
    fn admit(&self, write: &Write, held: usize) -> Admission {
        let now = self.time.now();
        let mut state = lock(&self.state);
        let behind = |state: &mut State, index| state.at(index).write.is_behind(now);
        if write.index.is_some_and(|index| behind(&mut state, index)) {
            return self.throttled();
        }
        let in_conflict = state.held.contains(&write.item);
        // What is admitted now may be refused by its condition at once, and costs the same.
        let share = if in_conflict { table::CONFLICT_SHARE } else { table::REFUSED_SHARE };
        let units = write.units * share;
        if !state.at(write.item).write.take(now, units) {
            return self.throttled();
        }
        self.bill.write(units);
        if in_conflict {
            self.bill.conflict();
            return Admission::Conflict;
        }
        if held > 0 {
            state.held.insert(write.item);
        }
        Admission::Admitted
    }

    fn throttled(&self) -> Admission {
        self.bill.throttle();
        Admission::Throttled
    }

    fn admit_read(&self, item: Item, units: f64) -> bool {
        let admitted = lock(&self.state).at(item).read.take_part(self.time.now(), units);
        if admitted {
            self.bill.read(units)
        } else {
            self.bill.throttle()
        }
        admitted
    }

    /// The second write of each item. What was prepared is committed, whatever the partition's limit.
    fn commit(&self, writes: &[Write]) {
        let now = self.time.now();
        let mut state = lock(&self.state);
        for write in writes {
            let units = write.units * (table::TRANSACTION_WRITES_PER_ITEM - 1);
            state.at(write.item).write.spend(now, units);
            self.bill.write(units);
        }
    }

    fn release(&self, held: &[Item]) {
        let mut state = lock(&self.state);
        for item in held {
            state.held.remove(item);
        }
    }

    async fn way(&self, median: std::time::Duration) {
        self.time.sleep(self.draws.way(median)).await;
    }

    fn loss(&self) -> Loss {
        match (self.draws.happens(self.mishaps.lost), self.draws.happens(0.5)) {
            (false, _) => Loss::Nothing,
            (true, false) => Loss::Request,
            (true, true) => Loss::Answer,
        }
    }
}

impl State {
    fn at(&mut self, item: Item) -> &mut Partition {
        self.partitions.entry(item.place(self.shared)).or_default()
    }
}
