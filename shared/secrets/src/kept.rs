use core::time::Duration;

use application::{Failure, Secret};
use domain::Timestamp;

/// How long a value is used without asking again. A rotated key is noticed earlier, when it is refused.
const FRESH_FOR: Duration = Duration::from_secs(5 * 60);

/// How long a value is used while the store does not answer.
const USABLE_FOR: Duration = Duration::from_secs(60 * 60);

/// A value and when it was read.
pub(crate) struct Kept {
    pub(crate) secret: Secret,
    pub(crate) read_at: Timestamp,
}

impl Kept {
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        now.since(self.read_at) < FRESH_FOR
    }

    /// Whether the value may be used although reading it again failed. A store that says no, because a permission or
    /// a key was taken away, is obeyed at once.
    pub(crate) fn is_usable_after(&self, failure: Failure, now: Timestamp) -> bool {
        match failure {
            Failure::Unavailable | Failure::Throttled | Failure::OutcomeUnknown => {
                now.since(self.read_at) < USABLE_FOR
            }
            Failure::Unreadable(_) => false,
        }
    }
}
