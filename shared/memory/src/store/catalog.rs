use std::collections::BTreeSet;

use application::{Catalog, CatalogEditor, Cursor, Failure, Listing};
use async_trait::async_trait;
use domain::catalog::Product;
use domain::{ProductId, Sku};

use super::Store;

#[async_trait]
impl Catalog for Store {
    async fn list(
        &self,
        category: Option<&str>,
        limit: u32,
        after: Option<&Cursor>,
    ) -> Result<Listing<Product>, Failure> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let records = self.lock();
        let mut items: Vec<Product> = records
            .products
            .values()
            .filter(|product| category.is_none_or(|category| product.category == category))
            .filter(|product| after.is_none_or(|cursor| *product.id.as_str() > *cursor.0))
            .take(limit.saturating_add(1))
            .cloned()
            .collect();
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|product| Cursor(product.id.to_string()));
        Ok(Listing { items, next })
    }

    async fn product(&self, id: &ProductId) -> Result<Option<Product>, Failure> {
        Ok(self.lock().products.get(id).cloned())
    }

    async fn products_of(&self, skus: &[Sku]) -> Result<Vec<Product>, Failure> {
        let records = self.lock();
        let ids: BTreeSet<&ProductId> = skus.iter().filter_map(|sku| records.owners.get(sku)).collect();
        Ok(ids.into_iter().filter_map(|id| records.products.get(id)).cloned().collect())
    }
}

#[async_trait]
impl CatalogEditor for Store {
    async fn put(&self, product: &Product) -> Result<(), Failure> {
        let mut records = self.lock();
        let dropped = records.products.remove(&product.id).map(|earlier| earlier.variants);
        for variant in dropped.into_iter().flatten() {
            if records.owners.get(&variant.sku) == Some(&product.id) {
                records.owners.remove(&variant.sku);
            }
        }
        for variant in &product.variants {
            records.owners.insert(variant.sku.clone(), product.id.clone());
        }
        records.products.insert(product.id.clone(), product.clone());
        Ok(())
    }
}
