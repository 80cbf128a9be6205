#![expect(clippy::disallowed_methods, reason = "the one place where a function meets the system's clock")]

use std::time::{SystemTime, UNIX_EPOCH};

use application::Clock;
use domain::Timestamp;

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let epoch = Timestamp::from_millis(0);
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(after) => epoch.plus(after),
            Err(before) => epoch.minus(before.duration()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_of_the_machine_is_past_the_day_this_was_written() {
        assert!(SystemClock.now() > Timestamp::from_millis(1_760_000_000_000));
    }
}
