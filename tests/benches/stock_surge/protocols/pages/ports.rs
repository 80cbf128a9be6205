use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use application::{
    Catalog, ClaimError, CloseError, Cursor, Failure, HoldError, Holds, Limits, Listing, Orders, PlanError,
    ReservationBook, ReservationCloser, Reservations, ReserveError, SWEEP_SHARDS,
};
use async_trait::async_trait;
use domain::catalog::Product;
use domain::order::Order;
use domain::reservation::Reservation;
use domain::stock::{Hold, LimitClaim, PageKey, PlannedHold};
use domain::{Idempotent, OrderId, ProductId, ReservationId, Sku, Timestamp};
use futures_util::FutureExt;
use memory::Store;

use super::spot;
use crate::client::Client;
use crate::limits::sizes;
use crate::protocols::Request;
use crate::sale::Sale;
use crate::table::{Effect, Item, Read, Write, write_units};
use crate::virtual_time::lock;

/// The ports of one invocation.
pub(super) struct Tables<'a> {
    pub(super) sale: &'a Sale,
    pub(super) skus: &'a [Sku],
    pub(super) store: &'a Store,
    pub(super) requests: &'a Mutex<HashMap<ReservationId, Request>>,
    pub(super) indexed: &'a Mutex<HashSet<PageKey>>,
    pub(super) client: &'a Client,
}

/// The store answers at once: what takes time is the table's business.
pub(super) fn at_once<T, E: From<Failure>>(answer: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    answer.now_or_never().unwrap_or_else(|| Err(Failure::Unavailable.into()))
}

/// A write that was refused costs what it cost, and commits nothing.
pub(super) fn effect<T, E>(answer: Result<T, E>) -> Effect<Result<T, E>> {
    if answer.is_ok() { Effect::Written(answer) } else { Effect::Refused(answer) }
}

impl Tables<'_> {
    /// A write of a page, and of its place in the sweeper's index where that is new.
    pub(super) fn page(&self, page: &PageKey) -> Write {
        let write = Write::of(Item::of(&("page", page)), write_units(sizes::PAGE));
        if lock(self.indexed).contains(page) { write } else { write.indexed(index(page)) }
    }

    /// Tells the sale that units of a page are held.
    fn took(&self, reservation: &ReservationId, planned: &PlannedHold) {
        if lock(self.indexed).insert(planned.page.clone()) {
            self.client.table.write_index(index(&planned.page));
        }
        let key = lock(self.requests).get(reservation).map(|request| request.key);
        if let Some(key) = key {
            self.sale.took(key, spot(self.skus, &planned.page), planned.quantity);
            self.sale.held(key, planned.quantity);
        }
    }

    fn gave_back(&self, reservation: &ReservationId, page: &PageKey, units: u32) {
        let key = lock(self.requests).get(reservation).map(|request| request.key);
        if let Some(key) = key {
            self.sale.let_go(key, units);
            self.sale.gave_back(spot(self.skus, page), units);
        }
    }
}

/// The part of the sweeper's index that has a page.
pub(super) fn index(page: &PageKey) -> Item {
    Item::of(&("sweep", page.number % SWEEP_SHARDS))
}

fn reservation(id: &ReservationId) -> Item {
    Item::of(&("reservation", id))
}

/// A write of a reservation.
pub(super) fn reservation_write(written: &Reservation) -> Write {
    let bytes = sizes::RESERVATION + written.lines.len() * sizes::LINE + written.tried.len() * sizes::TRIED;
    Write::of(reservation(&written.id), write_units(bytes))
}

pub(super) fn limit(claim: &LimitClaim) -> Write {
    Write::of(Item::of(&("limit", &claim.sku, &claim.customer)), 1)
}

