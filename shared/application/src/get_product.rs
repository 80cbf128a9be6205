//! Shows one product.

use domain::ProductId;
use domain::catalog::Product;

use crate::Failure;
use crate::list_products::{Ports, Shown};

/// The product with this id, if there is one.
///
/// # Errors
/// When the catalog or the stock cannot be read.
pub async fn get_product(ports: &Ports<'_>, id: &ProductId) -> Result<Option<Shown<Product>>, Failure> {
    let Some(product) = ports.catalog.product(id).await? else {
        return Ok(None);
    };
    let bands = ports.bands.of(ports.stock, std::slice::from_ref(&product), ports.clock.now()).await?;
    Ok(Some(Shown { shown: product, bands }))
}
