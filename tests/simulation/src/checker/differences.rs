use domain::reconciliation::{Difference, DifferenceKind};
use memory::Store;

use crate::world::Desk;

/// What the gateways list and the ledgers say is told apart once for each thing that differs, and never for what agrees.
const DIFFERENCES_ARE_REAL: &str = "DIFFERENCES_ARE_REAL";

impl Desk {
    /// The differences that were noted, against what really happened. A gateway that says nothing for hours leaves what it
    /// has not confirmed to a person.
    pub(super) fn check_differences(&mut self, store: &Store) {
        let differences = if self.reconciles { store.differences() } else { return };
        let of_strangers = differences.iter().filter(|one| is_of_stranger(one)).count();
        let strangers = usize::try_from(self.bank.strangers()).unwrap_or(usize::MAX);
        let is_unreal = |one: &&Difference| match one.key.kind {
            DifferenceKind::UnknownOrder => !is_of_stranger(one),
            DifferenceKind::NotPosted | DifferenceKind::NotListed => false,
            DifferenceKind::UnknownAttempt
            | DifferenceKind::UnknownRefund
            | DifferenceKind::Amount
            | DifferenceKind::ListedTwice
            | DifferenceKind::RefundFailed
            | DifferenceKind::CaptureFailed => true,
        };
        if let Some(unreal) = differences.iter().find(is_unreal) {
            self.checker.breaks(DIFFERENCES_ARE_REAL, || format!("{unreal:?}"));
        }
        if of_strangers > strangers {
            let detail = format!("{of_strangers} differences about {strangers} strangers: {differences:?}");
            self.checker.breaks(DIFFERENCES_ARE_REAL, || detail);
        }
        self.checker.strangers_noted = of_strangers;
    }

    /// Strangers of whom no person was told, in words.
    pub(super) fn unnoted_stranger(&self) -> Option<String> {
        let (paid, noted) = (self.bank.strangers(), self.checker.strangers_noted);
        let is_missing = self.reconciles && usize::try_from(paid).is_ok_and(|paid| paid > noted);
        is_missing.then(|| format!("{noted} of {paid} strangers who paid are noted"))
    }
}

fn is_of_stranger(difference: &Difference) -> bool {
    difference.order_id.as_ref().is_some_and(|id| id.as_str().starts_with("stranger-"))
}
