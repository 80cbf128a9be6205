//! What shoppers do in a run, and how much there is to buy.

use std::sync::Arc;
use std::time::Duration;

use application::put_on_sale::{self, put_on_sale};
use domain::catalog::{Product, Variant};
use domain::{Money, Sku};
use futures_util::FutureExt;
use memory::Store;

use crate::shopper::Shopper;
use crate::simulation::Work;
use crate::world::World;

mod buying; // one shopper, and what payments do
mod racing; // several, or one with several clients

/// Units of each SKU and who comes for them.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// The word after `--scenario`.
    pub name: &'static str,
    shirts: u32,
    scarves: u32,
    hold_seconds: u64,
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
    Scenario { name, shirts: 3, scarves: 15, hold_seconds: 600, shoppers }
}

impl core::fmt::Debug for Scenario {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(self.name)
    }
}

impl Scenario {
    /// Every scenario.
    pub const ALL: [Self; 21] = [
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
    ];

    /// The scenario of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.name == name)
    }

    /// Puts units on sale, before anything can go wrong.
    pub(crate) fn open(&self, store: &Store) {
        let ports = put_on_sale::Ports { catalog: store, stock: store };
        let products = [(SHIRT, self.shirts, 8_900), (SCARF, self.scarves, 2_500)];
        for (sku, units, price) in products {
            let made = sku.parse().ok().zip(product(sku, price));
            if let Some((sku, product)) = made {
                let stock: [(Sku, u32); 1] = [(sku, units)];
                let _opened = put_on_sale(&ports, &product, &stock).now_or_never();
            }
        }
    }

    pub(crate) fn shoppers(&self, world: &Arc<World>) -> Vec<Work> {
        let hold_time = Duration::from_secs(self.hold_seconds);
        (self.shoppers)(&Crowd { world: Arc::clone(world), hold_time })
    }
}

impl Crowd {
    fn shopper(&self, name: &'static str) -> Shopper {
        Shopper { world: Arc::clone(&self.world), name, copies: 1, hold_time: self.hold_time }
    }
}

fn product(sku: &str, price: i64) -> Option<Product> {
    let variant = Variant {
        sku: sku.parse().ok()?,
        attributes: Default::default(),
        price: Money::new(price, "EUR".parse().ok()?).ok()?,
        limit_per_customer: None,
        on_sale_from: None,
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
