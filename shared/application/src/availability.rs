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
            let counted = count(stock, &unseen, now).await?;
            self.recent.remember(&counted, now);
            bands.extend(counted);
        }
        Ok(bands)
    }
}

/// A SKU whose unopened pages are not plenty by themselves.
struct Open {
    list: StockList,
    /// Units on pages that nobody has opened.
    unopened: u32,
    /// The pages to read.
    keys: Vec<PageKey>,
    /// Whether those are all that may have units.
    is_whole: bool,
}

/// Counts units without a counter: those on pages that nobody has sold from, and, where that may be a low number,
/// those on the pages that a look would read.
async fn count(
    stock: &dyn Stock,
    skus: &[Sku],
    now: Timestamp,
) -> Result<BTreeMap<Sku, Availability>, Failure> {
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
        match list.band_of(unopened) {
            Availability::InStock => {
                bands.insert(list.sku, Availability::InStock);
            }
            Availability::Low | Availability::SoldOut => {
                // Whoever looks has cleared what was noted. One that died took that along, and nobody may come to look
                // again where a page says "sold out".
                let has_died = list.looking.is_some_and(|looking| looking.is_dead(now));
                let mut keys: Vec<PageKey> = list.to_read(&openers, has_died).into_iter().collect();
                let is_whole = keys.len() <= StockList::PAGES_MAX && (has_died || list.look.is_complete);
                // Of many pages, some are enough to tell plenty from few; few of many are a look's business.
                keys.truncate(StockList::PAGES_MAX);
                open.push(Open { list, unopened, keys, is_whole });
            }
        }
    }
    let keys: Vec<PageKey> = open.iter().flat_map(|one| one.keys.clone()).collect();
    let pages = if keys.is_empty() { Vec::new() } else { stock.pages(&keys).await? };
    for Open { list, unopened, is_whole, .. } in open {
        let units = units_on(&pages, &list.sku).saturating_add(unopened);
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
