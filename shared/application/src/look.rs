//! Looks at the pages of a SKU and writes down which have units: one at a time, for everybody.

use std::collections::BTreeSet;

use domain::Sku;
use domain::stock::{Look, Looking, PageKey, StockAlert, StockList};

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
    let keys: Vec<PageKey> = list.to_read(&openers, full).into_iter().collect();
    let pages = ports.stock.pages(&keys).await?;
    Ok(list.found(&openers, &pages, looking.since, full))
}
