use std::collections::BTreeMap;

use super::{Hold, HoldChanged, HoldMove, HoldRefused, Lane, PlannedHold};
use crate::{Idempotent, ReservationId, Sku, Timestamp};

/// How many units a page takes. Ten holds keep a page under 1 KB, so that a write costs one unit.
pub const PAGE_UNITS: u32 = 10;

/// Where a page is: its SKU, and its number from 0.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageKey {
    /// The SKU whose units it holds.
    pub sku: Sku,
    /// Its number within the SKU.
    pub number: u32,
}

/// Some units of a SKU, and every open hold on them.
///
/// Adapters rebuild it from storage; everybody else moves it by its transitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockPage {
    /// Where it is.
    pub key: PageKey,
    /// Units put on this page and not written off.
    pub capacity: u32,
    /// Units that may still be held.
    pub available: u32,
    /// Units paid for.
    pub sold: u32,
    /// Units set aside, by the reservation that holds them.
    pub holds: BTreeMap<ReservationId, Hold>,
}

impl StockPage {
    /// A page with all its units on sale.
    pub const fn full(key: PageKey, units: u32) -> Self {
        Self { key, capacity: units, available: units, sold: 0, holds: BTreeMap::new() }
    }

    /// What a page is that nobody has written yet. The number of an opener's page stands for a full one from when it is handed
    /// out, and its first hold writes it; one that is put on sale by itself is nothing before that.
    pub fn unwritten(key: PageKey) -> Option<Self> {
        (key.lane() != Lane::LOOSE).then(|| Self::full(key, PAGE_UNITS))
    }

    /// Sets units aside for a reservation.
    ///
    /// # Errors
    /// Refuses when fewer units are available, or another hold of the reservation is there.
    pub fn hold(
        mut self,
        reservation: &ReservationId,
        planned: &PlannedHold,
        expires_at: Timestamp,
    ) -> Result<Idempotent<Self>, HoldRefused> {
        let hold = planned.held(expires_at);
        match self.holds.get(reservation) {
            Some(earlier) if *earlier == hold => return Ok(Idempotent::AlreadyApplied(self)),
            // Left by a write that came late, with another deadline, or to keep one away.
            Some(_) => return Err(HoldRefused::Occupied),
            None => {}
        }
        let Some(available) = self.available.checked_sub(planned.quantity) else {
            return Err(HoldRefused::Insufficient { available: self.available });
        };
        self.available = available;
        self.holds.insert(reservation.clone(), hold);
        Ok(Idempotent::Executed(self))
    }

    /// Moves a hold on, if it still is exactly what was seen. Whoever comes second changes nothing.
    ///
    /// # Errors
    /// Refuses when the hold is gone or is another than the one seen.
    pub fn move_hold(
        mut self,
        reservation: &ReservationId,
        seen: Hold,
        target: HoldMove,
    ) -> Result<Self, HoldChanged> {
        if self.holds.get(reservation) != Some(&seen) {
            return Err(HoldChanged);
        }
        let quantity = seen.quantity();
        match target {
            HoldMove::ToPaying => {
                self.holds.insert(reservation.clone(), Hold::Paying { quantity });
            }
            HoldMove::BackToHeld { until } => {
                self.holds.insert(reservation.clone(), Hold::Held { quantity, expires_at: until });
            }
            HoldMove::Free => {
                self.holds.remove(reservation);
                self.available = self.available.saturating_add(quantity);
            }
            HoldMove::ToSold => {
                self.holds.remove(reservation);
                self.sold = self.sold.saturating_add(quantity);
            }
        }
        Ok(self)
    }

    /// Puts units that were sold back on sale.
    ///
    /// # Errors
    /// Refuses when fewer units are sold: then they are back already.
    pub fn take_back(mut self, units: u32) -> Result<Self, HoldChanged> {
        self.sold = self.sold.checked_sub(units).ok_or(HoldChanged)?;
        self.available = self.available.saturating_add(units);
        Ok(self)
    }

    /// Takes free units off sale. Held ones stay where they are.
    ///
    /// # Errors
    /// Refuses when fewer units are available.
    pub fn write_off(mut self, units: u32) -> Result<Self, HoldRefused> {
        let refused = HoldRefused::Insufficient { available: self.available };
        self.available = self.available.checked_sub(units).ok_or(refused)?;
        self.capacity = self.capacity.checked_sub(units).ok_or(refused)?;
        Ok(self)
    }

    /// Units set aside on this page.
    pub fn held_units(&self) -> u32 {
        self.holds.values().fold(0, |sum: u32, hold| sum.saturating_add(hold.quantity()))
    }

    /// When the sweeper should look at this page next: at its earliest deadline, and not at all without holds.
    ///
    /// A page that only waits for payments is looked at again after `patience`, because a failed payment gives its
    /// hold a deadline without telling the sweeper.
    pub fn next_sweep(&self, now: Timestamp, patience: core::time::Duration) -> Option<Timestamp> {
        let deadline = |hold: &Hold| match *hold {
            Hold::Held { expires_at, .. } => expires_at,
            Hold::Paying { .. } => now.plus(patience),
        };
        self.holds.values().map(deadline).min()
    }
}
