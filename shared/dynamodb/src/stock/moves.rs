use domain::stock::{Hold, HoldMove, PageKey, PlannedHold, StockPage};
use domain::{ReservationId, Timestamp};

use super::item::hold_value;
use crate::attribute::{number, text, time};
use crate::keys;
use crate::statement::Statement;

/// The condition of a new hold: so many are available, and it is not there yet. Nobody may have written the page before:
/// then it is full.
pub(crate) const HOLD_IF: &str =
    "attribute_not_exists(pk) OR #available >= :quantity AND attribute_not_exists(#hold)";
const HOLD: &str = "SET #sku = :sku, #number = :number, #sweep_shard = :shard, \
                    #capacity = if_not_exists(#capacity, :full), #sold = if_not_exists(#sold, :zero), \
                    #available = if_not_exists(#available, :full) - :quantity, \
                    #hold = :hold, #sweep_at = if_not_exists(#sweep_at, :until)";

/// The same where a page that nobody has written has no units: it is none of an opener's.
pub(crate) const HOLD_WRITTEN_IF: &str = "#available >= :quantity AND attribute_not_exists(#hold)";
const HOLD_WRITTEN: &str =
    "SET #available = #available - :quantity, #hold = :hold, #sweep_at = if_not_exists(#sweep_at, :until)";

/// The condition of every later move: the hold is exactly what was seen.
pub(crate) const MOVE_IF: &str = "#hold = :seen";
const TO_PAYING: &str = "SET #hold = :hold";
const BACK_TO_HELD: &str = "SET #hold = :hold, #sweep_at = if_not_exists(#sweep_at, :until)";
const FREE: &str = "SET #available = #available + :quantity REMOVE #hold";
const TO_SOLD: &str = "SET #sold = #sold + :quantity REMOVE #hold";

/// The condition of units that were sold and go back on sale: so many are sold.
pub(crate) const TAKE_BACK_IF: &str = "#sold >= :quantity";
const TAKE_BACK: &str = "SET #sold = #sold - :quantity, #available = #available + :quantity";

/// The condition of a postponed look. Holds are what a page has beyond `available` and `sold`: with `capacity` the
/// same three as seen, as many units are held as were seen; so a page that was seen without holds still has none,
/// and one that loses its place in the index has no deadline to be found by.
pub(crate) const POSTPONE_IF: &str = "#capacity = :capacity AND #available = :available AND #sold = :sold";
const POSTPONE: &str = "SET #sweep_at = :next";
const FORGET: &str = "REMOVE #sweep_at";

/// Mirrors [`StockPage::hold`], of [`StockPage::unwritten`] where the page is not there.
pub(crate) fn hold(reservation: &ReservationId, planned: &PlannedHold, expires_at: Timestamp) -> Statement {
    // More than it has is refused as by a page that is there.
    let full = StockPage::unwritten(planned.page.clone()).filter(|page| planned.quantity <= page.available);
    let statement = match full {
        Some(full) => first_written(Statement::new(HOLD, HOLD_IF), &full),
        None => Statement::new(HOLD_WRITTEN, HOLD_WRITTEN_IF),
    };
    statement
        .name("available")
        .name_as("#hold", keys::hold(reservation))
        .name(keys::SWEEP.place)
        .value("quantity", number(planned.quantity))
        .value("hold", text(hold_value(planned.held(expires_at))))
        .value("until", time(expires_at))
}

/// What an update says of a page that it may be the first to write.
pub(crate) fn first_written(statement: Statement, full: &StockPage) -> Statement {
    let PageKey { sku, number: place } = &full.key;
    statement
        .name("sku")
        .name("number")
        .name(keys::SWEEP.partition)
        .name("capacity")
        .name("sold")
        .value("sku", text(sku.as_str()))
        .value("number", number(*place))
        .value("shard", text(keys::shard(&keys::page(&full.key))))
        .value("full", number(full.capacity))
        .value("zero", number(full.sold))
}

/// Mirrors [`StockPage::move_hold`].
pub(crate) fn move_hold(reservation: &ReservationId, seen: Hold, target: HoldMove) -> Statement {
    let quantity = seen.quantity();
    let statement = match target {
        HoldMove::ToPaying => {
            Statement::new(TO_PAYING, MOVE_IF).value("hold", text(hold_value(Hold::Paying { quantity })))
        }
        HoldMove::BackToHeld { until } => {
            let held = Hold::Held { quantity, expires_at: until };
            Statement::new(BACK_TO_HELD, MOVE_IF)
                .name(keys::SWEEP.place)
                .value("hold", text(hold_value(held)))
                .value("until", time(until))
        }
        HoldMove::Free => Statement::new(FREE, MOVE_IF).name("available").value("quantity", number(quantity)),
        HoldMove::ToSold => Statement::new(TO_SOLD, MOVE_IF).name("sold").value("quantity", number(quantity)),
    };
    statement.name_as("#hold", keys::hold(reservation)).value("seen", text(hold_value(seen)))
}

/// Mirrors [`StockPage::take_back`].
pub(crate) fn take_back(units: u32) -> Statement {
    Statement::new(TAKE_BACK, TAKE_BACK_IF).name("sold").name("available").value("quantity", number(units))
}

/// When the sweeper looks at a page next; without a time, not before it has a hold again.
pub(crate) fn postpone(seen: &StockPage, next: Option<Timestamp>) -> Statement {
    let statement = match next {
        Some(next) => Statement::new(POSTPONE, POSTPONE_IF).value("next", time(next)),
        None => Statement::new(FORGET, POSTPONE_IF),
    };
    statement
        .name(keys::SWEEP.place)
        .name("capacity")
        .name("available")
        .name("sold")
        .value("capacity", number(seen.capacity))
        .value("available", number(seen.available))
        .value("sold", number(seen.sold))
}
