//! Gives units back to sale, and tells those who look for some.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalog::Availability;
use domain::reservation::Reservation;
use domain::stock::{Hold, PageKey, PlannedHold};
use domain::{Idempotent, ReservationId, Sku};

use crate::look::{self, look};
use crate::repeat::until_definite;
use crate::{Chance, Clock, Failure, Holds, StockRoom};

/// What giving back needs.
#[derive(Clone, Copy)]
pub(crate) struct Ports<'a> {
    pub(crate) holds: &'a dyn Holds,
    pub(crate) stock: &'a dyn StockRoom,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) chance: &'a dyn Chance,
}

/// Frees every hold of a closed reservation that is still there, late ones too.
///
/// # Errors
/// When a page cannot be written; what is left is freed by a repetition, or by the sweeper after the deadline.
pub(crate) async fn free_all(ports: Ports<'_>, closed: &Reservation) -> Result<(), Failure> {
    free(ports, &closed.id, closed.held().chain(closed.stray())).await
}

/// Frees these holds where they still are exactly what was seen.
pub(crate) async fn free(
    ports: Ports<'_>,
    reservation: &ReservationId,
    holds: impl Iterator<Item = (&PlannedHold, Hold)>,
) -> Result<(), Failure> {
    let mut refilled = Vec::new();
    for (planned, seen) in holds {
        match until_definite(|| ports.holds.free(&planned.page, reservation, seen)).await? {
            // Somebody knows of a page that had units before.
            Idempotent::Executed(units) if units > planned.quantity => {}
            Idempotent::Executed(_) => refilled.push(planned.page.clone()),
            // Whoever freed it may have died before telling.
            Idempotent::AlreadyApplied(units) if units > 0 => refilled.push(planned.page.clone()),
            Idempotent::AlreadyApplied(_) => {}
        }
    }
    tell(ports, refilled).await
}

/// Tells those who look for units that these pages got some. Where there were none, everybody may want to know.
pub(crate) async fn tell(ports: Ports<'_>, pages: Vec<PageKey>) -> Result<(), Failure> {
    let mut numbers: BTreeMap<Sku, BTreeSet<u32>> = BTreeMap::new();
    for page in pages {
        numbers.entry(page.sku).or_default().insert(page.number);
    }
    for (sku, numbers) in numbers {
        let numbers: Vec<u32> = numbers.into_iter().collect();
        let list = ports.stock.note_returned(&sku, &numbers).await?;
        if let Some(list) = list.filter(|list| list.look.band == Availability::SoldOut) {
            let Ports { stock, clock, chance, .. } = ports;
            let _whoever_looks = look(look::Ports { stock, clock, chance }, &sku, list.looking).await?;
        }
    }
    Ok(())
}
