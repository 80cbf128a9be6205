use domain::invariant::OrderRecord;
use domain::reservation::Reservation;
use domain::stock::StockPage;

use super::{PageRecord, Store, sweep_index};

/// Writes without any condition, for tests that break a rule on purpose to see it noticed.
impl Store {
    /// Puts a page in the place of what stands under its key.
    pub fn overwrite_page(&self, page: StockPage) {
        let mut records = self.lock();
        let sweep_at = records.pages.get(&page.key).and_then(|record| record.sweep_at);
        let sweep_at = sweep_at.or_else(|| sweep_index::of_new(&page));
        records.write_pages(vec![PageRecord { page, sweep_at }]);
    }

    /// Puts a reservation in the place of what stands under its id.
    pub fn overwrite_reservation(&self, reservation: Reservation) {
        self.lock().write_reservation(reservation);
    }

    /// Puts an order in the place of what stands under its id.
    pub fn overwrite_order(&self, record: OrderRecord) {
        let mut records = self.lock();
        let before = records.orders.get(&record.order.id).and_then(|record| record.order.wake);
        records.commits.push(crate::Commit::of_order(&record.order, before, record.order.wake));
        records.orders.insert(record.order.id.clone(), record);
    }
}
