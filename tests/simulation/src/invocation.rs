//! One invocation of a function: its environment, and the ports as they stand before it.

use std::sync::Arc;

use application::{Bands, Chance, ChangeError, Clock, CloseError, Failure, ReserveError, Shelf};
use domain::Timestamp;

use crate::conduct::Invoked;
use crate::fault::{Call, Fault, Sort};
use crate::world::World;

mod gateway; // Gateway
mod orders; // Orders, OrderPlacer and OrderLedger
mod queues; // Queues
mod reservations; // Reservations, ReservationBook and ReservationCloser
mod stock; // Catalog, Stock, Holds and SweepIndex

/// What an execution environment keeps between invocations: it serves one at a time, and dies with a killed one.
#[derive(Default)]
pub(crate) struct Environment {
    pub(crate) shelf: Shelf,
    pub(crate) bands: Bands,
    /// How far its clock is off, in milliseconds.
    pub(crate) skew: i64,
}

/// The ports of one invocation. Each call waits for the scheduler, and suffers what that decides.
#[derive(Clone)]
pub(crate) struct Invocation {
    pub(crate) world: Arc<World>,
    pub(crate) environment: Arc<Environment>,
    pub(crate) by: Invoked,
}

impl Clock for Invocation {
    fn now(&self) -> Timestamp {
        let now = self.world.desk().now.as_millis();
        Timestamp::from_millis(now.saturating_add(self.environment.skew))
    }
}

impl Chance for Invocation {
    fn below(&self, bound: u32) -> u32 {
        self.world.desk().dice.below(bound)
    }
}

impl Invocation {
    /// Reads from the store.
    async fn read<T>(
        &self,
        name: &'static str,
        of: &(dyn core::fmt::Display + Sync),
        read: impl FnOnce() -> T + Send,
    ) -> Result<T, Failure> {
        match self.world.gate(Call { name, sort: Sort::Read }).await {
            None => {
                self.world.note(|| format!("{name} {of}"));
                Ok(read())
            }
            Some(Fault::Unavailable) => Err(Failure::Unavailable),
            Some(Fault::KilledBefore | Fault::KilledAfter) => {
                self.world.die().await;
                Err(Failure::OutcomeUnknown)
            }
            Some(_) => Err(Failure::OutcomeUnknown),
        }
    }

    /// Writes to the store.
    async fn write<T: Words, E: From<Failure> + Words>(
        &self,
        name: &'static str,
        of: &(dyn core::fmt::Display + Sync),
        write: impl FnOnce() -> Result<T, E> + Send,
    ) -> Result<T, E> {
        let fault = self.world.gate(Call { name, sort: Sort::Write }).await;
        let apply = || {
            let answer = write();
            self.committed();
            self.world.note(|| {
                let answer = match &answer {
                    Ok(done) => done.words(),
                    Err(refused) => refused.words(),
                };
                format!("{name} {of} -> {answer}")
            });
            answer
        };
        match fault {
            None => apply(),
            Some(Fault::Unavailable) => Err(Failure::Unavailable.into()),
            Some(Fault::Throttled) => Err(Failure::Throttled.into()),
            Some(Fault::AnswerLost) => {
                let _nobody_hears = apply();
                Err(Failure::OutcomeUnknown.into())
            }
            Some(Fault::KilledAfter) => {
                let _nobody_hears = apply();
                self.world.die().await;
                Err(Failure::OutcomeUnknown.into())
            }
            Some(_) => Err(Failure::OutcomeUnknown.into()),
        }
    }

    /// Follows what the store committed, and checks it.
    fn committed(&self) {
        let store = self.world.conduct.store();
        let mut desk = self.world.desk();
        desk.stream.follow(store);
        desk.check(store);
    }
}

/// An answer in the trace.
trait Words {
    fn words(&self) -> String;
}

impl Words for () {
    fn words(&self) -> String {
        "done".to_owned()
    }
}

impl<T> Words for domain::Idempotent<T> {
    fn words(&self) -> String {
        if self.is_replay() { "was done before".to_owned() } else { "done".to_owned() }
    }
}

impl Words for Failure {
    fn words(&self) -> String {
        self.to_string()
    }
}

impl Words for ChangeError {
    fn words(&self) -> String {
        self.to_string()
    }
}

impl Words for CloseError {
    fn words(&self) -> String {
        self.to_string()
    }
}

impl Words for ReserveError {
    fn words(&self) -> String {
        self.to_string()
    }
}
