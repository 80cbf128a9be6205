use domain::catalog::{LowStock, Product, Variant};
use domain::stock::Units;
use domain::{Money, Sku};
use futures_util::FutureExt;
use memory::{ManualClock, SeededChance, Store};

use super::OPENING;
use crate::limits::lambda::LIMIT_PER_CUSTOMER;

/// What a unit costs.
pub(super) const PRICE_CENTS: i64 = 8_900;

pub(super) fn euros(cents: i64) -> Option<Money> {
    Money::new(cents, "EUR".parse().ok()?).ok()
}

pub(super) fn product(skus: &[Sku], is_limited: bool) -> Option<Product> {
    let price = euros(PRICE_CENTS)?;
    let variant = |sku: &Sku| Variant {
        sku: sku.clone(),
        attributes: std::collections::BTreeMap::new(),
        price,
        limit_per_customer: is_limited.then_some(LIMIT_PER_CUSTOMER),
        on_sale_from: None,
        low_stock: LowStock::default(),
    };
    Some(Product {
        id: "shirt".parse().ok()?,
        name: "Championship shirt".to_owned(),
        category: "shirts".to_owned(),
        brand: None,
        description: None,
        images: Vec::new(),
        variants: skus.iter().map(variant).collect(),
    })
}

pub(super) fn put_on_sale(store: &Store, product: &Product, units: u32) {
    // Long enough before the opening that nothing is fresh any more.
    let clock = ManualClock::at(OPENING.minus(std::time::Duration::from_secs(3_600)));
    let chance = SeededChance::new(1);
    let (catalog, keeper, stock) = (store, store, store);
    let ports = application::put_on_sale::Ports { catalog, keeper, stock, clock: &clock, chance: &chance };
    let units = Units::parse(units.into());
    let stock: Vec<(Sku, Units)> =
        product.variants.iter().filter_map(|variant| Some((variant.sku.clone(), units.ok()?))).collect();
    let opened = application::put_on_sale::put_on_sale(&ports, product, &stock).now_or_never();
    assert!(matches!(opened, Some(Ok(()))), "the drop opens: {opened:?}");
}
