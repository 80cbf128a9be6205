use std::collections::BTreeMap;

use application::{Catalog, CatalogEditor, Cursor, Failure, Listing};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::catalog::Product;
use domain::{ProductId, Sku};

use crate::CatalogTable;
use crate::attribute::{Item, number, text};
use crate::keys;
use crate::read::{self, Consistency, Place, Question};
use crate::statement::{Condition, delete, put};
use crate::write::{Refusal, transact};

pub(crate) mod item; // products as items

#[cfg(test)]
mod tests;

/// The condition of a product's replacement: nobody replaced it since it was read.
pub(crate) const REPLACE_IF: &str = "revision = :seen";
/// The condition of a dropped SKU's end: no other product took it over.
pub(crate) const DROP_IF: &str = "product_id = :seen";

/// The longest text that can be a partition key, and so a category.
const CATEGORY_BYTES_MAX: usize = 2048;
/// The longest text that a sort key is compared to.
const PLACE_BYTES_MAX: usize = 1024;

/// How often an editor looks again when another one is faster.
const EDITS_MAX: u32 = 4;

#[async_trait]
impl Catalog for CatalogTable {
    async fn list(
        &self,
        category: Option<&str>,
        limit: u32,
        after: Option<&Cursor>,
    ) -> Result<Listing<Product>, Failure> {
        // What cannot be a key has no products, and no shopper's query may make the database refuse it.
        if category.is_some_and(|category| !(1..=CATEGORY_BYTES_MAX).contains(&category.len())) {
            return Ok(Listing { items: Vec::new(), next: None });
        }
        let (index, partition) = match category {
            Some(category) => (&keys::CATEGORY, category),
            None => (&keys::LISTING, keys::EVERY_PRODUCT),
        };
        let question = Question {
            index,
            partition: text(partition),
            place: after.and_then(place_after),
            // One more than asked for tells whether there is a next page.
            limit: Some(i32::try_from(limit).unwrap_or(i32::MAX).saturating_add(1)),
        };
        let (mut items, mut more) = read::query(&self.client, "list", &self.table, question).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        more |= items.len() > limit;
        items.truncate(limit);
        let products = items.iter().map(item::product).collect::<Result<Vec<_>, _>>()?;
        let last = products.last().filter(|_| more);
        let next = last.map(|product| Cursor(product.id.as_str().to_owned()));
        Ok(Listing { items: products, next })
    }

    async fn product(&self, id: &ProductId) -> Result<Option<Product>, Failure> {
        let key = keys::product(id);
        let item = read::get(&self.client, "product", &self.table, key, Consistency::Eventual).await?;
        item.as_ref().map(item::product).transpose()
    }

    async fn products_of(&self, skus: &[Sku]) -> Result<Vec<Product>, Failure> {
        let keys = skus.iter().map(keys::sku).collect();
        let items =
            read::batch(&self.client, "products_of", &self.table, keys, Consistency::Eventual).await?;
        // A batch is no snapshot: of two copies that differ the later one knows every variant of today.
        let mut products: BTreeMap<ProductId, (u64, Product)> = BTreeMap::new();
        for item in &items {
            let (revision, product) = (item::revision(item)?, item::product(item)?);
            let known = products.get(&product.id).is_some_and(|(known, _)| *known >= revision);
            if !known {
                products.insert(product.id.clone(), (revision, product));
            }
        }
        Ok(products.into_values().map(|(_, product)| product).collect())
    }
}

#[async_trait]
impl CatalogEditor for CatalogTable {
    /// The product and a copy of it under each of its SKUs change together or not at all. The write requires the
    /// product that was read to know which SKUs it drops; when another editor was faster, it is read again.
    async fn put(&self, product: &Product) -> Result<(), Failure> {
        for _ in 0..EDITS_MAX {
            let key = keys::product(&product.id);
            let before = read::get(&self.client, "put", &self.table, key, Consistency::Strong).await?;
            let dropped = self.dropped(before.as_ref(), product).await?;
            let revision = before.as_ref().map(item::revision).transpose()?;
            let writes = || self.edit(product, revision, &dropped);
            match transact(&self.client, "put", writes).await {
                Ok(()) => return Ok(()),
                Err(Refusal::Conditions(_)) => {}
                Err(Refusal::Failure(failure)) => return Err(failure),
            }
        }
        Err(Failure::Throttled)
    }
}

/// The condition on places behind a cursor; none before the first place. Ids are shorter than what is cut off.
fn place_after(cursor: &Cursor) -> Option<Place> {
    let place =
        cursor.0.get(..cursor.0.floor_char_boundary(PLACE_BYTES_MAX)).filter(|place| !place.is_empty())?;
    Some(Place::After(text(place)))
}

impl CatalogTable {
    /// The SKUs that were this product's and still are, and that it does not have any more.
    async fn dropped(&self, before: Option<&Item>, product: &Product) -> Result<Vec<Sku>, Failure> {
        let before = before.map(item::product).transpose()?;
        let stays = |sku: &Sku| product.variants.iter().any(|variant| variant.sku == *sku);
        let dropped = before.into_iter().flat_map(|before| before.variants).map(|variant| variant.sku);
        let keys = dropped.filter(|sku| !stays(sku)).map(|sku| keys::sku(&sku)).collect();
        let copies = read::batch(&self.client, "put", &self.table, keys, Consistency::Strong).await?;
        let mut own = Vec::new();
        for copy in &copies {
            if item::product(copy)?.id == product.id {
                own.push(item::copied_for(copy)?);
            }
        }
        Ok(own)
    }

    fn edit(
        &self,
        product: &Product,
        seen: Option<u64>,
        dropped: &[Sku],
    ) -> Result<Vec<TransactWriteItem>, Failure> {
        let revision = seen.unwrap_or(0).saturating_add(1);
        let replaced = |seen| Condition::new(REPLACE_IF).value("seen", number(seen));
        let before = seen.map_or_else(Condition::absent, replaced);
        let mut writes = Vec::with_capacity(product.variants.len() + dropped.len() + 1);
        writes.push(put("put", &self.table, item::shown(product, revision), Some(before))?);
        for variant in &product.variants {
            let copy = item::copy(product, &variant.sku, revision);
            writes.push(put("put", &self.table, copy, None)?);
        }
        for sku in dropped {
            let own = Condition::new(DROP_IF).value("seen", text(product.id.as_str()));
            writes.push(delete("put", &self.table, keys::sku(sku), &own)?);
        }
        Ok(writes)
    }
}
