use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use crate::limits::queue::{BATCH, NEW_POLLERS_PER_SECOND, POLLERS, POLLERS_MAX};
use crate::protocols::Request;
use crate::virtual_time::lock;

/// A queue, and the pollers that take batches of its messages to a function. Each takes what is there and waits for the
/// function; nobody waits for a batch to be full.
pub(crate) struct Queue(Mutex<State>);

struct State {
    waiting: VecDeque<Request>,
    /// Pollers that are at work, and how many may be.
    polling: u32,
    pollers: f64,
    grown_at: Duration,
}

impl Default for Queue {
    fn default() -> Self {
        let (waiting, grown_at) = (VecDeque::new(), Duration::ZERO);
        Self(Mutex::new(State { waiting, polling: 0, pollers: POLLERS, grown_at }))
    }
}

impl Queue {
    /// A message can be taken from now on. Answers whether a poller is free to do so.
    pub(crate) fn put(&self, message: Request, now: Duration) -> bool {
        let mut state = lock(&self.0);
        state.waiting.push_back(message);
        let is_free = state.has_a_free_poller(now);
        state.polling += u32::from(is_free);
        is_free
    }

    /// A poller takes a batch. One that finds nothing is free again.
    pub(crate) fn take(&self) -> Vec<Request> {
        let mut state = lock(&self.0);
        let size = state.waiting.len().min(BATCH);
        state.polling -= u32::from(size == 0);
        state.waiting.drain(..size).collect()
    }
}

impl State {
    /// There are more of them with the time that messages wait.
    fn has_a_free_poller(&mut self, now: Duration) -> bool {
        let waited = now.saturating_sub(std::mem::replace(&mut self.grown_at, now));
        if f64::from(self.polling) + 1.0 > self.pollers {
            let grown = self.pollers + waited.as_secs_f64() * NEW_POLLERS_PER_SECOND;
            self.pollers = grown.min(POLLERS_MAX);
        }
        f64::from(self.polling) + 1.0 <= self.pollers
    }
}
