use application::{Catalog, Cursor, Failure, Listing};
use async_trait::async_trait;
use domain::catalog::Product;
use domain::{ProductId, Sku};

use super::Invocation;
use super::stock::Listed;
use crate::conduct::now;

#[async_trait]
impl Catalog for Invocation {
    async fn list(
        &self,
        category: Option<&str>,
        limit: u32,
        after: Option<&Cursor>,
    ) -> Result<Listing<Product>, Failure> {
        let store = self.world.conduct.store();
        self.read("list", &"products", || now(store.list(category, limit, after))).await?
    }

    async fn product(&self, id: &ProductId) -> Result<Option<Product>, Failure> {
        self.read("read product", id, || now(self.world.conduct.store().product(id))).await?
    }

    async fn products_of(&self, skus: &[Sku]) -> Result<Vec<Product>, Failure> {
        self.read("read prices", &Listed(skus), || self.world.conduct.products_of(skus)).await?
    }
}
