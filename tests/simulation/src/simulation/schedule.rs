use std::time::Duration;

use domain::Timestamp;

use super::{Kind, Simulation};
use crate::world::{Desk, Waiting};

/// How many workers are at work at most; a queue's messages wait until one is free.
const WORKERS_MAX: usize = 6;

/// How often the sweeper runs.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// How late it comes at most, also while other things go on happening.
const SWEEP_LATE_MAX: Duration = Duration::from_secs(5 * 60);

/// How often the gateways' lists are compared with the ledgers.
const RECONCILE_EVERY: Duration = Duration::from_secs(15 * 60);

/// Now and then everything stands still, for longer than a gateway knows a key.
const STANDSTILL: Duration = Duration::from_secs(25 * 60 * 60);

/// Once faults have stopped, everything ends within so much time and so many turns.
const TIME_MAX: Duration = Duration::from_secs(2 * 60 * 60);
/// But for a part of an order's money of which the gateway kept a failure: it may not be asked for under another key, so
/// a person sees to it once the key is forgotten.
const PART_TIME_MAX: Duration = Duration::from_secs(26 * 60 * 60);
/// And but for the end of a dispute that nobody told of, and what a gateway refuses for it for as long as it keeps that.
const DISPUTE_TIME_MAX: Duration = Duration::from_secs(3 * 24 * 60 * 60);
/// And but for what a person is to decide about, who has days for that.
const REVIEW_TIME_MAX: Duration = Duration::from_secs(6 * 24 * 60 * 60);
const TURNS_MAX: u64 = 20_000;
/// Sweeps that come one after the other, because nothing else is left to happen.
const IDLE_SWEEPS_MAX: u32 = 16;

/// One thing that can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Task(usize),
    Deliver(usize),
    Relay,
    Bank,
    LateWrite,
    Sweep,
    Reconcile,
}

impl Simulation {
    /// Runs to the end: first with faults, for so many turns, and then without.
    pub(crate) fn run(&mut self, faulty_turns: u64) {
        while self.turn < faulty_turns && self.is_sound() && self.step() {}
        self.stop_faults();
        let turns_max = self.turn.saturating_add(TURNS_MAX);
        let stopped_at = self.world.desk().now;
        let mut time_max = TIME_MAX;
        while self.is_sound() && self.step() {
            let mut desk = self.world.desk();
            if desk.now.since(stopped_at) > TIME_MAX && desk.waits_for_a_part() {
                time_max = PART_TIME_MAX;
            }
            if desk.now.since(stopped_at) > TIME_MAX && desk.was_disputed() {
                time_max = DISPUTE_TIME_MAX;
            }
            if desk.now.since(stopped_at) > TIME_MAX && desk.waited_for_a_person() {
                time_max = REVIEW_TIME_MAX;
            }
            let is_late = desk.now.since(stopped_at) > time_max;
            if self.turn > turns_max || is_late || self.idle_sweeps > IDLE_SWEEPS_MAX {
                desk.did_not_settle();
            }
        }
        if self.is_sound() {
            self.world.desk().check_end(self.world.conduct.store());
        }
        if self.is_sound() {
            self.late_shopper_comes();
        }
    }

    pub(super) fn is_sound(&self) -> bool {
        self.world.desk().checker.broken().is_none()
    }

    fn stop_faults(&mut self) {
        self.idle_sweeps = 0;
        let mut desk = self.world.desk();
        // Faults that are set beforehand come when their call does.
        if desk.is_seeded {
            desk.faults = None;
            desk.current.clear();
            desk.note(|| "--- faults stop here ---".to_owned());
        }
    }

    /// One thing happens. Answers whether anything is left to happen.
    pub(super) fn step(&mut self) -> bool {
        self.drift();
        self.list_choices();
        let choice = {
            let mut desk = self.world.desk();
            match self.choices.len() {
                0 => None,
                length if desk.is_seeded => self.choices.get(desk.dice.place(length)).copied(),
                _ => self.choices.iter().min_by_key(|choice| self.rank(**choice)).copied(),
            }
        };
        match choice {
            Some(Choice::Task(place)) => self.go_on(place),
            Some(Choice::Deliver(nth)) => self.deliver(nth),
            Some(Choice::Relay) => self.relay(),
            Some(Choice::Bank) => self.bank_moves(),
            Some(Choice::LateWrite) => self.world.late_write_lands(),
            Some(Choice::Sweep) => {
                self.sweep_at = self.world.desk().now.plus(SWEEP_EVERY);
                self.sweep();
            }
            Some(Choice::Reconcile) => {
                self.reconcile_at = self.world.desk().now.plus(RECONCILE_EVERY);
                self.reconcile();
            }
            None => return self.skip_ahead(),
        }
        true
    }

    /// Without chance, tasks take turns and come before anything new.
    fn rank(&self, choice: Choice) -> (u8, u64) {
        match choice {
            Choice::Task(place) => (0, self.tasks.get(place).map_or(0, |task| task.last_turn)),
            Choice::Bank | Choice::LateWrite => (1, 0),
            Choice::Relay => (2, 0),
            Choice::Deliver(_) => (3, 0),
            Choice::Sweep => (4, 0),
            Choice::Reconcile => (5, 0),
        }
    }

