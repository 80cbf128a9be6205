use super::{AuditEntry, Order};
use crate::Timestamp;
use crate::stock::{Hold, HoldMove, PlannedHold};

/// One write to an order: all of it, or nothing.
#[must_use = "a transition happens when it is written"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderChange {
    /// The order as it will be.
    pub order: Order,
    /// The version that it must still have. A new order has none.
    pub seen_version: Option<u64>,
    /// What happens to every hold of the order, from the exact value that it must still have.
    pub holds: Option<HoldsChange>,
}

/// What happens to all units of an order in the same write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldsChange {
    /// Every hold moves on, from the exact value that it must still have.
    Moved {
        /// The deadline of holds that are held, or none when they are being paid for.
        held_until: Option<Timestamp>,
        /// Where they go.
        target: HoldMove,
    },
    /// These were sold, and go back on sale. The order's version is what makes this happen once.
    TakenBack(Vec<PlannedHold>),
}

/// The exact value that a hold must still have on its page: held until then, or being paid for.
pub const fn seen_hold(planned: &PlannedHold, held_until: Option<Timestamp>) -> Hold {
    match held_until {
        Some(until) => planned.held(until),
        None => planned.paying(),
    }
}

impl OrderChange {
    /// The line that the order's history gains with this write.
    pub fn audit_entry(&self) -> AuditEntry {
        AuditEntry::of(&self.order)
    }
}
