use std::collections::BTreeMap;
use std::time::Duration;

use domain::order::{Order, OrderChange, RefundRequest, ReturnedLine};
use domain::payment::{AttemptRequest, DisputeSeen};
use domain::reservation::{Reservation, ReservationState};
use domain::stock::{Hold, PageKey, StockList, StockPage};
use domain::wake::{Queue, Wake};
use domain::{Fingerprint, Idempotent, Money, OrderId, Quantity, ReservationId, Sku, Timestamp};

use super::any::{Command, Copy, OrderStep, PlanStep, Seen, order_key, page_key, reservation_key};
use crate::samples::{checkout, later, limited, method, product, request, reservation};
use crate::world::World;

mod supplying; // what comes on sale, and where it is looked for

/// What one party, the same in both worlds, knows and believes.
pub(super) struct Party {
    pub(super) now: Timestamp,
    reservations: BTreeMap<ReservationId, Reservation>,
    orders: BTreeMap<OrderId, Order>,
    pages: BTreeMap<PageKey, StockPage>,
    lists: BTreeMap<Sku, StockList>,
}

impl Party {
    pub(super) fn new() -> Self {
        Self {
            now: later(0),
            reservations: BTreeMap::new(),
            orders: BTreeMap::new(),
            pages: BTreeMap::new(),
            lists: BTreeMap::new(),
        }
    }

    pub(super) async fn remember(&mut self, world: &World) {
        let books = world.books().await;
        self.reservations =
            books.reservations.into_iter().map(|stored| (stored.id.clone(), stored)).collect();
        self.orders =
            books.orders.into_iter().map(|record| (record.order.id.clone(), record.order)).collect();
        self.pages = books.pages.into_iter().map(|page| (page.key.clone(), page)).collect();
        let lists = world.stock.lists(&supplying::skus()).await.unwrap();
        self.lists = lists.into_iter().map(|list| (list.sku.clone(), list)).collect();
    }

    pub(super) async fn reservation(&self, world: &World, number: usize, from: Copy) -> Option<Reservation> {
        let id = request(&reservation_key(number)).reservation_id();
        match from {
            Copy::Fresh => world.book.reservation(&id).await.unwrap(),
            Copy::Remembered => self.reservations.get(&id).cloned(),
        }
    }

    pub(super) async fn order(&self, world: &World, number: usize, from: Copy) -> Option<Order> {
        let id = request(&order_key(number)).order_id();
        match from {
            Copy::Fresh => world.ledger.order(&id).await.unwrap(),
            Copy::Remembered => self.orders.get(&id).cloned(),
        }
    }

