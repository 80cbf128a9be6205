use std::time::Duration;

use crate::limits::table;

/// One partition's limits.
pub(crate) struct Partition {
    pub(super) write: Bucket,
    pub(super) read: Bucket,
}

/// Units that come back at a steady rate, up to a depth. A debt is paid back before anything is taken again.
pub(crate) struct Bucket {
    per_second: f64,
    left: f64,
    at: Duration,
}

impl Default for Partition {
    fn default() -> Self {
        Self {
            write: Bucket::full(table::WRITE_UNITS_PER_SECOND),
            read: Bucket::full(table::READ_UNITS_PER_SECOND),
        }
    }
}

impl Bucket {
    const fn full(per_second: f64) -> Self {
        Self { per_second, left: per_second * table::BURST_SECONDS, at: Duration::ZERO }
    }

    /// Takes units if they are there.
    pub(super) fn take(&mut self, now: Duration, units: u32) -> bool {
        self.take_part(now, f64::from(units))
    }

    /// The same, where a unit can be halved.
    pub(super) fn take_part(&mut self, now: Duration, units: f64) -> bool {
        self.fill(now);
        let is_there = self.left >= units;
        if is_there {
            self.left -= units;
        }
        is_there
    }

    /// Takes units, into debt if need be.
    pub(super) fn spend(&mut self, now: Duration, units: u32) {
        self.fill(now);
        self.left -= f64::from(units);
    }

    /// Whether the debt is as great as it may become.
    pub(super) fn is_behind(&mut self, now: Duration) -> bool {
        self.fill(now);
        self.left <= -table::INDEX_BACKLOG_UNITS
    }

    fn fill(&mut self, now: Duration) {
        let came_back = now.saturating_sub(self.at).as_secs_f64() * self.per_second;
        self.left = (self.left + came_back).min(self.per_second * table::BURST_SECONDS);
        self.at = now;
    }
}
