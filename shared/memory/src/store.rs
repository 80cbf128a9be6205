use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::catalog::Product;
use domain::invariant::{Books, ChargeEntry, OrderRecord};
use domain::order::{HoldsChange, Order};
use domain::reservation::Reservation;
use domain::stock::{PageKey, StockPage, Supply};
use domain::{OrderId, ProductId, ReservationId, Sku, Timestamp};

use crate::Commit;

mod catalog; // Catalog and CatalogEditor
mod orders; // Orders, OrderPlacer and OrderLedger
mod reservations; // Reservations, ReservationBook and ReservationCloser
mod stock; // Stock, StockKeeper and Holds
mod sweep_index; // SweepIndex
mod unconditional; // writes that break rules on purpose

#[cfg(test)]
mod tests;

/// Products, stock, reservations and orders. Each port method holds the one lock from its first look to its last
/// write, so it is atomic by construction.
#[derive(Debug, Default)]
pub struct Store {
    records: Mutex<Records>,
}

#[derive(Debug, Default)]
struct Records {
    products: BTreeMap<ProductId, Product>,
    /// Which product a SKU is found under: the one that claimed it last.
    owners: BTreeMap<Sku, ProductId>,
    supplies: BTreeMap<Sku, Supply>,
    pages: BTreeMap<PageKey, PageRecord>,
    reservations: BTreeMap<ReservationId, Reservation>,
    orders: BTreeMap<OrderId, OrderRecord>,
    commits: Vec<Commit>,
}

/// A page, and its place in the sweeper's index.
#[derive(Clone, Debug)]
struct PageRecord {
    page: StockPage,
    sweep_at: Option<Timestamp>,
}

impl Store {
    /// Everything that is stored, beside what the gateways say about charges.
    pub fn books(&self, charges: Option<Vec<ChargeEntry>>) -> Books {
        let records = self.lock();
        Books {
            supplies: records.supplies.values().cloned().collect(),
            pages: records.pages.values().map(|record| record.page.clone()).collect(),
            reservations: records.reservations.values().cloned().collect(),
            orders: records.orders.values().cloned().collect(),
            charges,
        }
    }

    /// Every committed change of reservations and orders from this place on, in the order in which they happened.
    pub fn commits_from(&self, place: usize) -> Vec<Commit> {
        self.lock().commits.iter().skip(place).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Records {
    /// The pages of an order as its holds leave them; `None` when a hold is not what the change was made from.
    fn moved(&self, order: &Order, change: Option<HoldsChange>) -> Option<Vec<PageRecord>> {
        let Some(change) = change else { return Some(Vec::new()) };
        let moved = order.holds.iter().map(|planned| {
            let PageRecord { page, sweep_at } = self.pages.get(&planned.page)?.clone();
            let page = page.move_hold(&order.reservation_id, change.seen(planned), change.target).ok()?;
            Some(PageRecord { sweep_at: sweep_index::after_move(sweep_at, change.target), page })
        });
        moved.collect()
    }

    fn write_pages(&mut self, pages: Vec<PageRecord>) {
        self.pages.extend(pages.into_iter().map(|record| (record.page.key.clone(), record)));
    }
}