    /// Runs a command in one world. The answer is text, so that all kinds of answers compare.
    pub(super) async fn run(&self, world: &World, command: &Command) -> String {
        match command {
            Command::Supply(command) => self.supply(world, command).await,
            Command::Plan { number, holds, step, from } => {
                self.plan(world, *number, holds, *step, *from).await
            }
            Command::Reserve { number, holds, seconds, limit } => {
                let wanted = self.wanted(*number, holds, *seconds);
                let wanted = limit.map_or(wanted.clone(), |limit| limited(wanted, limit));
                format!("{:?}", world.book.reserve(&wanted, None).await)
            }
            Command::Hold { number, from } => self.hold(world, *number, *from).await,
            Command::Claim { number, from } => self.claim(world, *number, *from).await,
            Command::GiveBack { number, from } => self.give_back(world, *number, *from).await,
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

    fn wanted(&self, number: usize, holds: &BTreeMap<usize, u32>, seconds: u64) -> Reservation {
        let holds: Vec<(PageKey, u32)> =
            holds.iter().map(|(page, quantity)| (page_key(*page), *quantity)).collect();
        let mut wanted = reservation(&reservation_key(number), &holds);
        wanted.created_at = self.now;
        wanted.expires_at = self.in_seconds(seconds);
        wanted
    }

    /// A plan for the same lines, from whatever pages: of other lines there is no plan.
    async fn plan(
        &self,
        world: &World,
        number: usize,
        holds: &BTreeMap<usize, u32>,
        step: PlanStep,
        from: Copy,
    ) -> String {
        let seen = self.reservation(world, number, from).await;
        let fresh = self.wanted(number, holds, 600);
        let next = match (step, seen.clone()) {
            (PlanStep::First, None) => Some(fresh),
            (PlanStep::Replan, Some(seen)) if seen.state == ReservationState::Open => {
                (asked(&seen) == asked(&fresh)).then(|| seen.replan(fresh.holds)).flatten()
            }
            (PlanStep::TakeOver, Some(seen)) if seen.state == ReservationState::Open => {
                Some(seen.take_over())
            }
            (PlanStep::Refuse, Some(seen)) if self.holds_nothing(world, &seen).await => seen.refuse().ok(),
            (PlanStep::Reopen, Some(seen)) if seen.state == ReservationState::Refused => seen.reopen(fresh),
            _ => None,
        };
        match next {
            Some(next) => format!("{:?}", world.book.plan(&next, seen.as_ref()).await),
            None => "no plan".to_owned(),
        }
    }

    /// As the use case does, a reservation is refused only after its pages refused it.
    async fn holds_nothing(&self, world: &World, seen: &Reservation) -> bool {
        let keys: Vec<PageKey> = seen.holds.iter().map(|planned| planned.page.clone()).collect();
        let pages = world.stock.pages(&keys).await.unwrap();
        pages.iter().all(|page| !page.holds.contains_key(&seen.id))
    }

    /// As the use case does, a single planned page is held of an open reservation whose time is not over.
    async fn hold(&self, world: &World, number: usize, from: Copy) -> String {
        let Some(seen) = self.reservation(world, number, from).await else {
            return "no reservation".to_owned();
        };
        match seen.holds.as_slice() {
            [planned] if seen.state == ReservationState::Open && self.now < seen.expires_at => {
                format!("{:?}", world.holds.hold(&seen.id, planned, seen.expires_at).await)
            }
            _ => "nothing to hold".to_owned(),
        }
    }

    async fn claim(&self, world: &World, number: usize, from: Copy) -> String {
        let Some(seen) = self.reservation(world, number, from).await else {
            return "no reservation".to_owned();
        };
        match seen.claims().next() {
            Some(claim) => format!("{:?}", world.limits.claim(&claim).await),
            None => "no limit".to_owned(),
        }
    }

    /// As the use cases do, claims are given back of a reservation that has ended.
    async fn give_back(&self, world: &World, number: usize, from: Copy) -> String {
        let ended = self.reservation(world, number, from).await.filter(|seen| match seen.state {
            ReservationState::Released | ReservationState::Expired | ReservationState::Refused => true,
            ReservationState::Open | ReservationState::Ordered(_) => false,
        });
        match ended.and_then(|ended| ended.claims().next()) {
            Some(claim) => format!("{:?}", world.limits.give_back(&claim).await),
            None => "nothing to give back".to_owned(),
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
            OrderStep::SubmitActionResult(number) => {
                let result = format!("result-{number}").parse().unwrap();
                anew(order.submit_action_result(result, self.now))
            }
            OrderStep::Cancel => anew(order.cancel(self.now)),
            OrderStep::GiveUp => order.give_up(self.now).ok(),
            OrderStep::Refund { reference, amount, shirts } => {
                let returned = shirts.iter().map(|shirts| ReturnedLine {
                    sku: "shirt".parse().unwrap(),
                    quantity: Quantity::parse((*shirts).into()).unwrap(),
                });
                let request = RefundRequest {
                    reference: format!("claim-{reference}").parse().unwrap(),
                    amount: euros(*amount),
                    returned: returned.collect(),
                };
                anew(order.refund(request, self.now))
            }
            OrderStep::ClaimRefund => order.claim_refund(self.now).ok(),
            OrderStep::RecordRefund(outcome) => order.record_refund(*outcome, self.now).ok(),
            OrderStep::Dispute { reference, amount, decision } => {
                let attempt = order.attempt()?.number;
                let reference = format!("dp_{reference}").parse().unwrap();
                let seen = DisputeSeen { reference, amount: euros(*amount), decision: *decision };
                anew(order.dispute(attempt, &[seen], self.now))
            }
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

/// What a reservation's lines ask for.
fn asked(reservation: &Reservation) -> Vec<(&Sku, u32)> {
    reservation.lines.iter().map(|line| (&line.sku, line.quantity.units())).collect()
}

/// A change that is to be written: what was done before is not.
fn anew<E>(asked: Result<Idempotent<OrderChange>, E>) -> Option<OrderChange> {
    match asked {
        Ok(Idempotent::Executed(change)) => Some(change),
        Ok(Idempotent::AlreadyApplied(_)) | Err(_) => None,
    }
}

fn euros(cents: i64) -> Money {
    Money::new(cents, "EUR".parse().unwrap()).unwrap()
}
