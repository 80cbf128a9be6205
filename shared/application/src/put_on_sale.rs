//! Puts products and their first stock on sale.

use domain::catalog::Product;
use domain::stock::{MovementKind, Units};
use domain::{IdParseError, Reference, Sku};

use crate::ledger::{self, Keeping, MoveStockError, Moving};
use crate::{CatalogEditor, Chance, Clock, Failure, StockKeeper, StockRoom};

/// The reference of a SKU's first receipt.
const OPENING_STOCK: &str = "opening-stock";

/// What the use case needs.
pub struct Ports<'a> {
    /// Products.
    pub catalog: &'a dyn CatalogEditor,
    /// Their stock, and its ledger.
    pub keeper: &'a dyn StockKeeper,
    /// Where units are looked for.
    pub stock: &'a dyn StockRoom,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub chance: &'a dyn Chance,
}

/// Why a product was not put on sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PutOnSaleError {
    /// Its first stock was not received.
    #[error(transparent)]
    Stock(#[from] MoveStockError),
    /// The reference of first receipts is none.
    #[error(transparent)]
    Reference(#[from] IdParseError),
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Puts a product on show, with the first stock of its SKUs. Stock that a SKU already has stays as it is.
///
/// The product comes last: a repetition after a crash goes on where it stopped, and nobody is shown what cannot be held
/// yet.
///
/// # Errors
/// See [`PutOnSaleError`].
pub async fn put_on_sale(
    ports: &Ports<'_>,
    product: &Product,
    stock: &[(Sku, Units)],
) -> Result<(), PutOnSaleError> {
    let reference: Reference = OPENING_STOCK.parse()?;
    let Ports { catalog, keeper, stock: room, clock, chance } = *ports;
    let keeping = Keeping { catalog: None, keeper, stock: room, clock, chance };
    let (kind, reference) = (MovementKind::Receipt, &reference);
    for (sku, units) in stock {
        let moving = Moving { sku, reference, kind, units: *units, comes: true, seen_version: None };
        match ledger::move_stock(keeping, &moving).await {
            // It was put on sale before, with another number of units.
            Ok(_) | Err(MoveStockError::ReferenceReused) => {}
            Err(error) => return Err(error.into()),
        }
    }
    for variant in &product.variants {
        keeper.set_low(&variant.sku, variant.low_stock.at).await?;
    }
    Ok(catalog.put(product).await?)
}
