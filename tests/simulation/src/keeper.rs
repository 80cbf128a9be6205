//! Whoever keeps the stock: asks like a shopper, under a reference in place of a key.

use application::adjust_stock::Adjustment;
use application::receive_stock::Receipt;
use application::write_off_stock::WriteOff;
use domain::stock::{Movement, Units};

use crate::answer::{Answer, Request};
use crate::shopper::Shopper;

impl Shopper {
    /// Puts units on sale. `None` when that was refused.
    pub(crate) async fn receive(&self, reference: &str, sku: &str, units: i64) -> Option<Movement> {
        let (sku, units) = (sku.parse().ok()?, Units::parse(units).ok()?);
        let receipt = Receipt { sku, units, reference: reference.parse().ok()? };
        self.moves(Request::Receive(receipt)).await
    }

    /// Takes units off sale. `None` when that was refused.
    pub(crate) async fn write_off(&self, reference: &str, sku: &str, units: i64) -> Option<Movement> {
        let (sku, units) = (sku.parse().ok()?, Units::parse(units).ok()?);
        let write_off = WriteOff { sku, units, reference: reference.parse().ok()? };
        self.moves(Request::WriteOff(write_off)).await
    }

    /// Counts, rests, and brings the books in line with the count. `None` when that was refused.
    pub(crate) async fn count(&self, reference: &str, sku: &str, more: i64) -> Option<Movement> {
        let sku = sku.parse().ok()?;
        let seen_version = {
            let desk = self.world.desk();
            let supply = desk.checker.books.supplies.iter().find(|supply| supply.sku == sku);
            supply.map_or(0, |supply| supply.version)
        };
        self.rest(4_000).await;
        let units = Units::parse(more.saturating_abs()).ok()?;
        let reference = reference.parse().ok()?;
        let adjustment = Adjustment { sku, units, more: more > 0, seen_version, reference };
        self.moves(Request::Adjust(adjustment)).await
    }

    async fn moves(&self, request: Request) -> Option<Movement> {
        let Answer::Moved(answer) = self.ask(request).await else { return None };
        answer.ok()
    }
}
