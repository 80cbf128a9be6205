//! One invocation of a function: its environment, and the ports as they stand before it.

use std::sync::Arc;
use std::time::Duration;

use application::{Bands, Breaker, Chance, CircuitsSeen, Clock, Failure, Offers, Shelf};
use async_trait::async_trait;
use domain::Timestamp;

use crate::conduct::{Conduct, Invoked};
use crate::fault::{Call, Fault, Sort};
use crate::world::World;

mod catalog; // Catalog
mod circuits; // Circuits
mod gateway; // Gateway
mod holds; // Holds and Limits
mod orders; // Orders, OrderPlacer and OrderLedger
mod queues; // Queues
mod reconciliations; // Transfers, Reconciliations and Differences
mod reservations; // Reservations, ReservationBook and ReservationCloser
mod room; // StockRoom
mod stock; // Stock and StockKeeper
mod sweep_index; // SweepIndex
mod velocity; // Velocity
mod webhooks; // WebhookLedger
mod words; // answers in the trace
mod work_items; // WorkItems

use words::Words;

/// What an execution environment keeps between invocations: it serves one at a time, and dies with a killed one.
#[derive(Default)]
pub(crate) struct Environment {
    pub(crate) shelf: Shelf,
    pub(crate) bands: Bands,
    pub(crate) offers: Offers,
    pub(crate) circuits_seen: CircuitsSeen,
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

#[async_trait]
impl Clock for Invocation {
    fn now(&self) -> Timestamp {
        let now = self.world.desk().now.as_millis();
        Timestamp::from_millis(now.saturating_add(self.environment.skew))
    }

    async fn wait(&self, duration: Duration) {
        self.world.pause(duration).await;
    }
}

impl Chance for Invocation {
    fn below(&self, bound: u32) -> u32 {
        self.world.desk().dice.below(bound)
    }
}

impl Invocation {
    pub(crate) fn breaker(&self) -> Breaker<'_> {
        Breaker { circuits: self, seen: &self.environment.circuits_seen, clock: self }
    }

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
    async fn write<T: Words, E: From<Failure> + core::fmt::Display>(
        &self,
        name: &'static str,
        of: &(dyn core::fmt::Display + Sync),
        write: impl FnOnce(&dyn Conduct) -> Result<T, E> + Send,
    ) -> Result<T, E> {
        let fault = self.world.gate(Call { name, sort: Sort::Write }).await;
        self.suffer(fault, name, of, write).await
    }

    /// Writes to the store, unless the request is on its way for so long that its caller gives up on it first.
    async fn write_or_late<T: Words, E: From<Failure> + core::fmt::Display>(
        &self,
        name: &'static str,
        of: &(dyn core::fmt::Display + Sync),
        write: impl FnOnce(&dyn Conduct) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let fault = self.world.gate(Call { name, sort: Sort::LateWrite }).await;
        match fault {
            Some(Fault::Late | Fault::KilledMeanwhile) => {
                let unheard = move |conduct: &dyn Conduct| {
                    let answer = write(conduct);
                    let answer = answer.map_or_else(|refused| refused.to_string(), |done| done.words());
                    format!("a late write lands: {name} -> {answer}, unheard")
                };
                self.world.desk().delay(Box::new(unheard));
                if fault == Some(Fault::KilledMeanwhile) {
                    self.world.die().await;
                }
                Err(Failure::OutcomeUnknown.into())
            }
            fault => self.suffer(fault, name, of, write).await,
        }
    }

    async fn suffer<T: Words, E: From<Failure> + core::fmt::Display>(
        &self,
        fault: Option<Fault>,
        name: &'static str,
        of: &(dyn core::fmt::Display + Sync),
        write: impl FnOnce(&dyn Conduct) -> Result<T, E> + Send,
    ) -> Result<T, E> {
        let apply = || {
            let answer = write(self.world.conduct.as_ref());
            self.world.committed();
            self.world.note(|| {
                let answer = match &answer {
                    Ok(done) => done.words(),
                    Err(refused) => refused.to_string(),
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
}
