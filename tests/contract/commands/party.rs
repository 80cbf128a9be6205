use std::collections::BTreeMap;
use std::time::Duration;

use domain::order::{Order, OrderChange};
use domain::payment::AttemptRequest;
use domain::reservation::Reservation;
use domain::stock::{Hold, PageKey, StockPage};
use domain::wake::{Queue, Wake};
use domain::{Fingerprint, OrderId, ReservationId, Timestamp};

use super::any::{
    Command, Copy, ORDERS, OrderStep, PAGES, RESERVATIONS, Seen, order_key, page_key, reservation_key,
};
use crate::samples::{checkout, later, method, product, request, reservation};
use crate::world::{Known, World};

/// What one party, the same in both worlds, knows and believes.
pub(super) struct Party {
    pub(super) now: Timestamp,
    pub(super) known: Known,
    reservations: BTreeMap<ReservationId, Reservation>,
    orders: BTreeMap<OrderId, Order>,
    pages: BTreeMap<PageKey, StockPage>,
}

impl Party {
    pub(super) fn new() -> Self {
        let known = Known {
            skus: ["scarf", "shirt"].map(|sku| sku.parse().unwrap()).to_vec(),
            pages: (0..PAGES).map(page_key).collect(),
            reservations: (0..RESERVATIONS)
                .map(|number| request(&reservation_key(number)).reservation_id())
                .collect(),
            orders: (0..ORDERS).map(|number| request(&order_key(number)).order_id()).collect(),
        };
        Self {
            now: later(0),
            known,
            reservations: BTreeMap::new(),
            orders: BTreeMap::new(),
            pages: BTreeMap::new(),
        }
    }

    pub(super) async fn remember(&mut self, world: &World) {
        let books = world.books(&self.known).await;
        self.reservations =
            books.reservations.into_iter().map(|stored| (stored.id.clone(), stored)).collect();
        self.orders =
            books.orders.into_iter().map(|record| (record.order.id.clone(), record.order)).collect();
        self.pages = books.pages.into_iter().map(|page| (page.key.clone(), page)).collect();
    }

    pub(super) async fn reservation(&self, world: &World, number: usize, from: Copy) -> Option<Reservation> {
        let id = &self.known.reservations[number];
        match from {
            Copy::Fresh => world.book.reservation(id).await.unwrap(),
            Copy::Remembered => self.reservations.get(id).cloned(),
        }
    }

    pub(super) async fn order(&self, world: &World, number: usize, from: Copy) -> Option<Order> {
        let id = &self.known.orders[number];
        match from {
            Copy::Fresh => world.ledger.order(id).await.unwrap(),
            Copy::Remembered => self.orders.get(id).cloned(),
        }
    }

    /// Runs a command in one world. The answer is text, so that all kinds of answers compare.
    pub(super) async fn run(&self, world: &World, command: &Command) -> String {
        match command {
            Command::PutOnSale { page, units } => {
                let full = StockPage::full(page_key(*page), *units);
                format!("{:?}", world.keeper.create_page(&full).await)
            }
            Command::Reserve { number, holds, seconds } => {
                let holds: Vec<(PageKey, u32)> =
                    holds.iter().map(|(page, quantity)| (page_key(*page), *quantity)).collect();
                let mut wanted = reservation(&reservation_key(*number), &holds);
                wanted.created_at = self.now;
                wanted.expires_at = self.now.plus(Duration::from_secs(*seconds));
                format!("{:?}", world.book.reserve(&wanted).await)
            }
            Command::Close { number, by_shopper } => self.close(world, *number, *by_shopper).await,
            Command::Free { number, page, seen } => self.free(world, *number, *page, *seen).await,
            Command::Place { number, order, from } => self.place(world, *number, *order, *from).await,
            Command::Move { order, step, from } => match self.order(world, *order, *from).await {
                Some(order) => match self.change(order, step) {
                    Some(change) => format!("{:?}", world.ledger.record(&change).await),
                    None => "the domain refused".to_owned(),
                },
                None => "no order".to_owned(),
            },
            Command::Postpone { order, seconds, from } => match self.order(world, *order, *from).await {
                Some(order) => {
                    let wake = Wake { queue: Queue::CapturePayment, at: self.in_seconds(*seconds) };
                    format!("{:?}", world.ledger.postpone(&order, wake).await)
                }
                None => "no order".to_owned(),
            },
            Command::PutOffPage { page, seconds, from } => self.put_off(world, *page, *seconds, *from).await,
            Command::PutProduct { id, category, skus } => {
                let skus: Vec<String> = skus.iter().map(|sku| format!("sku-{sku}")).collect();
                let skus: Vec<&str> = skus.iter().map(String::as_str).collect();
                let product = product(&format!("product-{id}"), &format!("category-{category}"), &skus);
                format!("{:?}", world.editor.put(&product).await)
            }
            Command::Remember | Command::TimePasses { .. } => String::new(),
        }
    }

