use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::catalog::{Availability, Product};
use domain::stock::{PageKey, Supply};
use domain::{Sku, Timestamp};

use crate::{Failure, Stock};

/// How old a band may be that a shopper sees.
const AGE_MAX: Duration = Duration::from_secs(1);

/// How many pages of a SKU are read at first: most SKUs show more than a low number of units on these.
const FIRST_LOOK_PAGES: u32 = 4;

/// How many SKUs an instance remembers before it starts over.
const SKUS_MAX: usize = 2_000;

/// The bands that an instance looked up, each at most a second old when it is shown.
#[derive(Debug, Default)]
pub struct Bands {
    seen: Mutex<BTreeMap<Sku, (Timestamp, Availability)>>,
}

/// A SKU that is being counted: its supply, how many of its pages were read, and the units found there.
struct Count {
    supply: Supply,
    pages_read: u32,
    units: u32,
}

impl Bands {
    /// The band of every variant of these products.
    ///
    /// # Errors
    /// When the stock cannot be read.
    pub async fn of(
        &self,
        stock: &dyn Stock,
        products: &[Product],
        now: Timestamp,
    ) -> Result<BTreeMap<Sku, Availability>, Failure> {
        let skus = products.iter().flat_map(|product| &product.variants).map(|variant| variant.sku.clone());
        let (mut bands, unseen) = self.recall(skus, now);
        if !unseen.is_empty() {
            let counted = count(stock, &unseen).await?;
            self.remember(&counted, now);
            bands.extend(counted);
        }
        Ok(bands)
    }

    fn recall(
        &self,
        skus: impl Iterator<Item = Sku>,
        now: Timestamp,
    ) -> (BTreeMap<Sku, Availability>, Vec<Sku>) {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fresh = BTreeMap::new();
        let mut unseen = Vec::new();
        for sku in skus {
            match seen.get(&sku) {
                Some((at, band)) if now.since(*at) < AGE_MAX => {
                    fresh.insert(sku, *band);
                }
                Some(_) | None => unseen.push(sku),
            }
        }
        (fresh, unseen)
    }

    fn remember(&self, counted: &BTreeMap<Sku, Availability>, now: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() > SKUS_MAX {
            seen.clear();
        }
        seen.extend(counted.iter().map(|(sku, band)| (sku.clone(), (now, *band))));
    }
}

/// Counts units page by page, and stops for a SKU as soon as its band is certain.
async fn count(stock: &dyn Stock, skus: &[Sku]) -> Result<BTreeMap<Sku, Availability>, Failure> {
    let mut bands: BTreeMap<Sku, Availability> =
        skus.iter().map(|sku| (sku.clone(), Availability::SoldOut)).collect();
    let supplies = stock.supplies(skus).await?;
    let mut open: Vec<Count> =
        supplies.into_iter().map(|supply| Count { supply, pages_read: 0, units: 0 }).collect();
    let mut pages_per_sku = FIRST_LOOK_PAGES;
    while !open.is_empty() {
        let keys: Vec<PageKey> = open
            .iter()
            .flat_map(|count| {
                let end = count.supply.pages.min(count.pages_read.saturating_add(pages_per_sku));
                (count.pages_read..end).map(|number| PageKey { sku: count.supply.sku.clone(), number })
            })
            .collect();
        let pages = stock.pages(&keys).await?;
        for count in &mut open {
            let found =
                pages.iter().filter(|page| page.key.sku == count.supply.sku).map(|page| page.available);
            count.units = found.fold(count.units, u32::saturating_add);
            count.pages_read = count.supply.pages.min(count.pages_read.saturating_add(pages_per_sku));
            bands.insert(count.supply.sku.clone(), Availability::of(count.units));
        }
        open.retain(|count| count.units <= Availability::LOW && count.pages_read < count.supply.pages);
        pages_per_sku = pages_per_sku.saturating_mul(2);
    }
    Ok(bands)
}
