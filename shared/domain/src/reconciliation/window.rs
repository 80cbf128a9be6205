use core::time::Duration;

use crate::Timestamp;

/// A quarter of an hour of a gateway's list and of our ledgers: as much as is compared at once. It begins with a whole
/// second, as gateways count them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    from: Timestamp,
}

impl Window {
    /// How long each is.
    pub const LENGTH: Duration = Duration::from_secs(15 * 60);

    /// The one that begins where everything before has been compared.
    pub const fn from(from: Timestamp) -> Self {
        Self { from }
    }

    /// The last one whose list is complete, where lists are complete so long after their end. Whoever compares for the first
    /// time begins there.
    pub fn last_complete(complete_after: Duration, now: Timestamp) -> Self {
        let length = i64::try_from(Self::LENGTH.as_millis()).unwrap_or(i64::MAX);
        let latest = now.minus(complete_after).minus(Self::LENGTH).as_millis();
        let into = latest.checked_rem_euclid(length).unwrap_or_default();
        Self { from: Timestamp::from_millis(latest.saturating_sub(into)) }
    }

    /// Its beginning, which is in it.
    pub const fn begins_at(self) -> Timestamp {
        self.from
    }

    /// Its end, which is in the next one.
    pub fn ends_at(self) -> Timestamp {
        self.from.plus(Self::LENGTH)
    }

    /// The last time that is in it.
    pub fn last_millisecond(self) -> Timestamp {
        self.ends_at().minus(Duration::from_millis(1))
    }

    /// Whether something happened in it.
    pub fn contains(self, at: Timestamp) -> bool {
        self.from <= at && at < self.ends_at()
    }

    /// Whether its list is complete.
    pub fn is_complete(self, complete_after: Duration, now: Timestamp) -> bool {
        self.ends_at().plus(complete_after) <= now
    }
}
