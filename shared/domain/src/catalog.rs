//! Products, their variants, and what a shopper may see of their stock.

use std::collections::BTreeMap;

use crate::{Money, ProductId, Sku, Timestamp};

/// Something the shop sells, in one or more variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Its name.
    pub name: String,
    /// The category it is listed under.
    pub category: String,
    /// Its brand.
    pub brand: Option<String>,
    /// What it is, in words.
    pub description: Option<String>,
    /// Addresses of its pictures.
    pub images: Vec<String>,
    /// What can be bought of it.
    pub variants: Vec<Variant>,
}

/// One sellable variant, such as a size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its stock-keeping unit.
    pub sku: Sku,
    /// What tells it from its siblings, such as `size: M`.
    pub attributes: BTreeMap<String, String>,
    /// What one unit costs.
    pub price: Money,
    /// How many units one customer may buy, over all orders.
    pub limit_per_customer: Option<u32>,
    /// When its sale begins, for a drop.
    pub on_sale_from: Option<Timestamp>,
    /// What changes when few units are left.
    pub low_stock: LowStock,
}

/// What changes when few units of a SKU are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LowStock {
    /// From this many units down the SKU is low.
    pub at: u32,
    /// How many units one customer may take while it is.
    pub limit_per_customer: Option<u32>,
}

impl Default for LowStock {
    fn default() -> Self {
        Self { at: Availability::LOW, limit_per_customer: None }
    }
}

impl Variant {
    /// Whether it may be sold now.
    pub fn is_on_sale(&self, now: Timestamp) -> bool {
        self.on_sale_from.is_none_or(|from| now >= from)
    }

    /// How many units one customer may have of it while its stock is in this band.
    pub fn limit(&self, availability: Availability) -> Option<u32> {
        match availability {
            Availability::InStock => self.limit_per_customer,
            Availability::Low | Availability::SoldOut => {
                let limits = self.limit_per_customer.into_iter().chain(self.low_stock.limit_per_customer);
                limits.min()
            }
        }
    }
}

/// What a shopper sees of a SKU's stock: a band, not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// Plenty.
    InStock,
    /// At most as many units as the SKU calls low.
    Low,
    /// None to be had now.
    SoldOut,
}

impl Availability {
    /// From this many units down, a SKU that names no number of its own is low.
    pub const LOW: u32 = 10;
    /// Every band.
    pub const ALL: [Self; 3] = [Self::InStock, Self::Low, Self::SoldOut];

    /// The band of a number of units of a SKU that is low from `low_at` down.
    pub const fn of(units: u32, low_at: u32) -> Self {
        if units == 0 {
            Self::SoldOut
        } else if units <= low_at {
            Self::Low
        } else {
            Self::InStock
        }
    }

    /// The band of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|band| band.as_str() == name)
    }

    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InStock => "in_stock",
            Self::Low => "low",
            Self::SoldOut => "sold_out",
        }
    }
}
