use std::time::Duration;

use application::add_payment_method::{self, AddPaymentMethod, AddPaymentMethodError};
use application::checkout::{self, CheckoutError, PlaceOrder};
use application::create_reservation::{self, Cart, CartLine, CreateReservation, CreateReservationError};
use application::receive_stock::MoveStockError;
use application::release_reservation::{self, ReleaseReservationError};
use application::{Bands, Failure, Offers, Shelf, get_order};
use domain::order::{Address, Checkout, Contact, Order, OrderState};
use domain::payment::{AttemptRequest, AttemptState, PaymentMethod};
use domain::reservation::Reservation;
use domain::{Caller, Fingerprint, OrderId, Quantity, RequestKey};

use crate::world::World;

pub(crate) const HOLD_TIME: Duration = Duration::from_secs(10 * 60);

/// How often a client sends the same request at the most.
const REQUESTS_MAX: u32 = 8;

/// A client that sends its request again, under the same key, while the shop has no answer for it. It meets an instance
/// of the shop of its own.
pub(crate) struct Shopper<'a> {
    world: &'a World,
    caller: Caller,
    shelf: Shelf,
    bands: Bands,
    offers: Offers,
}

/// An error of a use case, as a client sees it.
pub(crate) trait Refusal {
    /// Whether it is worth the same request again: the world broke, and no rule said no.
    fn is_passing(&self) -> bool;
}

impl Refusal for Failure {
    fn is_passing(&self) -> bool {
        match self {
            Self::Unavailable | Self::Throttled | Self::OutcomeUnknown => true,
            Self::Unreadable(_) => false,
        }
    }
}

/// An error with its failure in a variant of that name.
macro_rules! refusal {
    ($($error:ty),*) => {$(
        impl Refusal for $error {
            fn is_passing(&self) -> bool {
                matches!(self, Self::Failure(failure) if failure.is_passing())
            }
        }
    )*};
}

refusal!(
    AddPaymentMethodError,
    CheckoutError,
    CreateReservationError,
    MoveStockError,
    ReleaseReservationError
);

impl<'a> Shopper<'a> {
    pub(crate) fn new(world: &'a World, number: u8) -> Self {
        Self::of(world, Caller::guest(&[number; 32]))
    }

    /// Somebody who signed in.
    pub(crate) fn customer(world: &'a World, name: &str) -> Self {
        Self::of(world, Caller::customer("https://sign-in.example", name))
    }

    fn of(world: &'a World, caller: Caller) -> Self {
        let (shelf, bands, offers) = <(Shelf, Bands, Offers)>::default();
        Self { world, caller, shelf, bands, offers }
    }

    fn request(&self, key: &str) -> RequestKey {
        RequestKey { caller: self.caller.clone(), key: format!("{key:-<16}").parse().unwrap() }
    }

    pub(crate) async fn insist<T, E: Refusal>(
        &self,
        request: impl AsyncFn() -> Result<T, E>,
    ) -> Result<T, E> {
        for _ in 0..REQUESTS_MAX {
            match request().await {
                Err(error) if error.is_passing() => self.world.clock.advance(Duration::from_secs(1)),
                answer => return answer,
            }
        }
        panic!("the shop has no answer for the same request, {REQUESTS_MAX} times over");
    }

    /// Holds units, or is refused.
    pub(crate) async fn try_hold(
        &self,
        lines: &[(&str, u32)],
    ) -> Result<Reservation, CreateReservationError> {
        self.try_hold_under("hold", lines).await
    }

    /// Holds units under a key of its own, or is refused.
    pub(crate) async fn try_hold_under(
        &self,
        key: &str,
        lines: &[(&str, u32)],
    ) -> Result<Reservation, CreateReservationError> {
        let line = |(sku, units): &(&str, u32)| CartLine {
            sku: sku.parse().unwrap(),
            quantity: Quantity::parse(i64::from(*units)).unwrap(),
            unit_price: None,
        };
        let command = CreateReservation {
            request: self.request(key),
            cart: Cart::new(lines.iter().map(line).collect(), None).unwrap(),
            hold_time: HOLD_TIME,
        };
        let ports = create_reservation::Ports {
            catalog: &self.world.catalog,
            offers: &self.offers,
            stock: &self.world.purchases,
            shelf: &self.shelf,
            bands: &self.bands,
            reservations: &self.world.purchases,
            closer: &self.world.orders,
            orders: &self.world.orders,
            holds: &self.world.stock,
            limits: &self.world.orders,
            clock: &self.world.clock,
            chance: &self.world.chance,
        };
        let held =
            self.insist(async || create_reservation::create_reservation(&ports, &command).await).await?;
        Ok(held.into_inner())
    }

