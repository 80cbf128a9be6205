//! Stock is kept in pages: one item holds a few units of a SKU *and* the open holds taken from them.
//!
//! Every change of a unit's fate is one conditional write on one page, so it cannot be half done, and each page
//! balances by itself after every write (`PAGE_BALANCES`).

use std::collections::BTreeMap;

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
    /// Units ever put on this page.
    pub capacity: u32,
    /// Units that may still be held.
    pub available: u32,
    /// Units paid for.
    pub sold: u32,
    /// Units set aside, by the reservation that holds them.
    pub holds: BTreeMap<ReservationId, Hold>,
}

/// Units of one page set aside for one reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Ends at its deadline.
    Held {
        /// Units set aside.
        quantity: u32,
        /// From here on the units may go back on sale.
        expires_at: Timestamp,
    },
    /// A payment is in flight: no clock ends it.
    Paying {
        /// Units set aside.
        quantity: u32,
    },
}

/// A hold that a reservation planned, before or after it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedHold {
    /// The page it is taken from.
    pub page: PageKey,
    /// Units, at most a page's.
    pub quantity: u32,
}

/// Where a hold goes when it leaves the state that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldMove {
    /// Back on sale.
    Free,
    /// Its payment begins.
    ToPaying,
    /// Its payment failed; the shopper has until then to try again.
    BackToHeld {
        /// The new deadline.
        until: Timestamp,
    },
    /// Paid for.
    ToSold,
}

/// Why a hold was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoldRefused {
    /// The page has fewer units than were asked for.
    #[error("the page has {available} units left")]
    Insufficient {
        /// What it still has.
        available: u32,
    },
}

/// The hold is not what it was when it was seen: somebody else moved it, and that move stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the hold has changed")]
pub struct HoldChanged;

impl Hold {
    /// Units set aside.
    pub const fn quantity(self) -> u32 {
        match self {
            Self::Held { quantity, .. } | Self::Paying { quantity } => quantity,
        }
    }

    /// Whether its deadline has passed. A hold whose payment is in flight has none.
    pub fn is_overdue(self, now: Timestamp) -> bool {
        match self {
            Self::Held { expires_at, .. } => now >= expires_at,
            Self::Paying { .. } => false,
        }
    }
}

impl PlannedHold {
    /// The hold as it stands on its page until `expires_at`.
    pub const fn held(&self, expires_at: Timestamp) -> Hold {
        Hold::Held { quantity: self.quantity, expires_at }
    }

    /// The hold as it stands on its page while it is being paid for.
    pub const fn paying(&self) -> Hold {
        Hold::Paying { quantity: self.quantity }
    }
}

impl StockPage {
    /// A page with all its units on sale.
    pub const fn full(key: PageKey, units: u32) -> Self {
        Self { key, capacity: units, available: units, sold: 0, holds: BTreeMap::new() }
    }

    /// Sets units aside for a reservation.
    ///
    /// # Errors
    /// Refuses when fewer units are available.
    pub fn hold(
        mut self,
        reservation: &ReservationId,
        planned: &PlannedHold,
        expires_at: Timestamp,
    ) -> Result<Idempotent<Self>, HoldRefused> {
        if self.holds.contains_key(reservation) {
            return Ok(Idempotent::AlreadyApplied(self));
        }
        let Some(available) = self.available.checked_sub(planned.quantity) else {
            return Err(HoldRefused::Insufficient { available: self.available });
        };
        self.available = available;
        self.holds.insert(reservation.clone(), planned.held(expires_at));
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

/// What was put on sale of a SKU. Selling does not touch it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supply {
    /// The SKU.
    pub sku: Sku,
    /// Units ever put on sale.
    pub received: u32,
    /// Pages that hold them, numbered from 0.
    pub pages: u32,
}

impl Supply {
    /// The supply of a SKU that goes on sale with this many units.
    pub fn first(sku: Sku, units: u32) -> Self {
        Self { sku, received: units, pages: units.div_ceil(PAGE_UNITS).max(1) }
    }

    /// The pages of a SKU that goes on sale, full but for the last.
    pub fn first_pages(&self) -> impl Iterator<Item = StockPage> {
        (0..self.pages).map(|number| {
            let before = number.saturating_mul(PAGE_UNITS);
            let units = self.received.saturating_sub(before).min(PAGE_UNITS);
            StockPage::full(PageKey { sku: self.sku.clone(), number }, units)
        })
    }

    /// The places of all pages.
    pub fn page_keys(&self) -> impl Iterator<Item = PageKey> {
        (0..self.pages).map(|number| PageKey { sku: self.sku.clone(), number })
    }
}
