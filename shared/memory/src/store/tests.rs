use std::time::Duration;

use application::capture_payment::{self, capture_payment};
use application::checkout::{self, PlaceOrder, checkout};
use application::create_reservation::{self, Cart, CartLine, CreateReservation, create_reservation};
use application::expire_reservation::{self, expire_reservation, finish};
use application::put_on_sale::{self, put_on_sale};
use application::{Bands, Breaker, Budget, CircuitsSeen, Clock, Gateways, Offers, Orders, Shelf, Subject};
use domain::catalog::{LowStock, Variant};
use domain::invariant;
use domain::order::{Address, Checkout, Contact, OrderState};
use domain::payment::{Decline, Outcome, PaymentMethod, Retry};
use domain::stock::Units;
use domain::{Caller, Fingerprint, Money, Quantity, RequestKey};

use super::*;
use crate::{ManualClock, Queues, ScriptedGateway, SeededChance};

struct Shop {
    store: Store,
    clock: ManualClock,
    queues: Queues,
    gateway: ScriptedGateway,
    relayed: usize,
}

impl Shop {
    async fn open() -> Self {
        let shop = Self {
            store: Store::default(),
            clock: ManualClock::at(Timestamp::from_millis(1_790_000_000_000)),
            queues: Queues::default(),
            gateway: ScriptedGateway::default(),
            relayed: 0,
        };
        let ports = put_on_sale::Ports {
            catalog: &shop.store,
            keeper: &shop.store,
            stock: &shop.store,
            clock: &shop.clock,
            chance: &SeededChance::new(1),
        };
        let twelve = Units::parse(12).unwrap();
        put_on_sale(&ports, &shirt(), &[("SHIRT-M".parse().unwrap(), twelve)]).await.unwrap();
        shop
    }

    async fn reserve(&self, units: i64) -> Reservation {
        let ports = create_reservation::Ports {
            catalog: &self.store,
            offers: &Offers::default(),
            stock: &self.store,
            shelf: &Shelf::default(),
            bands: &Bands::default(),
            reservations: &self.store,
            closer: &self.store,
            orders: &self.store,
            holds: &self.store,
            limits: &self.store,
            clock: &self.clock,
            chance: &SeededChance::new(1),
        };
        let line = CartLine {
            sku: "SHIRT-M".parse().unwrap(),
            quantity: Quantity::parse(units).unwrap(),
            unit_price: None,
        };
        let command = CreateReservation {
            request: request("reserve"),
            cart: Cart::new(vec![line], None).unwrap(),
            hold_time: Duration::from_secs(600),
        };
        create_reservation(&ports, &command).await.unwrap().into_inner()
    }

    async fn check_out(&self, reservation: &Reservation) -> Order {
        let ports = checkout::Ports { reservations: &self.store, orders: &self.store, clock: &self.clock };
        let command = PlaceOrder {
            reservation_id: reservation.id.clone(),
            expected_total: reservation.totals.total,
            checkout: terms(),
        };
        checkout(&ports, &command).await.unwrap().into_inner()
    }

    /// The relay, and then every worker whose message has arrived.
    async fn run(&mut self) {
        let commits = self.store.commits_from(self.relayed);
        self.relayed += commits.len();
        let wake_ups: Vec<_> = commits.iter().filter_map(Commit::wake_up).collect();
        application::Queues::send(&self.queues, &wake_ups, self.clock.now()).await.unwrap();
        let gateways = Gateways::new(
            Box::new(self.gateway.clone()),
            Box::new(self.gateway.clone()),
            Box::new(self.gateway.clone()),
        );
        for wake_up in self.queues.take_due(self.clock.now()) {
            match wake_up.subject {
                Subject::CapturePayment(id) => {
                    let ports = capture_payment::Ports {
                        orders: &self.store,
                        velocity: &self.store,
                        gateways: &gateways,
                        breaker: Breaker {
                            circuits: &self.store,
                            seen: &CircuitsSeen::default(),
                            clock: &self.clock,
                        },
                        budget: Budget {
                            ends_at: self.clock.now().plus(Duration::from_secs(30)),
                            call_max: Duration::from_secs(6),
                        },
                        clock: &self.clock,
                    };
                    capture_payment(&ports, &id).await.unwrap();
                }
                Subject::ExpireReservation(id) => {
                    let ports = expire_reservation::Ports {
                        reservations: &self.store,
                        holds: &self.store,
                        limits: &self.store,
                        stock: &self.store,
                        orders: &self.store,
                        queues: &self.queues,
                        clock: &self.clock,
                        chance: &SeededChance::new(2),
                    };
                    let ended = expire_reservation(&ports, &id).await.unwrap();
                    assert_eq!(finish(&ports, vec![ended]).await, [Ok(())]);
                }
                Subject::ApplyWebhook(_) => panic!("the gateway told nothing"),
                Subject::StockAlert(_) => {}
            }
        }
        assert_eq!(invariant::check(&self.books()), vec![]);
    }