    pub(crate) async fn hold(&self, lines: &[(&str, u32)]) -> Reservation {
        self.try_hold(lines).await.unwrap()
    }

    pub(crate) async fn check_out(&self, reservation: &Reservation, token: &str) -> Order {
        let command = PlaceOrder {
            reservation_id: reservation.id.clone(),
            expected_total: reservation.totals.total,
            checkout: Checkout {
                request: self.request("check-out"),
                fingerprint: Fingerprint::of([reservation.id.as_str(), token]),
                contact: Contact { email: "kim@example.com".to_owned(), phone: None },
                shipping_address: address(),
                payment_methods: vec![method(token)],
                return_url: None,
            },
        };
        let ports = checkout::Ports {
            reservations: &self.world.purchases,
            orders: &self.world.purchases,
            clock: &self.world.clock,
        };
        self.insist(async || checkout::checkout(&ports, &command).await).await.unwrap().into_inner()
    }

    pub(crate) async fn release(&self, reservation: &Reservation) {
        let ports = release_reservation::Ports {
            reservations: &self.world.orders,
            holds: &self.world.stock,
            limits: &self.world.orders,
            stock: &self.world.purchases,
            orders: &self.world.orders,
            clock: &self.world.clock,
            chance: &self.world.chance,
        };
        let release =
            async || release_reservation::release_reservation(&ports, &self.caller, &reservation.id).await;
        self.insist(release).await.unwrap();
    }

    pub(crate) async fn pay_with(&self, order: &OrderId, token: &str) {
        let command = AddPaymentMethod {
            caller: self.caller.clone(),
            order_id: order.clone(),
            request: AttemptRequest {
                key: self.request("pay-with").key,
                fingerprint: Fingerprint::of([token]),
            },
            payment_methods: vec![method(token)],
        };
        let ports = add_payment_method::Ports { orders: &self.world.purchases, clock: &self.world.clock };
        let add = async || add_payment_method::add_payment_method(&ports, &command).await;
        let _order = self.insist(add).await.unwrap();
    }

    /// Looks at the order again and again while a payment is in flight.
    pub(crate) async fn watch(&self, order: &OrderId) -> Order {
        self.world.deliver().await;
        loop {
            let look = async || get_order::get_order(&self.world.orders, &self.caller, order).await;
            let seen = self.insist(look).await.unwrap().unwrap();
            if seen.state != OrderState::PendingPayment {
                return seen;
            }
            assert!(self.world.wait().await, "nobody will ever look at the order again: {seen:?}");
        }
    }

    /// Looks at the order until the shopper must act at the gateway.
    pub(crate) async fn watch_for_action(&self, order: &OrderId) {
        self.world.deliver().await;
        while !self.must_act(order).await {
            assert!(self.world.wait().await, "the gateway never asks the shopper to act");
        }
    }

    async fn must_act(&self, order: &OrderId) -> bool {
        let look = async || get_order::get_order(&self.world.orders, &self.caller, order).await;
        let seen = self.insist(look).await.unwrap().unwrap();
        matches!(seen.attempt().unwrap().state, AttemptState::RequiresAction { .. })
    }
}

fn method(token: &str) -> PaymentMethod {
    PaymentMethod::Stripe { token: token.parse().unwrap() }
}

fn address() -> Address {
    Address {
        name: "Kim Example".to_owned(),
        line1: "1 Stadium Road".to_owned(),
        line2: None,
        city: "Leipzig".to_owned(),
        postal_code: "04109".to_owned(),
        region: None,
        country: "DE".to_owned(),
    }
}
