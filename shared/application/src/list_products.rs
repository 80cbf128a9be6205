//! Shows one page of the catalog.

use std::collections::BTreeMap;

use domain::Sku;
use domain::catalog::{Availability, Product};

use crate::{Bands, Catalog, Clock, Cursor, Failure, Listing, Stock};

/// What the use case needs.
pub struct Ports<'a> {
    /// Products.
    pub catalog: &'a dyn Catalog,
    /// Their stock.
    pub stock: &'a dyn Stock,
    /// What this instance saw of it.
    pub bands: &'a Bands,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// Products with what a shopper may see of their stock.
#[derive(Clone, Debug)]
pub struct Shown<T> {
    /// What is shown.
    pub shown: T,
    /// The band of every SKU in it.
    pub bands: BTreeMap<Sku, Availability>,
}

/// One page of the products of a category, or of all, by id.
///
/// # Errors
/// When the catalog or the stock cannot be read.
pub async fn list_products(
    ports: &Ports<'_>,
    category: Option<&str>,
    limit: u32,
    after: Option<&Cursor>,
) -> Result<Shown<Listing<Product>>, Failure> {
    let listing = ports.catalog.list(category, limit, after).await?;
    let bands = ports.bands.of(ports.stock, &listing.items, ports.clock.now()).await?;
    Ok(Shown { shown: listing, bands })
}
