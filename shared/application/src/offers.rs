use std::collections::BTreeMap;

use domain::catalog::Variant;
use domain::{Sku, Timestamp};

use crate::recent::Recent;
use crate::{Catalog, Failure};

/// What an instance knows of what SKUs cost and who may have them, each at most a second old when units are held at it.
#[derive(Debug, Default)]
pub struct Offers {
    recent: Recent<Variant>,
}

impl Offers {
    /// What the catalog has of these SKUs. One that it does not have is left out, and asked for again the next time.
    pub(crate) async fn of(
        &self,
        catalog: &dyn Catalog,
        skus: Vec<Sku>,
        now: Timestamp,
    ) -> Result<BTreeMap<Sku, Variant>, Failure> {
        let (mut offers, unseen) = self.recent.recall(skus.into_iter(), now);
        if !unseen.is_empty() {
            let products = catalog.products_of(&unseen).await?;
            let variants = products.into_iter().flat_map(|product| product.variants);
            let asked = variants.filter(|variant| unseen.contains(&variant.sku));
            let found = asked.map(|variant| (variant.sku.clone(), variant)).collect();
            self.recent.remember(&found, now);
            offers.extend(found);
        }
        Ok(offers)
    }
}
