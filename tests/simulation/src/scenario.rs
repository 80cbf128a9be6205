//! What shoppers do in a run, and how much there is to buy.

use std::sync::Arc;
use std::time::Duration;

use application::Reconciliations;
use application::put_on_sale::{self, put_on_sale};
use domain::catalog::{Availability, LowStock, Product, Variant};
use domain::payment::GatewayName;
use domain::stock::Units;
use domain::{Money, Sku, Timestamp};
use futures_util::FutureExt;
use memory::{ManualClock, SeededChance, Store};

use crate::shopper::Shopper;
use crate::simulation::Work;
use crate::world::{BEGIN, World};

mod acting; // shoppers who come back from their bank with a result
mod ailing; // a gateway that is ill for a while
mod buying; // one shopper, and what payments do
mod disputing; // shoppers who demand their money back over the shop's head
mod ending; // orders that are cancelled, and money that goes back
mod late; // whoever comes when all is quiet
mod limits; // customers who may have no more than so many
mod listing; // what the gateways list, and what nobody told of
mod racing; // several, or one with several clients
mod resolving; // what only a person at the gateway can find out
mod reviewing; // payments that a person must see, or that the shop refuses
mod supply; // goods that come and go during a sale
mod surging; // many pages, to the last unit
mod telling; // a gateway that tells of its objects by itself

/// Units of each SKU and who comes for them.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// The word after `--scenario`.
    pub name: &'static str,
    shirts: i64,
    scarves: i64,
    hold_seconds: u64,
    /// How many shirts a customer may have.
    limit: Option<u32>,
    /// The same while there are few.
    low_limit: Option<u32>,
    /// How long Stripe is ill, from the beginning on.
    ill_seconds: u64,
    /// Whether what the gateways list is compared with the ledgers.
    reconciles: bool,
    shoppers: fn(&Crowd) -> Vec<Work>,
}

/// Makes the shoppers of a scenario.
struct Crowd {
    world: Arc<World>,
    hold_time: Duration,
}

/// The SKU of which there are few.
const SHIRT: &str = "SHIRT-M";
/// The SKU of which there are more.
const SCARF: &str = "SCARF";

/// A scenario with the usual stock.
const fn of(name: &'static str, shoppers: fn(&Crowd) -> Vec<Work>) -> Scenario {
    let (limit, low_limit) = (None, None);
    Scenario {
        name,
        shirts: 3,
        scarves: 15,
        hold_seconds: 600,
        limit,
        low_limit,
        ill_seconds: 0,
        reconciles: false,
        shoppers,
    }
}

impl core::fmt::Debug for Scenario {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(self.name)
    }
}

impl Scenario {
    /// Those in which the gateway tells of its objects by itself. They stand beside [`Scenario::ALL`], whose number
    /// decides which seed plays what, and are played by name.
    pub const TOLD: [Self; 3] = [
        of("told", telling::told),
        of("told-of-trouble", telling::told_of_trouble),
        of("breaks-its-word", telling::breaks_its_word),
    ];

    /// Those in which a gateway is ill for a while, beside the others in the same way.
    pub const ILL: [Self; 1] = [Self { shirts: 12, ill_seconds: 120, ..of("gateway-ill", ailing::ails) }];

    /// Those in which the fraud rules object, which stand beside [`Scenario::ALL`] too.
    pub const SCREENED: [Self; 6] = [
        Self { shirts: 30, ..of("review-approved", reviewing::approved) },
        Self { shirts: 30, ..of("review-refused", reviewing::refused) },
        Self { shirts: 30, ..of("review-lapsed", reviewing::lapsed) },
        Self { shirts: 30, ..of("review-cancelled", reviewing::cancelled) },
        of("card-testing", reviewing::card_testing),
        of("gateway-at-risk", reviewing::at_risk),
    ];

    /// Those in which units come back to the shop, which stand beside [`Scenario::ALL`] too.
    pub const RETURNED: [Self; 2] = [
        of("returned", ending::returned),
        Self { limit: Some(2), ..of("returned-and-bought-again", ending::returns_and_buys_again) },
    ];