    fn books(&self) -> Books {
        self.store.books(Some(self.gateway.entries()))
    }

    /// Units on sale, held and sold.
    fn units(&self) -> (u32, u32, u32) {
        let books = self.books();
        let sum = |of: fn(&StockPage) -> u32| books.pages.iter().map(of).sum::<u32>();
        let unopened: u32 = books.openers.iter().map(Opener::units).sum();
        (unopened + sum(|page| page.available), sum(StockPage::held_units), sum(|page| page.sold))
    }
}

fn request(name: &str) -> RequestKey {
    RequestKey { caller: Caller::guest(&[1; 32]), key: format!("{name:-<16}").parse().unwrap() }
}

fn shirt() -> Product {
    let variant = Variant {
        sku: "SHIRT-M".parse().unwrap(),
        attributes: BTreeMap::new(),
        price: Money::new(1_999, "EUR".parse().unwrap()).unwrap(),
        limit_per_customer: None,
        on_sale_from: None,
        low_stock: LowStock::default(),
    };
    Product {
        id: "shirt".parse().unwrap(),
        name: "Shirt".to_owned(),
        category: "shirts".to_owned(),
        brand: None,
        description: None,
        images: vec![],
        variants: vec![variant],
    }
}

fn terms() -> Checkout {
    Checkout {
        request: request("checkout"),
        fingerprint: Fingerprint::of(["checkout"]),
        contact: Contact { email: "kim@example.com".to_owned(), phone: None },
        shipping_address: Address {
            name: "Kim Example".to_owned(),
            line1: "1 Stadium Road".to_owned(),
            line2: None,
            city: "Leipzig".to_owned(),
            postal_code: "04109".to_owned(),
            region: None,
            country: "DE".to_owned(),
        },
        payment_methods: vec![PaymentMethod::Stripe { token: "pm_card".parse().unwrap() }],
        return_url: None,
    }
}

#[tokio::test]
async fn a_shirt_is_held_paid_and_sold() {
    let mut shop = Shop::open().await;
    let reservation = shop.reserve(11).await;
    assert_eq!(shop.units(), (1, 11, 0));
    let order = shop.check_out(&reservation).await;
    shop.run().await;
    let order = shop.store.order(&order.id).await.unwrap().unwrap();
    assert!(matches!(order.state, OrderState::Paid { .. }));
    assert_eq!(shop.units(), (1, 0, 11));
}

#[tokio::test]
async fn a_reservation_that_nobody_pays_goes_back_on_sale() {
    let mut shop = Shop::open().await;
    let _reservation = shop.reserve(3).await;
    shop.run().await;
    assert_eq!(shop.queues.next_due(), Some(shop.clock.now().plus(Duration::from_secs(600))));
    shop.clock.advance(Duration::from_secs(600));
    shop.run().await;
    assert_eq!(shop.units(), (12, 0, 0));
}

#[tokio::test]
async fn a_declined_order_gives_its_units_back_in_the_end() {
    let mut shop = Shop::open().await;
    let declined = Outcome::Declined(Decline { code: "stolen_card".to_owned(), retry: Retry::None });
    shop.gateway.card("pm_card", declined);
    let reservation = shop.reserve(2).await;
    let order = shop.check_out(&reservation).await;
    shop.run().await;
    assert_eq!(shop.units(), (10, 2, 0));
    shop.clock.advance(Duration::from_secs(600));
    shop.run().await;
    let order = shop.store.order(&order.id).await.unwrap().unwrap();
    assert!(matches!(order.state, OrderState::Cancelled { .. }));
    assert_eq!(shop.units(), (12, 0, 0));
}
