//! A reservation, its lines and totals.

use domain::reservation::Standing;
use serde::Serialize;

use crate::wire::{Money, Time};

/// A reservation.
#[derive(Clone, Debug, Serialize)]
pub struct Reservation {
    id: String,
    state: &'static str,
    expires_at: Time,
    lines: Vec<Line>,
    totals: Totals,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
}

/// Some units of one SKU at the price they were held at.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    sku: String,
    quantity: u32,
    unit_price: Money,
}

/// What is to be paid.
#[derive(Clone, Debug, Serialize)]
pub struct Totals {
    items: Money,
    discount: Money,
    shipping: Money,
    tax: Money,
    total: Money,
    tax_included: bool,
}

impl Reservation {
    /// A reservation as its shopper sees it.
    pub fn shown(reservation: &domain::reservation::Reservation, standing: Standing) -> Self {
        Self {
            id: reservation.id.to_string(),
            state: standing.as_str(),
            expires_at: reservation.expires_at.into(),
            lines: Line::all(&reservation.lines),
            totals: reservation.totals.into(),
            order_id: reservation.order_id().map(ToString::to_string),
        }
    }
}

impl Line {
    pub(super) fn all(lines: &[domain::reservation::Line]) -> Vec<Self> {
        let shown = |line: &domain::reservation::Line| Self {
            sku: line.sku.to_string(),
            quantity: line.quantity.units(),
            unit_price: line.unit_price.into(),
        };
        lines.iter().map(shown).collect()
    }
}

impl From<domain::reservation::Totals> for Totals {
    fn from(totals: domain::reservation::Totals) -> Self {
        Self {
            items: totals.items.into(),
            discount: totals.discount.into(),
            shipping: totals.shipping.into(),
            tax: totals.tax.into(),
            total: totals.total.into(),
            tax_included: totals.tax_included,
        }
    }
}
