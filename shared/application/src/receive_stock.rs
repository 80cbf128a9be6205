//! Puts goods that came on sale, during a sale too.

use domain::stock::{Movement, MovementKind, Units};
use domain::{Idempotent, Reference, Sku};

use crate::ledger::{self, Moving};

pub use crate::ledger::{MoveStockError, Ports};

/// Goods that came.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Of which SKU.
    pub sku: Sku,
    /// How many.
    pub units: Units,
    /// The delivery's name, by which it is received once.
    pub reference: Reference,
}

/// Puts the units of a receipt on sale, once.
///
/// # Errors
/// See [`MoveStockError`]; nothing is `Stale`.
pub async fn receive_stock(
    ports: &Ports<'_>,
    receipt: &Receipt,
) -> Result<Idempotent<Movement>, MoveStockError> {
    let Receipt { sku, units, reference } = receipt;
    let kind = MovementKind::Receipt;
    let moving = Moving { sku, reference, kind, units: *units, comes: true, seen_version: None };
    ledger::move_stock(ports.keeping(), &moving).await
}
