use std::time::Duration;

use domain::Timestamp;

/// How long before its end a worker begins no call any more that could last so long: it still has to write what the
/// call proved.
const MARGIN: Duration = Duration::from_secs(2);

/// The time that a worker has.
///
/// A call that is cut off by the worker's own end is a doubt that nobody needed: a message that goes back costs less.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// When the worker is ended, whatever it is at.
    pub ends_at: Timestamp,
    /// How long one call to a gateway lasts at the most.
    pub call_max: Duration,
}

impl Budget {
    /// Whether a call to a gateway may begin. One that begins has its whole time.
    pub(crate) fn allows_call(&self, now: Timestamp) -> bool {
        self.allows(self.call_max, now)
    }

    /// Whether something may begin that lasts so long at the most.
    pub(crate) fn allows(&self, lasting: Duration, now: Timestamp) -> bool {
        now.plus(lasting).plus(MARGIN) <= self.ends_at
    }
}
