use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use application::Failure;

use crate::limits::client::{ATTEMPTS, BACKOFF, CONFLICT_PAUSE, CONFLICT_TRIES, OPERATION};
use crate::table::{Call, Effect, Outcome, Read, Table, Write};

/// An environment's way to the table: with the AWS SDK's attempts, and with the repetitions of `shared/dynamodb`
/// when a write meets a transaction. A closure is called at each attempt that has an effect, so it must be a
/// conditional write, as it is in the table.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) table: Arc<Table>,
    life: Arc<Life>,
}

/// Whether an environment still lives.
#[derive(Default)]
pub(crate) struct Life(AtomicBool);

impl Life {
    /// Whether the environment has died.
    fn is_over(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// What comes of some work in the environment; none when that dies first.
    pub(crate) async fn outlasts<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if self.is_over() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }
}

impl Client {
    /// The client of an environment.
    pub(crate) fn new(table: Arc<Table>, life: Arc<Life>) -> Self {
        Self { table, life }
    }

    /// Writes one item.
    pub(crate) async fn write<T: Send>(
        &self,
        write: &Write,
        mut apply: impl FnMut() -> Effect<T> + Send,
    ) -> Result<T, Failure> {
        self.call(Call::Write(write), &mut apply).await
    }

    /// Writes every item or none.
    pub(crate) async fn transact<T: Send>(
        &self,
        writes: &[Write],
        mut apply: impl FnMut() -> Effect<T> + Send,
    ) -> Result<T, Failure> {
        self.call(Call::Transact(writes), &mut apply).await
    }

    /// Reads items.
    pub(crate) async fn read<T: Send>(
        &self,
        read: &Read,
        mut look: impl FnMut() -> T + Send,
    ) -> Result<T, Failure> {
        self.call(Call::Read(read), &mut || Effect::Refused(look())).await
    }

    /// Repeats a write that met transactions; then the environment may die.
    async fn call<T: Send>(
        &self,
        call: Call<'_>,
        apply: &mut (dyn FnMut() -> Effect<T> + Send),
    ) -> Result<T, Failure> {
        let mut answer = Err(Failure::Throttled);
        for earlier in 0..CONFLICT_TRIES {
            if let Some(doublings) = earlier.checked_sub(1) {
                let longest = CONFLICT_PAUSE.saturating_mul(1 << doublings);
                self.table.time.sleep(self.table.draws.pause(longest)).await;
            }
            match self.operation(call, apply).await {
                Outcome::Answered(value) => answer = Ok(value),
                Outcome::Throttled => {}
                Outcome::Lost => answer = Err(Failure::OutcomeUnknown),
                Outcome::Conflict => continue,
            }
            break;
        }
        self.risk().await;
        answer
    }

    /// The SDK's attempts. It repeats what was lost or throttled, but no transaction that was cancelled.
    async fn operation<T: Send>(
        &self,
        call: Call<'_>,
        apply: &mut (dyn FnMut() -> Effect<T> + Send),
    ) -> Outcome<T> {
        let Table { time, draws, .. } = &*self.table;
        let ends = time.now() + OPERATION;
        let mut longest = BACKOFF;
        let mut attempts = 1;
        loop {
            self.live().await;
            let outcome = self.table.attempt(call, apply).await;
            match (&outcome, call) {
                (Outcome::Answered(_) | Outcome::Conflict, _) | (Outcome::Throttled, Call::Transact(_)) => {
                    return outcome;
                }
                (Outcome::Throttled | Outcome::Lost, _) if attempts == ATTEMPTS => return outcome,
                (Outcome::Throttled | Outcome::Lost, _) => {}
            }
            let pause: Duration = longest.mul_f64(draws.part());
            if time.now() + pause >= ends {
                time.sleep_until(ends).await;
                return Outcome::Lost;
            }
            time.sleep(pause).await;
            longest *= 2;
            attempts += 1;
        }
    }

    /// An environment dies between two calls, or between the last one and the answer.
    async fn risk(&self) {
        if self.table.draws.happens(self.table.mishaps().died_after_call) {
            self.life.0.store(true, Ordering::Relaxed);
        }
        self.live().await;
    }

    /// Nothing goes on in an environment that has died, whatever else it was at.
    async fn live(&self) {
        if self.life.is_over() {
            pending::<()>().await;
        }
    }
}
