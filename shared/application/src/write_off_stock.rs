//! Takes goods that are lost or spoilt off sale. What is held or sold stays.

use domain::stock::{Movement, MovementKind, Units};
use domain::{Idempotent, Reference, Sku};

use crate::ledger::{self, Moving};

pub use crate::ledger::{MoveStockError, Ports};

/// Goods that are lost.
#[derive(Clone, Debug)]
pub struct WriteOff {
    /// Of which SKU.
    pub sku: Sku,
    /// How many.
    pub units: Units,
    /// The report's name, by which it is written off once.
    pub reference: Reference,
}

/// Takes the units of a write-off off sale, once.
///
/// # Errors
/// See [`MoveStockError`]; nothing is `Stale`.
pub async fn write_off_stock(
    ports: &Ports<'_>,
    write_off: &WriteOff,
) -> Result<Idempotent<Movement>, MoveStockError> {
    let WriteOff { sku, units, reference } = write_off;
    let kind = MovementKind::WriteOff;
    let moving = Moving { sku, reference, kind, units: *units, comes: false, seen_version: None };
    ledger::move_stock(ports.keeping(), &moving).await
}