    fn list_choices(&mut self) {
        self.choices.clear();
        let desk = self.world.desk();
        let now = desk.now;
        let mut workers = 0_usize;
        let mut sweeping = false;
        let mut reconciling = false;
        for (place, task) in self.tasks.iter().enumerate() {
            workers = workers.saturating_add(usize::from(task.kind == Kind::Worker));
            sweeping |= task.kind == Kind::Sweep;
            reconciling |= task.kind == Kind::Reconcile;
            let ready = match task.waiting {
                Waiting::Call(_) => true,
                Waiting::Answer(slot, until) => desk.has_answer(slot) || now >= until,
                Waiting::Until(then) => now >= then,
                Waiting::Dead => false,
            };
            if ready {
                self.choices.push(Choice::Task(place));
            }
        }
        if workers < WORKERS_MAX {
            self.choices.extend((0..desk.mail.deliverable(now)).map(Choice::Deliver));
        }
        if !desk.stream.is_read && !desk.stream.is_done() {
            self.choices.push(Choice::Relay);
        }
        if desk.bank.next_event().is_some_and(|at| now >= at) {
            self.choices.push(Choice::Bank);
        }
        if desk.next_late_write().is_some_and(|at| now >= at) {
            self.choices.push(Choice::LateWrite);
        }
        // In between, sweeps change nothing that the next one would not; so they come by chance, and in the end. But what
        // somebody asks for again and again may wait for one.
        let by_chance = desk.is_seeded && desk.faults.is_some() && now >= self.sweep_at;
        let is_late = now >= self.sweep_at.plus(SWEEP_LATE_MAX);
        if (by_chance || is_late) && !sweeping && self.sweeps_run(&desk) {
            self.choices.push(Choice::Sweep);
        }
        if desk.reconciles && now >= self.reconcile_at && !reconciling {
            self.choices.push(Choice::Reconcile);
        }
    }

    fn deliver(&mut self, nth: usize) {
        let batch = {
            let mut guard = self.world.desk();
            let Desk { mail, dice, is_seeded, now, .. } = &mut *guard;
            let comes_along = || !*is_seeded || dice.hits(700);
            mail.deliver_batch(nth, *now, comes_along)
        };
        if let Some(first) = batch.first() {
            self.work_on(first.subject.queue(), batch);
        }
    }

    fn bank_moves(&mut self) {
        let mut guard = self.world.desk();
        let desk = &mut *guard;
        if let Some(moved) = desk.bank.next_happens(desk.now, &mut desk.dice) {
            desk.current.clear();
            desk.note(|| moved);
            desk.check_charges();
        }
    }

    /// Time goes on while tasks are under way: a little with every turn, and now and then by a lot.
    fn drift(&mut self) {
        let jumped = {
            let mut desk = self.world.desk();
            if !desk.is_seeded {
                desk.now = desk.now.plus(Duration::from_millis(1));
                return;
            }
            let little = desk.some_millis(40);
            desk.now = desk.now.plus(little);
            let jumps = desk.faults.is_some() && desk.dice.hits(25);
            if jumps {
                let most = [2_000, 15_000, 15_000, 90_000].get(desk.dice.place(4)).copied();
                let jump = desk.some_millis(most.unwrap_or_default());
                let jump = if desk.dice.hits(20) { STANDSTILL } else { jump };
                desk.now = desk.now.plus(jump);
            }
            jumps
        };
        if jumped {
            self.time_out();
        }
    }

    /// Nobody can go on now: time jumps to the next thing that happens, which may be a sweep.
    fn skip_ahead(&mut self) -> bool {
        let next = self.next_event();
        let mut desk = self.world.desk();
        match next {
            Some(at) => {
                // A payment that moves on only with the sweeper's help moves on nevertheless.
                self.idle_sweeps = 0;
                desk.now = desk.now.max(at);
                true
            }
            None if desk.unsettled().is_none() || !self.sweeps_run(&desk) => false,
            // Every other time the lists are compared instead.
            None if desk.reconciles && !self.idle_sweeps.is_multiple_of(2) => {
                desk.now = desk.now.max(self.reconcile_at);
                self.idle_sweeps = self.idle_sweeps.saturating_add(1);
                true
            }
            None => {
                // The sweeps before the next wake would find nothing.
                let idle_until = desk.next_wake().unwrap_or(desk.now);
                desk.now = desk.now.max(self.sweep_at).max(idle_until).plus(SWEEP_EVERY);
                self.sweep_at = desk.now;
                drop(desk);
                self.sweep();
                // A shop that is stuck is swept in vain.
                self.turn = self.turn.saturating_add(1);
                self.idle_sweeps = self.idle_sweeps.saturating_add(1);
                true
            }
        }
    }

    fn sweeps_run(&self, desk: &Desk) -> bool {
        desk.circumstances.sweeps && self.world.conduct.sweeps()
    }

    fn next_event(&self) -> Option<Timestamp> {
        let desk = self.world.desk();
        let tasks = self.tasks.iter().filter_map(|task| match task.waiting {
            Waiting::Answer(_, until) | Waiting::Until(until) => Some(until),
            Waiting::Call(_) | Waiting::Dead => None,
        });
        let sent = desk.mail.next_due().into_iter().chain(desk.next_late_write());
        tasks.chain(sent).chain(desk.bank.next_event()).min()
    }
}
