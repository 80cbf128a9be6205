use async_trait::async_trait;
use domain::catalog::Product;
use domain::{ProductId, Sku};

use super::{Cursor, Failure, Listing};

/// Products and their variants.
#[async_trait]
pub trait Catalog: Send + Sync {
    /// One page of the products on show, by id, of one category or of all.
    async fn list(
        &self,
        category: Option<&str>,
        limit: u32,
        after: Option<&Cursor>,
    ) -> Result<Listing<Product>, Failure>;

    /// One product.
    async fn product(&self, id: &ProductId) -> Result<Option<Product>, Failure>;

    /// The products that have these SKUs as variants; a SKU that no product has is left out.
    async fn products_of(&self, skus: &[Sku]) -> Result<Vec<Product>, Failure>;
}

/// Puts products on show.
#[async_trait]
pub trait CatalogEditor: Send + Sync {
    /// Puts a product with its variants on show, instead of what stood there under its id.
    async fn put(&self, product: &Product) -> Result<(), Failure>;
}
