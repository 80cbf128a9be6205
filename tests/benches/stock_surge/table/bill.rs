use std::sync::Mutex;

use crate::virtual_time::lock;

/// Counts what everything costs.
#[derive(Default)]
pub(crate) struct Bill(Mutex<Costs>);

/// What it cost so far.
#[derive(Clone, Copy, Default)]
pub(crate) struct Costs {
    pub(crate) write_units: u64,
    pub(crate) read_units: f64,
    /// Items that a write or a preparation found held by a transaction.
    pub(crate) conflicts: u64,
    /// Items whose partition had no units left for a write, a preparation or a read.
    pub(crate) throttles: u64,
}

impl Bill {
    /// What it cost so far.
    pub(crate) fn so_far(&self) -> Costs {
        *lock(&self.0)
    }

    pub(super) fn write(&self, units: u32) {
        lock(&self.0).write_units += u64::from(units);
    }

    pub(super) fn read(&self, units: f64) {
        lock(&self.0).read_units += units;
    }

    pub(super) fn conflict(&self) {
        lock(&self.0).conflicts += 1;
    }

    pub(super) fn throttle(&self) {
        lock(&self.0).throttles += 1;
    }
}