#[async_trait]
impl Catalog for Tables<'_> {
    async fn list(
        &self,
        category: Option<&str>,
        limit: u32,
        after: Option<&Cursor>,
    ) -> Result<Listing<Product>, Failure> {
        self.store.list(category, limit, after).await
    }

    async fn product(&self, id: &ProductId) -> Result<Option<Product>, Failure> {
        self.store.product(id).await
    }

    async fn products_of(&self, skus: &[Sku]) -> Result<Vec<Product>, Failure> {
        let items = skus.iter().map(|sku| Item::of(&("sku", sku))).collect();
        let read = Read::eventual(items, sizes::PRODUCT);
        self.client.read(&read, || at_once(self.store.products_of(skus))).await?
    }
}

#[async_trait]
impl Reservations for Tables<'_> {
    async fn reservation(&self, id: &ReservationId) -> Result<Option<Reservation>, Failure> {
        let read = Read::consistent(vec![reservation(id)], sizes::RESERVATION);
        self.client.read(&read, || at_once(self.store.reservation(id))).await?
    }
}

#[async_trait]
impl ReservationBook for Tables<'_> {
    async fn plan(&self, next: &Reservation, seen: Option<&Reservation>) -> Result<(), PlanError> {
        let plan = || effect(at_once(self.store.plan(next, seen)));
        self.client.write(&reservation_write(next), plan).await?
    }

    async fn reserve(&self, next: &Reservation, seen: Option<&Reservation>) -> Result<(), ReserveError> {
        let mut writes = vec![reservation_write(next)];
        writes.extend(next.holds.iter().map(|planned| self.page(&planned.page)));
        writes.extend(next.claims().map(|claim| limit(&claim)));
        let reserve = || {
            let answer = at_once(self.store.reserve(next, seen));
            if answer.is_ok() {
                next.holds.iter().for_each(|planned| self.took(&next.id, planned));
            }
            effect(answer)
        };
        self.client.transact(&writes, reserve).await?
    }
}

#[async_trait]
impl ReservationCloser for Tables<'_> {
    async fn close(&self, closed: &Reservation) -> Result<Reservation, CloseError> {
        let close = || effect(at_once(self.store.close(closed)));
        self.client.write(&reservation_write(closed), close).await?
    }
}

#[async_trait]
impl Orders for Tables<'_> {
    async fn order(&self, id: &OrderId) -> Result<Option<Order>, Failure> {
        let read = Read::consistent(vec![Item::of(&("order", id))], sizes::RESERVATION);
        self.client.read(&read, || at_once(self.store.order(id))).await?
    }
}

#[async_trait]
impl Holds for Tables<'_> {
    async fn hold(
        &self,
        reservation: &ReservationId,
        planned: &PlannedHold,
        expires_at: Timestamp,
    ) -> Result<Idempotent<u32>, HoldError> {
        let hold = || {
            let answer = at_once(self.store.hold(reservation, planned, expires_at));
            if matches!(answer, Ok(Idempotent::Executed(_))) {
                self.took(reservation, planned);
            }
            effect(answer)
        };
        self.client.write(&self.page(&planned.page), hold).await?
    }

    async fn free(
        &self,
        page: &PageKey,
        reservation: &ReservationId,
        seen: Hold,
    ) -> Result<Idempotent<u32>, Failure> {
        let free = || {
            let answer = at_once(self.store.free(page, reservation, seen));
            if matches!(answer, Ok(Idempotent::Executed(_))) {
                self.gave_back(reservation, page, seen.quantity());
            }
            effect(answer)
        };
        self.client.write(&self.page(page), free).await?
    }
}

#[async_trait]
impl Limits for Tables<'_> {
    async fn claim(&self, claim: &LimitClaim) -> Result<Idempotent<()>, ClaimError> {
        self.client.write(&limit(claim), || effect(at_once(self.store.claim(claim)))).await?
    }

    async fn give_back(&self, claim: &LimitClaim) -> Result<Idempotent<()>, Failure> {
        self.client.write(&limit(claim), || effect(at_once(self.store.give_back(claim)))).await?
    }
}