    /// Those in which a person finds out what nobody here can, which stand beside [`Scenario::ALL`] too.
    pub const RESOLVED: [Self; 5] = [
        of("resolved-captured", resolving::captured),
        of("resolved-voided", resolving::voided),
        of("resolved-refund", resolving::refused),
        of("resolved-webhooks", resolving::quarantined),
        Self { reconciles: true, ..of("resolved-differences", resolving::differing) },
    ];

    /// Those in which shoppers come back from their bank with a result, in the same way.
    pub const ACTED: [Self; 6] = [
        of("adyen-three-d-secure", acting::proves),
        of("adyen-three-d-secure-used-up", acting::used_up),
        of("adyen-three-d-secure-late", acting::comes_late),
        of("adyen-three-d-secure-failed", acting::fails),
        of("adyen-three-d-secure-abandoned", acting::never_comes),
        of("cancel-adyen-three-d-secure", acting::cancels),
    ];

    /// Those in which payments are disputed, in the same way.
    pub const DISPUTED: [Self; 4] = [
        of("disputed", disputing::paid),
        of("disputed-while-refunding", disputing::refunded),
        of("disputed-and-cancelled", disputing::cancelled),
        of("disputed-orphans", disputing::orphaned),
    ];

    /// Those in which what the gateways list is compared with the ledgers, which stand beside [`Scenario::ALL`] too.
    pub const RECONCILED: [Self; 3] = [
        Self { reconciles: true, ..of("listed", listing::listed) },
        Self { reconciles: true, ..of("listed-orphans", listing::orphans) },
        Self { reconciles: true, ..of("listed-strangers", listing::strangers) },
    ];

    /// Every other scenario.
    pub const ALL: [Self; 54] = [
        of("single-line", buying::single_line),
        of("cart", buying::cart),
        of("cart-given-up", buying::cart_given_up),
        of("cart-forgotten", buying::cart_forgotten),
        of("declined-then-another", buying::declined_then_another),
        of("declined-and-left", buying::declined_and_left),
        of("stolen", buying::stolen),
        of("unknown-charged", buying::unknown_charged),
        of("unknown-not-charged", buying::unknown_not_charged),
        of("three-d-secure", buying::three_d_secure),
        of("three-d-secure-late", buying::three_d_secure_late),
        of("three-d-secure-failed", buying::three_d_secure_failed),
        of("three-d-secure-abandoned", buying::three_d_secure_abandoned),
        Self { shirts: 1, ..of("last-unit", racing::last_unit) },
        Self { hold_seconds: 120, ..of("expiry-and-checkout", racing::expiry_and_checkout) },
        of("release-and-checkout", racing::release_and_checkout),
        of("two-checkouts", racing::two_checkouts),
        of("two-carts-one-key", racing::two_carts_one_key),
        of("double", racing::double),
        of("eightfold", racing::eightfold),
        Self { shirts: 2, ..of("crowd", racing::crowd) },
        Self { shirts: 34, ..of("drop", surging::drop) },
        Self { shirts: 12, hold_seconds: 120, ..of("end-game", surging::end_game) },
        Self { shirts: 12, ..of("remnants", surging::remnants) },
        Self { shirts: 12, ..of("comes-back", surging::comes_back) },
        Self { shirts: 12, hold_seconds: 120, ..of("forgotten", surging::forgotten) },
        Self { shirts: 12, hold_seconds: 90, ..of("one-key-many-pages", surging::one_key_many_pages) },
        Self { shirts: 2, hold_seconds: 90, ..of("one-key-last-units", surging::one_key_last_units) },
        Self { shirts: 1, hold_seconds: 25, ..of("short-holds", surging::short_holds) },
        Self { shirts: 12, scarves: 12, ..of("opposite-carts", surging::opposite_carts) },
        Self { limit: Some(2), ..of("limit-two-carts", limits::two_carts) },
        Self { limit: Some(2), hold_seconds: 90, ..of("limit-forgotten", limits::forgotten) },
        Self { limit: Some(2), hold_seconds: 90, ..of("limit-deadline", limits::deadline) },
        Self { limit: Some(2), ..of("limit-paid", limits::paid) },
        Self { limit: Some(2), ..of("limit-cancelled", limits::cancelled) },
        Self { limit: Some(2), shirts: 12, low_limit: Some(1), ..of("limit-many-pages", limits::many_pages) },
        of("cancel-at-once", ending::at_once),
        of("cancel-paid", ending::paid),
        of("cancel-declined", ending::declined),
        of("cancel-unknown-charged", ending::unknown_charged),
        of("cancel-unknown-not-charged", ending::unknown_not_charged),
        of("cancel-three-d-secure", ending::three_d_secure),
        of("cancel-paypal", ending::paypal),
        Self { shirts: 1, limit: Some(1), ..of("cancel-and-buy-again", ending::buys_again) },
        of("refund-parts", ending::parts),
        of("refund-and-cancel", ending::refund_and_cancel),
        Self { shirts: 1, ..of("receipt", supply::receipt) },
        Self { shirts: 12, ..of("write-off", supply::write_off) },
        Self { shirts: 12, ..of("count", supply::count) },
        of("declined-then-paypal", buying::declined_then_paypal),
        of("paypal", buying::paypal),
        of("adyen", buying::adyen),
        of("adyen-unknown", buying::adyen_unknown),
        of("cancel-adyen", ending::adyen),
    ];

