use std::collections::BTreeMap;

use domain::catalog::{Availability, Product};
use domain::stock::{Opener, OpenerKey, PageKey, StockList, StockPage};
use domain::{Sku, Timestamp};

use crate::recent::Recent;
use crate::{Failure, Stock};

/// The bands that an instance looked up, each at most a second old when it is shown.
#[derive(Debug, Default)]
pub struct Bands {
    recent: Recent<Availability>,
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
        self.of_skus(stock, skus, now).await
    }

    /// The band of each SKU.
    ///
    /// # Errors
    /// When the stock cannot be read.
    pub(crate) async fn of_skus(
        &self,
        stock: &dyn Stock,
        skus: impl Iterator<Item = Sku>,
        now: Timestamp,
    ) -> Result<BTreeMap<Sku, Availability>, Failure> {
        let (mut bands, unseen) = self.recent.recall(skus, now);
        if !unseen.is_empty() {
            let counted = count(stock, &unseen).await?;
            self.recent.remember(&counted, now);
            bands.extend(counted);
        }
        Ok(bands)
    }
}

/// Counts units without a counter: those on pages that nobody has sold from, and, where that may be a low number,
/// those on the pages that a look would read.
async fn count(stock: &dyn Stock, skus: &[Sku]) -> Result<BTreeMap<Sku, Availability>, Failure> {
    let mut bands: BTreeMap<Sku, Availability> =
        skus.iter().map(|sku| (sku.clone(), Availability::SoldOut)).collect();
    let lists = stock.lists(skus).await?;
    let openers: Vec<OpenerKey> = lists.iter().flat_map(StockList::opener_keys).collect();
    let openers = if openers.is_empty() { Vec::new() } else { stock.openers(&openers).await? };
    let mut open = Vec::new();
    for list in lists {
        let openers: Vec<Opener> =
            openers.iter().filter(|opener| opener.key.sku == list.sku).cloned().collect();
        let unopened = openers.iter().map(Opener::units).fold(0, u32::saturating_add);
        let mut keys: Vec<PageKey> = list.to_read(&openers, false).into_iter().collect();
        // Of many pages, some are enough to tell plenty from few; few of many are a look's business.
        keys.truncate(StockList::PAGES_MAX);
        match list.band_of(unopened) {
            Availability::InStock => {
                bands.insert(list.sku, Availability::InStock);
            }
            Availability::Low | Availability::SoldOut => open.push((list, unopened, keys)),
        }
    }
    let keys: Vec<PageKey> = open.iter().flat_map(|(_, _, keys)| keys.clone()).collect();
    let pages = if keys.is_empty() { Vec::new() } else { stock.pages(&keys).await? };
    for (list, unopened, keys) in open {
        let units = units_on(&pages, &list.sku).saturating_add(unopened);
        let is_whole = keys.len() < StockList::PAGES_MAX && list.look.is_complete;
        // Pages that were not counted may have units: then there are at least as many as the last look found.
        let band = match (list.band_of(units), list.look.band) {
            (counted, _) if is_whole => counted,
            (_, Availability::InStock) => Availability::InStock,
            (Availability::SoldOut, _) => Availability::Low,
            (counted, _) => counted,
        };
        bands.insert(list.sku, band);
    }
    Ok(bands)
}

fn units_on(pages: &[StockPage], sku: &Sku) -> u32 {
    let of_sku = pages.iter().filter(|page| page.key.sku == *sku);
    of_sku.fold(0, |sum, page| sum.saturating_add(page.available))
}
