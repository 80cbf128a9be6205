use std::collections::BTreeMap;

use super::{Books, ChargeEntry};
use crate::order::Order;
use crate::reservation::Reservation;
use crate::stock::{CustomerLimit, PageKey, StockPage, Supply};
use crate::{Caller, OrderId, ReservationId, Sku};

/// The books, found by id.
pub(super) struct Index<'a> {
    pub(super) books: &'a Books,
    pub(super) supplies: BTreeMap<&'a Sku, &'a Supply>,
    pub(super) pages: BTreeMap<&'a PageKey, &'a StockPage>,
    pub(super) reservations: BTreeMap<&'a ReservationId, &'a Reservation>,
    pub(super) orders: BTreeMap<&'a OrderId, &'a Order>,
    pub(super) limits: BTreeMap<(&'a Sku, &'a Caller), &'a CustomerLimit>,
}

impl<'a> Index<'a> {
    pub(super) fn of(books: &'a Books) -> Self {
        Self {
            books,
            supplies: books.supplies.iter().map(|supply| (&supply.sku, supply)).collect(),
            pages: books.pages.iter().map(|page| (&page.key, page)).collect(),
            reservations: books
                .reservations
                .iter()
                .map(|reservation| (&reservation.id, reservation))
                .collect(),
            orders: books.orders.iter().map(|record| (&record.order.id, &record.order)).collect(),
            limits: books.limits.iter().map(|limit| ((&limit.sku, &limit.customer), limit)).collect(),
        }
    }

    /// The pages of a SKU, by number.
    pub(super) fn pages_of(&self, sku: &Sku) -> impl Iterator<Item = &'a StockPage> {
        self.books.pages.iter().filter(move |page| page.key.sku == *sku)
    }

    /// The gateways' entries for an order, if they were asked.
    pub(super) fn charges(&self, order: &OrderId) -> Option<Vec<&'a ChargeEntry>> {
        let charges = self.books.charges.as_ref()?;
        Some(charges.iter().filter(|entry| entry.order_id == *order).collect())
    }
}
