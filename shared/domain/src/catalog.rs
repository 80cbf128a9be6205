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
}

impl Variant {
    /// Whether it may be sold now.
    pub fn is_on_sale(&self, now: Timestamp) -> bool {
        self.on_sale_from.is_none_or(|from| now >= from)
    }
}

/// What a shopper sees of a SKU's stock: a band, not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// Plenty.
    InStock,
    /// At most [`Availability::LOW`] units.
    Low,
    /// None to be had now.
    SoldOut,
}

impl Availability {
    /// From this many units down, a SKU is said to be low.
    pub const LOW: u32 = 10;

    /// The band of a number of units.
    pub const fn of(units: u32) -> Self {
        match units {
            0 => Self::SoldOut,
            1..=Self::LOW => Self::Low,
            _ => Self::InStock,
        }
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
