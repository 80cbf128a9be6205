use super::{Invariant, Violation};
use crate::order::{AuditEntry, OrderRecord};

/// Each write left exactly one line, and the last one says what the order is.
pub(super) fn check(record: &OrderRecord) -> Option<Violation> {
    let OrderRecord { order, history } = record;
    let versions: Vec<u64> = history.iter().map(|entry| entry.version).collect();
    let detail = if !versions.iter().copied().eq(1..=order.version) {
        format!("its version is {}, and its history has {versions:?}", order.version)
    } else if history.last() != Some(&AuditEntry::of(order)) {
        format!("it is {:?}, and its history ends with {:?}", AuditEntry::of(order), history.last())
    } else {
        return None;
    };
    Some(Violation::new(Invariant::AuditComplete, &order.id, detail))
}
