use core::time::Duration;

use application::{Failure, Secret};
use domain::Timestamp;

/// How long a value is used without asking again. A rotated key is noticed earlier, when it is refused.
const FRESH_FOR: Duration = Duration::from_secs(5 * 60);

/// How long a value is used while the store does not answer.
const USABLE_FOR: Duration = Duration::from_secs(60 * 60);

/// How long a value that was replaced may still be in use somewhere: as long as Stripe lets one live at the most
/// (<https://docs.stripe.com/keys#rolling-keys>, <https://docs.stripe.com/webhooks#roll-endpoint-secrets>).
const ROTATION_TIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A value as the store has it.
pub(crate) struct Version {
    pub(crate) secret: Secret,
    /// When it was put, where the store says so.
    pub(crate) created_at: Option<Timestamp>,
}

/// A value and when it was read.
pub(crate) struct Kept {
    pub(crate) secret: Secret,
    created_at: Option<Timestamp>,
    read_at: Timestamp,
    /// The value that this one replaced, once that was asked for. It goes when the current one is read anew.
    pub(crate) replaced: Option<Option<Secret>>,
}

impl Kept {
    pub(crate) fn of(version: Version, read_at: Timestamp) -> Self {
        let Version { secret, created_at } = version;
        Self { secret, created_at, read_at, replaced: None }
    }

    /// Whether the value before this one may still be in use somewhere.
    pub(crate) fn is_rotating(&self, now: Timestamp) -> bool {
        self.created_at.is_some_and(|at| now.since(at) < ROTATION_TIME)
    }

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
