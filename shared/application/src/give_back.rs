//! Gives units back to sale, and tells those who look for some.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalog::Availability;
use domain::reservation::Reservation;
use domain::stock::{Hold, PageKey, PlannedHold, StockList};
use domain::{Idempotent, ReservationId, Sku};

use crate::look::{self, look};
use crate::repeat::until_definite;
use crate::side_by_side::side_by_side;
use crate::{Chance, Clock, Failure, Holds, StockRoom};

/// What giving back needs.
#[derive(Clone, Copy)]
pub(crate) struct Ports<'a> {
    pub(crate) holds: &'a dyn Holds,
    pub(crate) stock: &'a dyn StockRoom,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) chance: &'a dyn Chance,
}

/// Pages that got units back. Whoever looks for some does not know it before it is told.
#[derive(Debug, Default)]
#[must_use = "nobody is told yet"]
pub(crate) struct Returned(BTreeSet<PageKey>);

/// Why some lists were not told.
#[derive(Debug)]
#[must_use = "some list may not be told"]
pub(crate) struct Told(BTreeMap<Sku, Failure>);

/// Frees every hold of a closed reservation that is still there, late ones too.
///
/// # Errors
/// When a page cannot be written; what is left is freed by a repetition, or by the sweeper after the deadline.
pub(crate) async fn free_all(ports: Ports<'_>, closed: &Reservation) -> Result<Returned, Failure> {
    free(ports, &closed.id, closed.held().chain(closed.stray())).await
}

/// Frees these holds where they still are exactly what was seen.
pub(crate) async fn free(
    ports: Ports<'_>,
    reservation: &ReservationId,
    holds: impl Iterator<Item = (&PlannedHold, Hold)>,
) -> Result<Returned, Failure> {
    let mut returned = Returned::default();
    for (planned, seen) in holds {
        match until_definite(|| ports.holds.free(&planned.page, reservation, seen)).await? {
            // Somebody knows of a page that had units before.
            Idempotent::Executed(units) if units > planned.quantity => {}
            Idempotent::Executed(_) => returned.add(&planned.page),
            // Whoever freed it may have died before telling.
            Idempotent::AlreadyApplied(units) if units > 0 => returned.add(&planned.page),
            Idempotent::AlreadyApplied(_) => {}
        }
    }
    Ok(returned)
}

/// Tells those who look for units what was returned: each list once, and all of them side by side.
pub(crate) async fn tell<'a>(ports: Ports<'_>, returned: impl IntoIterator<Item = &'a Returned>) -> Told {
    let mut numbers: BTreeMap<&Sku, BTreeSet<u32>> = BTreeMap::new();
    for page in returned.into_iter().flat_map(|returned| &returned.0) {
        numbers.entry(&page.sku).or_default().insert(page.number);
    }
    let lists = numbers.into_iter().map(|(sku, numbers)| async move {
        let told = tell_list(ports, sku, &numbers.into_iter().collect::<Vec<_>>()).await;
        Some((sku.clone(), told.err()?))
    });
    Told(side_by_side(lists).await.into_iter().flatten().collect())
}

/// Where there were none, everybody may want to know.
async fn tell_list(ports: Ports<'_>, sku: &Sku, numbers: &[u32]) -> Result<(), Failure> {
    let Ports { stock, clock, chance, .. } = ports;
    let list = stock.note_returned(sku, numbers).await?;
    // While somebody looks, nobody else can begin: to try is a write of the busiest item that there is.
    let is_idle = |list: &StockList| !list.is_being_looked_at(clock.now());
    if let Some(list) = list.filter(|list| list.look.band == Availability::SoldOut && is_idle(list)) {
        let _whoever_looks = look(look::Ports { stock, clock, chance }, sku, list.looking).await?;
    }
    Ok(())
}

impl Returned {
    /// Tells of these alone.
    ///
    /// # Errors
    /// When a list was not told; a repetition of what freed them tells it.
    pub(crate) async fn tell(self, ports: Ports<'_>) -> Result<(), Failure> {
        tell(ports, [&self]).await.of(&self)
    }

    /// The pages of holds that are gone.
    pub(crate) fn of<'a>(holds: impl IntoIterator<Item = &'a PlannedHold>) -> Self {
        Self(holds.into_iter().map(|planned| planned.page.clone()).collect())
    }

    fn add(&mut self, page: &PageKey) {
        self.0.insert(page.clone());
    }
}

impl Told {
    /// Whether every list was told of what was returned.
    pub(crate) fn of(&self, returned: &Returned) -> Result<(), Failure> {
        let failure = returned.0.iter().find_map(|page| self.0.get(&page.sku));
        failure.map_or(Ok(()), |failure| Err(*failure))
    }
}
