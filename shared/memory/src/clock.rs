use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use application::Clock;
use async_trait::async_trait;
use domain::Timestamp;

/// A time that moves when it is told to.
#[derive(Debug)]
pub struct ManualClock {
    now: Mutex<Timestamp>,
}

impl ManualClock {
    /// A clock that stands at this time.
    pub const fn at(now: Timestamp) -> Self {
        Self { now: Mutex::new(now) }
    }

    /// Jumps, forward or back.
    pub fn set(&self, now: Timestamp) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Moves on.
    pub fn advance(&self, by: Duration) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.plus(by);
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody else moves this time, so whoever waits moves it himself.
    async fn wait(&self, duration: Duration) {
        self.advance(duration);
    }
}
