use std::collections::BTreeMap;

use super::{Lane, OpenerKey, PageKey, StockPage, Supply};
use crate::{Reference, Sku, Timestamp};

/// How many units one movement brings or takes: 1 to a million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Units(u32);

/// Why a number of units is no movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitsRefused {
    /// Zero.
    #[error("a movement of stock moves something")]
    Zero,
    /// Fewer than none: what goes is written off.
    #[error("a movement of stock says how many units it brings or takes, and not -{0}")]
    Negative(u64),
    /// More than one movement moves, with the number that was asked for.
    #[error("a movement of stock is at most {max} units, and not {0}", max = Units::MAX)]
    TooMany(u64),
}

/// What a movement is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovementRequest {
    /// Its name outside, such as the number of a delivery note: the same reference is the same movement.
    pub reference: Reference,
    /// What it is.
    pub kind: MovementKind,
    /// When it was asked for.
    pub at: Timestamp,
}

/// Why stock moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovementKind {
    /// Goods came.
    Receipt,
    /// Somebody counted, and the books were wrong.
    Adjustment,
    /// Goods are lost or spoilt.
    WriteOff,
}

/// One line of the ledger of a SKU's stock. All of them together explain the capacity of every page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The SKU.
    pub sku: Sku,
    /// Its place in the ledger, from 1: the supply's version from then on.
    pub number: u64,
    /// Its name outside.
    pub reference: Reference,
    /// What it is.
    pub kind: MovementKind,
    /// Units that came, or went where it is negative.
    pub units: i64,
    /// Full pages that openers gained or lost.
    pub unopened: BTreeMap<Lane, i64>,
    /// Units that single pages gained or lost, by their number. A loose page begins with a gain.
    pub pages: BTreeMap<u32, i64>,
    /// When.
    pub at: Timestamp,
}

/// One write to the supply of a SKU: all of it, or nothing.
#[must_use = "a movement happens when it is written"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplyChange {
    /// The supply as it will be.
    pub supply: Supply,
    /// The version that it must still have; 0 where nothing was ever put on sale.
    pub seen_version: u64,
    /// The line that the ledger gains.
    pub movement: Movement,
}

impl Units {
    /// The most.
    pub const MAX: u32 = 1_000_000;

    /// Accepts a number of units.
    ///
    /// # Errors
    /// Refuses none, fewer than none, and more than a million, each as what it is.
    pub fn parse(units: i64) -> Result<Self, UnitsRefused> {
        match u32::try_from(units) {
            Ok(0) => Err(UnitsRefused::Zero),
            Ok(units) if units <= Self::MAX => Ok(Self(units)),
            Ok(_) | Err(_) if units > 0 => Err(UnitsRefused::TooMany(units.unsigned_abs())),
            Ok(_) | Err(_) => Err(UnitsRefused::Negative(units.unsigned_abs())),
        }
    }

    /// The number of units.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl MovementKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Receipt, Self::Adjustment, Self::WriteOff];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Adjustment => "adjustment",
            Self::WriteOff => "write_off",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl SupplyChange {
    /// Where the openers are that gain or lose pages, each with the pages that it has from then on.
    pub fn openers(&self) -> impl Iterator<Item = (OpenerKey, u32)> {
        self.movement
            .unopened
            .keys()
            .map(|lane| (OpenerKey { sku: self.supply.sku.clone(), lane: *lane }, self.supply.given(*lane)))
    }

    /// Where the pages are that gain or lose units, and how many.
    pub fn pages(&self) -> impl Iterator<Item = (PageKey, i64)> {
        let key = |number: u32| PageKey { sku: self.supply.sku.clone(), number };
        self.movement.pages.iter().map(move |(number, units)| (key(*number), *units))
    }

    /// The loose pages that it puts on sale.
    pub fn new_pages(&self) -> impl Iterator<Item = StockPage> {
        self.pages()
            .filter_map(|(key, units)| u32::try_from(units).ok().map(|units| StockPage::full(key, units)))
    }

    /// The pages that it takes units from, and how many.
    pub fn taken(&self) -> impl Iterator<Item = (PageKey, u32)> {
        self.pages()
            .filter(|(_, units)| *units < 0)
            .map(|(key, units)| (key, u32::try_from(units.unsigned_abs()).unwrap_or(u32::MAX)))
    }
}
