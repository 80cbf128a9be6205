//! Brings the books in line with a count, if nothing was received or written off since.

use domain::stock::{Movement, MovementKind, Units};
use domain::{Idempotent, Reference, Sku};

use crate::ledger::{self, Moving};

pub use crate::ledger::{MoveStockError, Ports};

/// What a count found.
#[derive(Clone, Debug)]
pub struct Adjustment {
    /// Of which SKU.
    pub sku: Sku,
    /// How many units more or fewer there are.
    pub units: Units,
    /// Whether there are more.
    pub more: bool,
    /// The supply's version when it was counted.
    pub seen_version: u64,
    /// The count's name, by which it is applied once.
    pub reference: Reference,
}

/// Applies an adjustment, once, and only to the supply that was counted.
///
/// # Errors
/// See [`MoveStockError`].
pub async fn adjust_stock(
    ports: &Ports<'_>,
    adjustment: &Adjustment,
) -> Result<Idempotent<Movement>, MoveStockError> {
    let Adjustment { sku, units, more, seen_version, reference } = adjustment;
    let (kind, units, comes) = (MovementKind::Adjustment, *units, *more);
    let moving = Moving { sku, reference, kind, units, comes, seen_version: Some(*seen_version) };
    ledger::move_stock(ports.keeping(), &moving).await
}
