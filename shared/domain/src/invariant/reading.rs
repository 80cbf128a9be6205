use super::index::Index;
use super::{Invariant, Violation};
use crate::order::Order;

pub(super) fn check(index: &Index<'_>, order: &Order) -> Option<Violation> {
    let (state, payment) = (order.word(), order.payment_word().as_str());
    let read = format!("its shopper reads `{state}` and `{payment}`");
    let detail = match (order.kept_as_read(), kept(index, order)) {
        (None, _) => format!("{read}, which contradict each other"),
        (Some(told), Some(kept)) if !told.contains(&kept) => format!("{read}, and the gateways keep {kept}"),
        (Some(_), _) => return None,
    };
    Some(Violation::new(Invariant::NothingFalse, &order.id, detail))
}

/// What the gateways have captured and not refunded, if they were asked. What came after a no is found out later, and is
/// not denied from then on.
fn kept(index: &Index<'_>, order: &Order) -> Option<i64> {
    let known = index.charges(&order.id)?.into_iter().filter(|entry| !entry.after_no);
    Some(known.fold(0, |sum, entry| sum.saturating_add(entry.captured).saturating_sub(entry.refunded)))
}
