use std::sync::Mutex;

use application::checkout::{self, PlaceOrder, checkout};
use application::release_reservation::{self, ReleaseReservationError, release_reservation};
use application::{
    ChangeError, Failure, OrderLedger, OrderPlacer, Overdue, Queues, SWEEP_SHARDS, Subject, SweepIndex,
    WakeUp,
};
use async_trait::async_trait;
use domain::order::{Address, Checkout, Contact, Order, OrderChange};
use domain::payment::PaymentMethod;
use domain::reservation::Reservation;
use domain::stock::{PageKey, StockPage};
use domain::wake::Wake;
use domain::{Fingerprint, Money, RequestKey, ReservationId, Timestamp};

use super::ports::{Tables, at_once, effect, index, limit, reservation_write};
use crate::limits::sizes;
use crate::table::{Item, Read, Write, write_units};
use crate::virtual_time::lock;

/// Wake-ups for reservations that are over.
#[derive(Default)]
pub(super) struct Woken(Mutex<Vec<ReservationId>>);

impl Woken {
    pub(super) fn into_inner(self) -> Vec<ReservationId> {
        std::mem::take(&mut *lock(&self.0))
    }
}

#[async_trait]
impl Queues for Woken {
    async fn send(&self, wake_ups: &[WakeUp], _now: Timestamp) -> Result<Vec<usize>, Failure> {
        let subjects = wake_ups.iter().map(|wake_up| wake_up.subject.clone());
        lock(&self.0).extend(subjects.filter_map(|subject| match subject {
            Subject::ExpireReservation(id) => Some(id),
            Subject::CapturePayment(_) | Subject::ApplyWebhook(_) | Subject::StockAlert(_) => None,
        }));
        Ok(Vec::new())
    }
}

#[async_trait]
impl OrderPlacer for Tables<'_> {
    /// The reservation, the order with its place in the workers' index, the claims that are checked, and the pages.
    async fn place(&self, ordered: &Reservation, change: &OrderChange) -> Result<(), ChangeError> {
        let shard = change.order.id.as_str().bytes().map(u32::from).sum::<u32>() % SWEEP_SHARDS;
        let due = Item::of(&("wake", shard));
        let order = Write::of(Item::of(&("order", &change.order.id)), write_units(sizes::ORDER)).indexed(due);
        let mut writes = vec![reservation_write(ordered), order];
        writes.extend(ordered.claims().map(|claim| limit(&claim)));
        writes.extend(change.order.holds.iter().map(|planned| self.page(&planned.page)));
        let place = || {
            let answer = at_once(self.store.place(ordered, change));
            if answer.is_ok() {
                self.client.table.write_index(due);
            }
            effect(answer)
        };
        self.client.transact(&writes, place).await?
    }
}

#[async_trait]
impl OrderLedger for Tables<'_> {
    /// Payment is no part of this model.
    async fn record(&self, _change: &OrderChange) -> Result<(), ChangeError> {
        Err(Failure::Unavailable.into())
    }

    async fn postpone(&self, _seen: &Order, _wake: Wake) -> Result<(), ChangeError> {
        Err(Failure::Unavailable.into())
    }
}

#[async_trait]
impl SweepIndex for Tables<'_> {
    async fn pages_due(&self, shard: u32, due: Timestamp) -> Result<Vec<PageKey>, Failure> {
        let bytes = at_once(self.store.pages_due(shard, due))?.len() * sizes::ENTRY;
        let read = Read::eventual(vec![Item::of(&("sweep", shard))], bytes.max(1));
        self.client.read(&read, || at_once(self.store.pages_due(shard, due))).await?
    }

    /// Nobody is late with a payment here.
    async fn overdue(&self, _shard: u32, _due: Timestamp) -> Result<Vec<Overdue>, Failure> {
        Ok(Vec::new())
    }

    async fn postpone_page(&self, seen: &StockPage, next: Option<Timestamp>) -> Result<(), Failure> {
        let entry = index(&seen.key);
        let write = Write::of(Item::of(&("page", &seen.key)), write_units(sizes::PAGE)).indexed(entry);
        let postpone = || {
            // A removal, and a put where it moves.
            (0..=u32::from(next.is_some())).for_each(|_| self.client.table.write_index(entry));
            effect(at_once(self.store.postpone_page(seen, next)))
        };
        self.client.write(&write, postpone).await?
    }
}

/// Gives back what a request holds.
pub(super) async fn release(at: &Tables<'_>, request: &RequestKey) -> Result<(), Failure> {
    let (reservations, holds, limits, stock, orders) = (at, at, at, at, at);
    let ports =
        release_reservation::Ports { reservations, holds, limits, stock, orders, clock: at, chance: at };
    match release_reservation(&ports, &request.caller, &request.reservation_id()).await {
        Ok(()) => Ok(()),
        Err(ReleaseReservationError::Failure(failure)) => Err(failure),
        // Whoever releases here was told of a hold, and does not pay for it.
        Err(ReleaseReservationError::NotFound | ReleaseReservationError::NotHeld) => {
            Err(Failure::Unreadable("a hold that was told of"))
        }
    }
}

/// Checks out under a key of its own, and answers whether it was placed.
pub(super) async fn check_out(at: &Tables<'_>, request: RequestKey, total: Money) -> Option<bool> {
    let id = request.reservation_id();
    let token = "tok_visa".parse().ok()?;
    let command = PlaceOrder {
        reservation_id: id.clone(),
        expected_total: total,
        checkout: Checkout {
            request,
            fingerprint: Fingerprint::of([id.as_str()]),
            contact: Contact { email: "shopper@example.com".to_owned(), phone: None },
            shipping_address: Address {
                name: "Sam Fan".to_owned(),
                line1: "Stadium Road 1".to_owned(),
                line2: None,
                city: "Berlin".to_owned(),
                postal_code: "10115".to_owned(),
                region: None,
                country: "DE".to_owned(),
            },
            payment_methods: vec![PaymentMethod::Stripe { token }],
            return_url: None,
        },
    };
    let ports = checkout::Ports { reservations: at, orders: at, clock: at };
    Some(checkout(&ports, &command).await.is_ok())
}
