use crate::{Money, MoneyError, Quantity, Sku};

/// Some units of one SKU at the price of the moment they were held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The SKU.
    pub sku: Sku,
    /// How many units.
    pub quantity: Quantity,
    /// What one unit costs.
    pub unit_price: Money,
    /// How many units its customer may have in all, where that was limited when they were held.
    pub limit: Option<u32>,
}

/// What is to be paid, and how it comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// The lines.
    pub items: Money,
    /// Taken off.
    pub discount: Money,
    /// Delivery.
    pub shipping: Money,
    /// Tax.
    pub tax: Money,
    /// What is charged.
    pub total: Money,
    /// Whether the prices contain the tax.
    pub tax_included: bool,
}

impl Totals {
    /// The totals of lines without shipping, tax or discount.
    ///
    /// # Errors
    /// Refuses no lines, lines of several currencies, and sums that no gateway would take.
    pub fn of_items(lines: &[Line]) -> Result<Self, MoneyError> {
        let first = lines.first().ok_or(MoneyError::Nothing)?;
        let zero = Money::zero(first.unit_price.currency());
        let items = lines
            .iter()
            .try_fold(zero, |sum, line| sum.checked_add(line.unit_price.checked_times(line.quantity)?))?;
        Ok(Self { items, discount: zero, shipping: zero, tax: zero, total: items, tax_included: true })
    }
}