    pub(super) async fn close(&self, world: &World, number: usize, by_shopper: bool) -> String {
        let Some(open) = self.reservation(world, number, Copy::Fresh).await else {
            return "no reservation".to_owned();
        };
        let closed = if by_shopper {
            open.release().map_err(|refused| refused.to_string())
        } else {
            open.expire(self.now).map_err(|refused| refused.to_string())
        };
        match closed {
            Ok(closed) => format!("{:?}", world.closer.close(&closed.into_inner()).await),
            Err(refused) => refused,
        }
    }

    /// As the use cases do, only holds of a closed reservation are freed: those of others are never let go first.
    pub(super) async fn free(&self, world: &World, number: usize, page: usize, seen: Seen) -> String {
        let Some(stored) = self.reservation(world, number, Copy::Fresh).await else {
            return "no reservation".to_owned();
        };
        let key = page_key(page);
        let planned = stored.held().find(|(planned, _)| planned.page == key).map(|(_, hold)| hold);
        let seen = match seen {
            Seen::AsPlanned => planned,
            Seen::AsStored => {
                let pages = world.stock.pages(std::slice::from_ref(&key)).await.unwrap();
                pages.first().and_then(|page| page.holds.get(&stored.id)).copied()
            }
            Seen::Paying(quantity) => Some(Hold::Paying { quantity }),
        };
        let is_closed = stored.clone().release().is_ok_and(|released| released.is_replay());
        match seen.filter(|_| is_closed) {
            Some(seen) => format!("{:?}", world.holds.free(&key, &stored.id, seen).await),
            None => "nothing to free".to_owned(),
        }
    }

    pub(super) async fn place(&self, world: &World, number: usize, order: usize, from: Copy) -> String {
        let Some(open) = self.reservation(world, number, from).await else {
            return "no reservation".to_owned();
        };
        match Order::place(open, checkout(&order_key(order)), self.now) {
            Ok((ordered, change)) => {
                format!("{:?}", world.placer.place(&ordered, &change).await)
            }
            Err(refused) => refused.to_string(),
        }
    }

    pub(super) fn change(&self, order: Order, step: &OrderStep) -> Option<OrderChange> {
        match step {
            OrderStep::Claim(operation) => order.claim(*operation, self.now).ok(),
            OrderStep::Record(outcome) => order.record(outcome.clone(), self.now).ok(),
            OrderStep::LookUp(outcome) => order.record_look_up(outcome.clone(), self.now).ok(),
            OrderStep::Retry(number) => {
                let key = request(&format!("retry-{number}")).key;
                let asked = AttemptRequest { key, fingerprint: Fingerprint::of(["retry"]) };
                order.retry(vec![method("pm_card_amex")], asked, self.now).ok()
            }
            OrderStep::Expire => order.expire(self.now).ok(),
        }
    }

    pub(super) async fn put_off(
        &self,
        world: &World,
        page: usize,
        seconds: Option<u64>,
        from: Copy,
    ) -> String {
        let key = page_key(page);
        let seen = match from {
            Copy::Fresh => world.stock.pages(std::slice::from_ref(&key)).await.unwrap().pop(),
            Copy::Remembered => self.pages.get(&key).cloned(),
        };
        match seen {
            Some(seen) => {
                let next = seconds.map(|seconds| self.in_seconds(seconds));
                format!("{:?}", world.sweep_index.postpone_page(&seen, next).await)
            }
            None => "no page".to_owned(),
        }
    }

    pub(super) fn in_seconds(&self, seconds: u64) -> Timestamp {
        self.now.plus(Duration::from_secs(seconds))
    }
}
