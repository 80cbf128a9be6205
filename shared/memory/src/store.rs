use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use application::{Archive, Failure, Overdue};
use async_trait::async_trait;
use domain::catalog::Product;
use domain::fraud::{Activity, Day, PaidHistory, Subject};
use domain::invariant::{Books, ChargeEntry};
use domain::order::{HoldsChange, Order, OrderRecord, seen_hold};
use domain::payment::{Circuit, GatewayName, GatewayReference};
use domain::reconciliation::{Difference, DifferenceKey, Reconciled};
use domain::reservation::Reservation;
use domain::stock::{
    CustomerLimit, Movement, Opener, OpenerKey, PageKey, PlannedHold, StockAlert, StockList, StockPage,
    Supply,
};
use domain::webhook::{EventKey, Fact, Webhook};
use domain::{Caller, Currency, OrderId, ProductId, Reference, ReservationId, Sku, Timestamp};

use crate::Commit;

mod catalog; // Catalog and CatalogEditor
mod circuits; // Circuits
mod holds; // Holds
mod limits; // Limits
mod orders; // Orders, OrderPlacer and OrderLedger
mod reconciliations; // Reconciliations and Differences
mod reservations; // Reservations, ReservationBook and ReservationCloser
mod stock; // Stock and StockRoom
mod supply; // StockKeeper
mod sweep_index; // SweepIndex
mod unconditional; // writes that break rules on purpose
mod velocity; // Velocity
mod webhooks; // WebhookInbox, WebhookLedger, FactLedger and Facts
mod work_items; // WorkItems

#[cfg(test)]
mod tests;

use sweep_index::Due;

/// Products, stock, reservations and orders. Each port method holds the one lock from its first look to its last
/// write, so it is atomic by construction; and none walks over all records, so that a sale of a hundred thousand units
/// runs as fast as one of ten.
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
    movements: BTreeMap<(Sku, Reference), Movement>,
    openers: BTreeMap<OpenerKey, Opener>,
    lists: BTreeMap<Sku, StockList>,
    alerts: BTreeMap<(Sku, u64), StockAlert>,
    pages: BTreeMap<PageKey, PageRecord>,
    pages_due: Due<PageKey>,
    reservations: BTreeMap<ReservationId, Reservation>,
    limits: BTreeMap<(Sku, Caller), CustomerLimit>,
    orders: BTreeMap<OrderId, OrderRecord>,
    overdue: Due<Overdue>,
    posted: Due<OrderId>,
    activities: BTreeMap<(Subject, Day), Activity>,
    paid: BTreeMap<(Subject, Currency), PaidHistory>,
    webhooks: BTreeMap<EventKey, Webhook>,
    facts: BTreeMap<(GatewayName, GatewayReference), BTreeMap<EventKey, Fact>>,
    circuits: BTreeMap<GatewayName, Circuit>,
    reconciled: BTreeMap<GatewayName, Reconciled>,
    differences: BTreeMap<DifferenceKey, Difference>,
    commits: Vec<Commit>,
    revision: u64,
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
            movements: records.movements.values().cloned().collect(),
            openers: records.openers.values().cloned().collect(),
            pages: records.pages.values().map(|record| record.page.clone()).collect(),
            reservations: records.reservations.values().cloned().collect(),
            limits: records.limits.values().cloned().collect(),
            orders: records.orders.values().cloned().collect(),
            charges,
        }
    }

    /// The list of every SKU, by SKU.
    pub fn all_lists(&self) -> Vec<StockList> {
        self.lock().lists.values().cloned().collect()
    }

    /// Every crossing that was told of, by SKU and in the order in which they happened.
    pub fn alerts(&self) -> Vec<StockAlert> {
        self.lock().alerts.values().cloned().collect()
    }

    /// Everything that gateways told, by gateway and id.
    pub fn webhooks(&self) -> Vec<Webhook> {
        self.lock().webhooks.values().cloned().collect()
    }

    /// Everything that gateways and ledgers were found to say differently, by key.
    pub fn differences(&self) -> Vec<Difference> {
        self.lock().differences.values().cloned().collect()
    }

    /// Every committed change of reservations, orders, events and alerts from this place on, in the order in which they happened.
    pub fn commits_from(&self, place: usize) -> Vec<Commit> {
        self.lock().commits.iter().skip(place).cloned().collect()
    }

    /// Counts the writes that change what [`Store::books`] shows.
    pub fn revision(&self) -> u64 {
        self.lock().revision
    }

    fn lock(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Archive for Store {
    async fn books(&self) -> Result<Books, Failure> {
        Ok(Self::books(self, None))
    }
}

impl Records {
    /// The pages of an order as its holds leave them; `None` when a hold is not what the change was made from.
    fn moved(&self, order: &Order, change: Option<&HoldsChange>) -> Option<Vec<PageRecord>> {
        let Some(change) = change else { return Some(Vec::new()) };
        let record = |planned: &PlannedHold| self.pages.get(&planned.page).cloned();
        match change {
            HoldsChange::Moved { held_until, target } => {
                let moved = order.holds.iter().map(|planned| {
                    let PageRecord { page, sweep_at } = record(planned)?;
                    let seen = seen_hold(planned, *held_until);
                    let page = page.move_hold(&order.reservation_id, seen, *target).ok()?;
                    Some(PageRecord { sweep_at: sweep_index::after_move(sweep_at, *target), page })
                });
                moved.collect()
            }
            HoldsChange::TakenBack(units) => {
                let taken_back = units.iter().map(|unit| {
                    let PageRecord { page, sweep_at } = record(unit)?;
                    Some(PageRecord { page: page.take_back(unit.quantity).ok()?, sweep_at })
                });
                taken_back.collect()
            }
        }
    }

    fn write_pages(&mut self, pages: Vec<PageRecord>) {
        for record in pages {
            self.write_page(record);
        }
    }

    fn changed(&mut self) {
        self.revision = self.revision.saturating_add(1);
    }

    fn write_page(&mut self, record: PageRecord) {
        self.changed();
        let (key, sweep_at) = (record.page.key.clone(), record.sweep_at);
        let earlier = self.pages.insert(key.clone(), record).and_then(|record| record.sweep_at);
        self.pages_due.moved(&key, earlier, sweep_at);
    }
}
