//! What shoppers do in a run, and how much there is to buy.

use std::sync::Arc;
use std::time::Duration;

use application::Reconciliations;
use application::put_on_sale::{self, put_on_sale};
use domain::catalog::{LowStock, Product, Variant};
use domain::payment::GatewayName;
use domain::stock::Units;
use domain::{Money, Timestamp};
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
    /// How long after the run begins the shirts are on sale.
    sale_begins_seconds: u64,
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
    sale_begins: Timestamp,
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
        sale_begins_seconds: 0,
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
    /// Those in which the gateways tell of their objects by themselves.
    pub const TOLD: [Self; 4] = [
        of("told", telling::told),
        of("told-of-trouble", telling::told_of_trouble),
        of("breaks-its-word", telling::breaks_its_word),
        Self { shirts: 4, ..of("every-gateway-breaks-its-word", telling::every_gateway_breaks_its_word) },
    ];

    /// Those in which a gateway is ill for a while.
    pub const ILL: [Self; 1] = [Self { shirts: 12, ill_seconds: 120, ..of("gateway-ill", ailing::ails) }];

    /// Those in which the fraud rules object.
    pub const SCREENED: [Self; 6] = [
        Self { shirts: 30, ..of("review-approved", reviewing::approved) },
        Self { shirts: 30, ..of("review-refused", reviewing::refused) },
        Self { shirts: 30, ..of("review-lapsed", reviewing::lapsed) },
        Self { shirts: 30, ..of("review-cancelled", reviewing::cancelled) },
        of("card-testing", reviewing::card_testing),
        of("gateway-at-risk", reviewing::at_risk),
    ];

    /// Those in which units come back to the shop.
    pub const RETURNED: [Self; 2] = [
        of("returned", ending::returned),
        Self { limit: Some(2), ..of("returned-and-bought-again", ending::returns_and_buys_again) },
    ];

    /// Those in which a person finds out what nobody here can.
    pub const RESOLVED: [Self; 5] = [
        of("resolved-captured", resolving::captured),
        of("resolved-voided", resolving::voided),
        of("resolved-refund", resolving::refused),
        of("resolved-webhooks", resolving::quarantined),
        Self { reconciles: true, ..of("resolved-differences", resolving::differing) },
    ];

    /// Those in which shoppers come back from their bank with a result.
    pub const ACTED: [Self; 6] = [
        of("adyen-three-d-secure", acting::proves),
        of("adyen-three-d-secure-used-up", acting::used_up),
        of("adyen-three-d-secure-late", acting::comes_late),
        of("adyen-three-d-secure-failed", acting::fails),
        of("adyen-three-d-secure-abandoned", acting::never_comes),
        of("cancel-adyen-three-d-secure", acting::cancels),
    ];

    /// Those in which payments are disputed.
    pub const DISPUTED: [Self; 4] = [
        of("disputed", disputing::paid),
        of("disputed-while-refunding", disputing::refunded),
        of("disputed-and-cancelled", disputing::cancelled),
        of("disputed-orphans", disputing::orphaned),
    ];

    /// Those in which what the gateways list is compared with the ledgers.
    pub const RECONCILED: [Self; 4] = [
        Self { reconciles: true, ..of("listed", listing::listed) },
        Self { reconciles: true, ..of("listed-orphans", listing::orphans) },
        Self { reconciles: true, ..of("listed-strangers", listing::strangers) },
        Self { reconciles: true, ..of("listed-disputes", disputing::listed) },
    ];

    /// Purchases, limits and supply, with nobody from outside.
    pub const USUAL: [Self; 57] = [
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
        Self { shirts: 12, hold_seconds: 90, ..of("watched", surging::watched) },
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
        Self { sale_begins_seconds: 60, ..of("before-the-sale", racing::before_the_sale) },
        of("declined-then-paypal", buying::declined_then_paypal),
        of("three-gateways", buying::three_gateways),
        of("paypal", buying::paypal),
        of("adyen", buying::adyen),
        of("adyen-unknown", buying::adyen_unknown),
        of("cancel-adyen", ending::adyen),
    ];

    /// Every scenario there is.
    pub fn every() -> impl Iterator<Item = Self> + Clone {
        let told = Self::TOLD.into_iter().chain(Self::DISPUTED).chain(Self::RECONCILED).chain(Self::ACTED);
        let by_people = Self::SCREENED.into_iter().chain(Self::RESOLVED).chain(Self::RETURNED);
        Self::USUAL.into_iter().chain(told).chain(Self::ILL).chain(by_people)
    }

    /// The one of these whose turn it is with a seed.
    pub(crate) fn in_turn(mut scenarios: impl Iterator<Item = Self> + Clone, seed: u64) -> Self {
        let count = u64::try_from(scenarios.clone().count()).unwrap_or(1).max(1);
        let turn = usize::try_from(seed.wrapping_rem(count)).unwrap_or_default();
        scenarios.nth(turn).unwrap_or(Self::USUAL[0])
    }

    /// The scenario of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::every().find(|scenario| scenario.name == name)
    }

    /// When the shirts are on sale, where that is not at once.
    fn sale_begins(&self) -> Option<Timestamp> {
        let after = Duration::from_secs(self.sale_begins_seconds);
        (!after.is_zero()).then(|| BEGIN.plus(after))
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
        let shirt = variant(SHIRT, 8_900).map(|plain| Variant {
            limit_per_customer: self.limit,
            low_stock: LowStock { limit_per_customer: self.low_limit, ..plain.low_stock },
            on_sale_from: self.sale_begins(),
            ..plain
        });
        for (variant, units) in [(shirt, self.shirts), (variant(SCARF, 2_500), self.scarves)] {
            let made = variant.zip(Units::parse(units).ok()).and_then(|(variant, units)| {
                let stock = (variant.sku.clone(), units);
                Some((product(variant)?, stock))
            });
            if let Some((product, stock)) = made {
                let _opened = put_on_sale(&ports, &product, &[stock]).now_or_never();
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
        let hold_time = Duration::from_secs(self.hold_seconds);
        Crowd { world: Arc::clone(world), hold_time, sale_begins: self.sale_begins().unwrap_or(BEGIN) }
    }
}

impl Crowd {
    fn shopper(&self, name: &'static str) -> Shopper {
        Shopper { world: Arc::clone(&self.world), name, copies: 1, hold_time: self.hold_time }
    }
}

fn variant(sku: &str, price: i64) -> Option<Variant> {
    Some(Variant {
        sku: sku.parse().ok()?,
        attributes: Default::default(),
        price: Money::new(price, "EUR".parse().ok()?).ok()?,
        limit_per_customer: None,
        on_sale_from: None,
        low_stock: LowStock::default(),
    })
}

/// A product of which there is one variant.
fn product(variant: Variant) -> Option<Product> {
    Some(Product {
        id: variant.sku.as_str().parse().ok()?,
        name: variant.sku.to_string(),
        category: "fans".to_owned(),
        brand: None,
        description: None,
        images: Vec::new(),
        variants: vec![variant],
    })
}
