use std::collections::BTreeMap;

use super::PageKey;
use crate::{Sku, Timestamp};

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
    /// Units, at most a page's; none where it only keeps another hold away.
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
    /// The page has another hold of the same reservation, and no room for a second one before that is gone. How many units
    /// there are for others, this does not say.
    #[error("the page has another hold of the same reservation")]
    Occupied,
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
    /// A hold on the same page without units: while it stands, no other hold of its reservation comes there.
    #[must_use]
    pub fn fence(&self) -> Self {
        Self { page: self.page.clone(), quantity: 0 }
    }

    /// The hold as it stands on its page until `expires_at`.
    pub const fn held(&self, expires_at: Timestamp) -> Hold {
        Hold::Held { quantity: self.quantity, expires_at }
    }

    /// The hold as it stands on its page while it is being paid for.
    pub const fn paying(&self) -> Hold {
        Hold::Paying { quantity: self.quantity }
    }
}

/// How many units of each SKU these parts are together.
pub(crate) fn units_by_sku<'a>(parts: impl Iterator<Item = (&'a Sku, u32)>) -> BTreeMap<&'a Sku, u64> {
    let mut units: BTreeMap<&Sku, u64> = BTreeMap::new();
    for (sku, part) in parts {
        let sum = units.entry(sku).or_default();
        *sum = sum.saturating_add(u64::from(part));
    }
    units
}
