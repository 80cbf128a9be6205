use domain::order::OrderRecord;
use domain::reconciliation::Difference;
use domain::reservation::Reservation;
use domain::stock::{CustomerLimit, Opener, StockList, StockPage, SupplyChange};
use domain::webhook::Webhook;

use super::{PageRecord, Store, sweep_index};

/// Writes without any condition, for tests that break a rule on purpose to see it noticed.
impl Store {
    /// Puts a page in the place of what stands under its key.
    pub fn overwrite_page(&self, page: StockPage) {
        let mut records = self.lock();
        let sweep_at = records.pages.get(&page.key).and_then(|record| record.sweep_at);
        let sweep_at = sweep_at.or_else(|| sweep_index::of_new(&page));
        records.write_page(PageRecord { page, sweep_at });
    }

    /// Puts a reservation in the place of what stands under its id.
    pub fn overwrite_reservation(&self, reservation: Reservation) {
        self.lock().write_reservation(reservation);
    }

    /// Puts a list in the place of what stands for its SKU.
    pub fn overwrite_list(&self, list: StockList) {
        self.lock().lists.insert(list.sku.clone(), list);
    }

    /// Puts what a customer has of a SKU in the place of what stands.
    pub fn overwrite_limit(&self, limit: CustomerLimit) {
        self.lock().write_limit(limit);
    }

    /// Puts what became of an event in the place of what stands under its key.
    pub fn overwrite_webhook(&self, webhook: &Webhook) {
        self.lock().write_webhook(webhook);
    }

    /// Puts a difference in the place of what stands under its key.
    pub fn overwrite_difference(&self, difference: Difference) {
        self.lock().differences.insert(difference.key.clone(), difference);
    }

    /// Writes a change of supply whatever it was made from: its openers, its new pages, its movement and its place in
    /// the list. What it takes from pages stays there.
    pub fn overwrite_supply(&self, change: &SupplyChange) {
        let SupplyChange { supply, movement, .. } = change;
        let mut records = self.lock();
        records.changed();
        for (key, pages) in change.openers() {
            let opened = records.openers.get(&key).map_or(0, |opener| opener.opened);
            records.openers.insert(key.clone(), Opener { key, pages, opened });
        }
        for page in change.new_pages() {
            records.write_page(PageRecord { page, sweep_at: None });
        }
        records.movements.insert((supply.sku.clone(), movement.reference.clone()), movement.clone());
        let list = records.lists.remove(&supply.sku).unwrap_or_else(|| StockList::first(supply));
        records.lists.insert(supply.sku.clone(), list.supplied(change));
        records.supplies.insert(supply.sku.clone(), supply.clone());
    }

    /// Puts an order in the place of what stands under its id.
    pub fn overwrite_order(&self, record: OrderRecord) {
        let mut records = self.lock();
        let before = records.orders.get(&record.order.id).and_then(|record| record.order.wake);
        records.commits.push(crate::Commit::of_order(&record.order, before, record.order.wake));
        records.put_order(record);
    }
}
