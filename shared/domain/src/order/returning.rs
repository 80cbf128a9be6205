//! Units of a paid order that came back to the shop, and go on sale again with a refund.

use std::collections::BTreeMap;

use super::{Order, RefundRefused};
use crate::stock::{PageKey, PlannedHold, units_by_sku};
use crate::{Quantity, Sku};

/// Some units of a SKU that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnedLine {
    /// Of which.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
}

impl Order {
    /// What is still sold of it, by page: its units less what came back.
    pub fn sold_units(&self) -> Vec<PlannedHold> {
        let left = |hold: &PlannedHold| PlannedHold {
            page: hold.page.clone(),
            quantity: hold.quantity.saturating_sub(self.returned_to(&hold.page)),
        };
        self.holds.iter().map(left).filter(|hold| hold.quantity > 0).collect()
    }

    /// What came back of it, by page and refund.
    pub fn returned_units(&self) -> impl Iterator<Item = &PlannedHold> {
        self.refunds.iter().flat_map(|refund| &refund.returned)
    }

    /// Whether all of its units of a SKU came back, so that they count against its customer's limit no more.
    pub fn has_returned_all(&self, sku: &Sku) -> bool {
        let is_returned = self.returned_units().any(|unit| unit.page.sku == *sku);
        is_returned && !self.sold_units().iter().any(|unit| unit.page.sku == *sku)
    }

    /// From which pages these units were sold.
    pub(super) fn units_of(&self, lines: &[ReturnedLine]) -> Result<Vec<PlannedHold>, RefundRefused> {
        let mut sold = self.sold_units();
        let mut units: Vec<PlannedHold> = Vec::new();
        for line in lines {
            let mut open = line.quantity.units();
            for hold in sold.iter_mut().filter(|hold| hold.page.sku == line.sku) {
                let part = open.min(hold.quantity);
                open = open.saturating_sub(part);
                hold.quantity = hold.quantity.saturating_sub(part);
                add(&mut units, &hold.page, part);
            }
            if open > 0 {
                return Err(RefundRefused::NotSold { sku: line.sku.clone() });
            }
        }
        Ok(units)
    }

    fn returned_to(&self, page: &PageKey) -> u32 {
        let here = self.returned_units().filter(|unit| unit.page == *page);
        here.fold(0, |sum, unit| sum.saturating_add(unit.quantity))
    }
}

/// How many units of each SKU came back with a refund.
pub(super) fn returned_by_sku(units: &[PlannedHold]) -> BTreeMap<&Sku, u64> {
    units_by_sku(units.iter().map(|unit| (&unit.page.sku, unit.quantity)))
}

/// How many units of each SKU a request says came back.
pub(super) fn asked_by_sku(lines: &[ReturnedLine]) -> BTreeMap<&Sku, u64> {
    units_by_sku(lines.iter().map(|line| (&line.sku, line.quantity.units())))
}

/// Each page once, as a transaction takes it.
fn add(units: &mut Vec<PlannedHold>, page: &PageKey, part: u32) {
    if part == 0 {
        return;
    }
    match units.iter_mut().find(|unit| unit.page == *page) {
        Some(unit) => unit.quantity = unit.quantity.saturating_add(part),
        None => units.push(PlannedHold { page: page.clone(), quantity: part }),
    }
}
