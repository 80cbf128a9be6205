//! Puts products and their first stock on sale.

use domain::Sku;
use domain::catalog::Product;
use domain::stock::Supply;

use crate::{CatalogEditor, Failure, StockKeeper};

/// What the use case needs.
pub struct Ports<'a> {
    /// Products.
    pub catalog: &'a dyn CatalogEditor,
    /// Stock.
    pub stock: &'a dyn StockKeeper,
}

/// Puts a product on show, with the first supply of its SKUs. Stock that a SKU already has stays as it is.
///
/// Pages come before the supply that names them, and the product last: a repetition after a crash goes on where it
/// stopped, and nobody is shown what cannot be held yet.
///
/// # Errors
/// When the store fails.
pub async fn put_on_sale(ports: &Ports<'_>, product: &Product, units: &[(Sku, u32)]) -> Result<(), Failure> {
    for (sku, units) in units {
        let supply = Supply::first(sku.clone(), *units);
        for page in supply.first_pages() {
            let _created = ports.stock.create_page(&page).await?;
        }
        let _created = ports.stock.create_supply(&supply).await?;
    }
    ports.catalog.put(product).await
}
