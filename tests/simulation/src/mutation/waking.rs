use application::{Failure, WakeUp};
use memory::{Commit, Store};

use super::boxed;
use crate::conduct::{Conduct, Honest};

#[derive(Default)]
struct ChangedWakesDropped(Honest);

impl Conduct for ChangedWakesDropped {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn wake_up(&self, commit: &Commit) -> Option<WakeUp> {
        commit.wake_up().filter(|_| commit.before.is_none())
    }
}

pub(super) fn changed_wakes_dropped() -> Box<dyn Conduct> {
    boxed(ChangedWakesDropped::default())
}

#[derive(Default)]
struct RelayedBeforeSent(Honest);

impl Conduct for RelayedBeforeSent {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn relays_first(&self) -> bool {
        true
    }
}

pub(super) fn relayed_before_sent() -> Box<dyn Conduct> {
    boxed(RelayedBeforeSent::default())
}

#[derive(Default)]
struct WorkedAfterDeleted(Honest);

impl Conduct for WorkedAfterDeleted {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn deletes_first(&self) -> bool {
        true
    }
}

pub(super) fn worked_after_deleted() -> Box<dyn Conduct> {
    boxed(WorkedAfterDeleted::default())
}

#[derive(Default)]
struct FailedIsDone(Honest);

impl Conduct for FailedIsDone {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn judged(&self, _: Result<(), Failure>) -> Result<(), Failure> {
        Ok(())
    }
}

pub(super) fn failed_is_done() -> Box<dyn Conduct> {
    boxed(FailedIsDone::default())
}

#[derive(Default)]
struct NoSweeper(Honest);

impl Conduct for NoSweeper {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn sweeps(&self) -> bool {
        false
    }
}

pub(super) fn no_sweeper() -> Box<dyn Conduct> {
    boxed(NoSweeper::default())
}
