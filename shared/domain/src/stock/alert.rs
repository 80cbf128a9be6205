use crate::catalog::Availability;
use crate::wake::{Queue, Wake};
use crate::{Sku, Timestamp};

/// Something that whoever runs the shop, or waits for a SKU, wants to know about its stock: once for each crossing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockAlert {
    /// The SKU.
    pub sku: Sku,
    /// Its place among the SKU's alerts, from 1.
    pub number: u64,
    /// What was crossed.
    pub kind: AlertKind,
    /// Units that could be held then. Units that somebody holds are not among them.
    pub units: u32,
    /// When it was seen.
    pub at: Timestamp,
}

impl StockAlert {
    /// It is told at once.
    pub const fn wake(&self) -> Wake {
        Wake { queue: Queue::StockAlerts, at: self.at }
    }
}

/// What was crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertKind {
    /// Few units are left.
    Low,
    /// None is left.
    SoldOut,
    /// There were none, and there are some again.
    BackInStock,
}

impl AlertKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Low, Self::SoldOut, Self::BackInStock];

    /// What the way from one band to another is worth telling.
    pub const fn of(before: Availability, after: Availability) -> Option<Self> {
        match (before, after) {
            (Availability::InStock, Availability::Low) => Some(Self::Low),
            (Availability::InStock | Availability::Low, Availability::SoldOut) => Some(Self::SoldOut),
            (Availability::SoldOut, Availability::InStock | Availability::Low) => Some(Self::BackInStock),
            (Availability::InStock | Availability::Low, Availability::InStock)
            | (Availability::Low, Availability::Low)
            | (Availability::SoldOut, Availability::SoldOut) => None,
        }
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::SoldOut => "sold_out",
            Self::BackInStock => "back_in_stock",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}