    /// Every scenario there is.
    pub fn every() -> impl Iterator<Item = Self> {
        let told = Self::TOLD.into_iter().chain(Self::DISPUTED).chain(Self::RECONCILED).chain(Self::ACTED);
        let by_people = Self::SCREENED.into_iter().chain(Self::RESOLVED).chain(Self::RETURNED);
        Self::ALL.into_iter().chain(told).chain(Self::ILL).chain(by_people)
    }

    /// The scenario of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::every().find(|scenario| scenario.name == name)
    }

    /// Until when Stripe is ill.
    pub(crate) fn ill_until(&self) -> Timestamp {
        BEGIN.plus(Duration::from_secs(self.ill_seconds))
    }

    /// Whether what the gateways list is compared with the ledgers.
    pub(crate) const fn reconciles(&self) -> bool {
        self.reconciles
    }

    /// Puts units on sale, before anything can go wrong.
    pub(crate) fn open(&self, store: &Store) {
        let (clock, chance) = (ManualClock::at(BEGIN), SeededChance::new(0));
        let (clock, chance) = (&clock, &chance);
        let ports = put_on_sale::Ports { catalog: store, keeper: store, stock: store, clock, chance };
        let products = [
            (SHIRT, self.shirts, 8_900, self.limit, self.low_limit),
            (SCARF, self.scarves, 2_500, None, None),
        ];
        for (sku, units, price, limit, low_limit) in products {
            let made =
                product(sku, price, limit, low_limit).zip(sku.parse().ok().zip(Units::parse(units).ok()));
            if let Some((product, stock)) = made {
                let stock: [(Sku, Units); 1] = [stock];
                let _opened = put_on_sale(&ports, &product, &stock).now_or_never();
            }
        }
        if self.reconciles {
            let _begun = store.advance(GatewayName::Stripe, None, BEGIN).now_or_never();
        }
    }

    /// Whoever comes when all is quiet.
    pub(crate) fn late_shopper(&self, world: &Arc<World>) -> Work {
        late::comes(self.crowd(world), self.limit, self.low_limit)
    }

    pub(crate) fn shoppers(&self, world: &Arc<World>) -> Vec<Work> {
        (self.shoppers)(&self.crowd(world))
    }

    fn crowd(&self, world: &Arc<World>) -> Crowd {
        Crowd { world: Arc::clone(world), hold_time: Duration::from_secs(self.hold_seconds) }
    }
}

impl Crowd {
    fn shopper(&self, name: &'static str) -> Shopper {
        Shopper { world: Arc::clone(&self.world), name, copies: 1, hold_time: self.hold_time }
    }
}

fn product(sku: &str, price: i64, limit: Option<u32>, low_limit: Option<u32>) -> Option<Product> {
    let variant = Variant {
        sku: sku.parse().ok()?,
        attributes: Default::default(),
        price: Money::new(price, "EUR".parse().ok()?).ok()?,
        limit_per_customer: limit,
        on_sale_from: None,
        low_stock: LowStock { at: Availability::LOW, limit_per_customer: low_limit },
    };
    Some(Product {
        id: sku.parse().ok()?,
        name: sku.to_owned(),
        category: "fans".to_owned(),
        brand: None,
        description: None,
        images: Vec::new(),
        variants: vec![variant],
    })
}
