use std::collections::BTreeSet;

use application::{Failure, Subject};
use domain::stock::{Hold, PageKey};
use domain::{Idempotent, ReservationId, Sku};

use super::Checker;
use crate::conduct::Invoked;

/// A message about a deadline is done only when those who look for units know of what it gave back.
const TOLD_BEFORE_DONE: &str = "TOLD_BEFORE_DONE";

/// Pages of which an invocation has to tell, each for a reservation.
pub(super) type Untold = BTreeSet<(u64, ReservationId, PageKey)>;

impl Checker {
    /// An invocation hears what a page has without this hold. Of a page that had units before, somebody else tells.
    pub(crate) fn freed(
        &mut self,
        by: Invoked,
        (reservation, page, hold): (&ReservationId, &PageKey, Hold),
        freed: &Result<Idempotent<u32>, Failure>,
    ) {
        let tells = match freed {
            Ok(Idempotent::Executed(units)) => *units <= hold.quantity(),
            Ok(Idempotent::AlreadyApplied(units)) => *units > 0,
            Err(_) => return,
        };
        let untold = (by.number, reservation.clone(), page.clone());
        if tells {
            self.untold.insert(untold);
        } else {
            self.untold.remove(&untold);
        }
    }

    /// An invocation tells the list of a SKU.
    pub(crate) fn told(&mut self, by: Invoked, sku: &Sku, numbers: &[u32]) {
        let is_told = |page: &PageKey| page.sku == *sku && numbers.contains(&page.number);
        self.untold.retain(|(number, _, page)| *number != by.number || !is_told(page));
    }

    /// A message is done.
    pub(crate) fn done(&mut self, by: Invoked, subject: &Subject) {
        let Subject::ExpireReservation(id) = subject else { return };
        let mut untold = self.untold.iter();
        if let Some((_, _, page)) = untold.find(|(number, of, _)| *number == by.number && of == id) {
            let (number, sku) = (page.number, &page.sku);
            let detail = format!("{id} is done, and nobody is told of page {number} of {sku}");
            self.breaks(TOLD_BEFORE_DONE, || detail);
        }
    }
}
