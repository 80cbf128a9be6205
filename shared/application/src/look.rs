//! Looks at the pages of a SKU and writes down which have units: one at a time, for everybody.

use std::collections::BTreeSet;

use domain::Sku;
use domain::stock::{Look, Looking, PAGE_UNITS, PageKey, StockAlert, StockList, StockPage};

use crate::{Chance, Clock, Failure, StockRoom};

/// What a look needs.
#[derive(Clone, Copy)]
pub(crate) struct Ports<'a> {
    pub(crate) stock: &'a dyn StockRoom,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) chance: &'a dyn Chance,
}

/// Looks, unless somebody else is at it, and answers with the list from then on. `before` is who was seen looking last.
pub(crate) async fn look(
    ports: Ports<'_>,
    sku: &Sku,
    before: Option<Looking>,
) -> Result<Option<StockList>, Failure> {
    let looking = Looking::begin(ports.clock.now(), ports.chance.below(u32::MAX), before);
    let Some(list) = ports.stock.begin_look(sku, looking).await? else { return Ok(None) };
    match inspect(ports, &list, looking).await {
        Ok((look, alert)) => {
            let written = ports.stock.finish_look(sku, looking, &look, alert.as_ref()).await?;
            if let Some(alert) = alert.filter(|_| !written.is_replay()) {
                tracing::info!(sku = %alert.sku, alert = alert.kind.as_str(), units = alert.units, "stock alert");
            }
            Ok(Some(StockList { look, returned: BTreeSet::new(), looking: None, ..list }))
        }
        Err(failure) => {
            // What was noted has been cleared, and nobody has read those pages.
            let returned: Vec<u32> = list.returned.iter().copied().collect();
            if !returned.is_empty() {
                ports.stock.note_returned(sku, &returned).await?;
            }
            Err(failure)
        }
    }
}

async fn inspect(
    ports: Ports<'_>,
    list: &StockList,
    looking: Looking,
) -> Result<(Look, Option<StockAlert>), Failure> {
    // Whoever began before and did not finish has cleared what was noted: only a look at every page finds that again.
    let full = list.looking.is_some() || list.needs_full_look(looking.since);
    let keys: Vec<_> = list.opener_keys().collect();
    let openers = if keys.is_empty() { Vec::new() } else { ports.stock.openers(&keys).await? };
    let mut missing = list.to_read(&openers, full);
    let keys: Vec<PageKey> = missing.iter().cloned().collect();
    let mut pages = ports.stock.pages(&keys).await?;
    for page in &pages {
        missing.remove(&page.key);
    }
    // Their numbers were handed out, and whoever took one died or is slow: it is full of stock either way.
    for key in missing {
        let page = StockPage::full(key, PAGE_UNITS);
        let _created = ports.stock.create_page(&page).await?;
        pages.push(page);
    }
    Ok(list.found(&openers, &pages, looking.since, full))
}
