use std::collections::BTreeMap;

use domain::Sku;
use domain::stock::{AlertKind, StockAlert};
use memory::Store;

use super::Checker;

/// Low, sold out and back in stock are told once for each crossing.
const ONCE_PER_CROSSING: &str = "ONCE_PER_CROSSING";

impl Checker {
    /// Looks at everything that was told of, when all is quiet.
    pub(crate) fn check_alerts(&mut self, store: &Store) {
        let mut told: BTreeMap<Sku, Vec<StockAlert>> = BTreeMap::new();
        for alert in store.alerts() {
            told.entry(alert.sku.clone()).or_default().push(alert);
        }
        for list in store.all_lists() {
            let alerts = told.remove(&list.sku).unwrap_or_default();
            let numbers = alerts.iter().map(|alert| alert.number);
            if !numbers.eq(1..=list.look.alerts) || !alternate(&alerts) {
                let kinds: Vec<&str> = alerts.iter().map(|alert| alert.kind.as_str()).collect();
                let detail =
                    format!("{}: {} crossings, and the alerts {kinds:?}", list.sku, list.look.alerts);
                self.breaks(ONCE_PER_CROSSING, || detail);
            }
        }
    }
}

/// What is sold out is back before anything else can be told of it, and only what is sold out comes back.
fn alternate(alerts: &[StockAlert]) -> bool {
    let mut is_sold_out = false;
    alerts.iter().all(|alert| {
        let fits = is_sold_out == (alert.kind == AlertKind::BackInStock);
        is_sold_out = alert.kind == AlertKind::SoldOut;
        fits
    })
}
