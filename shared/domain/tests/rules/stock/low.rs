use std::collections::BTreeMap;
use std::time::Duration;

use domain::catalog::{Availability, LowStock, Variant};
use proptest::prelude::*;

use crate::samples::{NOON, price, sku};

fn variant(always: Option<u32>, low: Option<u32>) -> Variant {
    Variant {
        sku: sku("shirt"),
        attributes: BTreeMap::new(),
        price: price(1_999),
        limit_per_customer: always,
        on_sale_from: None,
        low_stock: LowStock { at: 5, limit_per_customer: low },
    }
}

proptest! {
    #[test]
    fn the_band_of_some_units_is_low_from_the_number_that_the_sku_names(units in 0..40_u32, low_at in 0..40_u32) {
        let band = Availability::of(units, low_at);
        prop_assert_eq!(band == Availability::SoldOut, units == 0);
        prop_assert_eq!(band == Availability::Low, units > 0 && units <= low_at);
        prop_assert_eq!(band == Availability::InStock, units > low_at);
    }

    #[test]
    fn a_limit_for_few_units_never_lets_anybody_have_more(
        always in proptest::option::of(1..9_u32),
        low in proptest::option::of(1..9_u32),
    ) {
        let variant = variant(always, low);
        prop_assert_eq!(variant.limit(Availability::InStock), always);
        for band in [Availability::Low, Availability::SoldOut] {
            let limit = variant.limit(band);
            prop_assert_eq!(limit, [always, low].into_iter().flatten().min());
        }
    }
}

#[test]
fn a_sku_that_names_nothing_is_low_from_ten_units_down_and_limits_nobody() {
    let low = LowStock::default();
    assert_eq!((low.at, low.limit_per_customer), (10, None));
    assert_eq!(variant(None, None).limit(Availability::Low), None);
}

#[test]
fn a_sale_begins_at_its_time_and_not_before() {
    let drop = Variant { on_sale_from: Some(NOON), ..variant(None, None) };
    assert!(!drop.is_on_sale(NOON.minus(Duration::from_millis(1))));
    assert!(drop.is_on_sale(NOON));
    assert!(variant(None, None).is_on_sale(NOON));
}

#[test]
fn a_band_is_found_by_its_name() {
    for band in Availability::ALL {
        assert_eq!(Availability::named(band.as_str()), Some(band));
    }
    assert_eq!(Availability::named("plenty"), None);
}
