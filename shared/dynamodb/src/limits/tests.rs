use application::{ClaimError, Limits};
use domain::Idempotent;
use domain::stock::LimitClaim;
use proptest::prelude::*;

use super::item;
use crate::attribute::{self, number, text};
use crate::embedded::Embedded;
use crate::keys::Table;
use crate::keys::readme::assert_registered;
use crate::{arbitrary, keys};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_limit_is_read_as_its_claims_were_written(limit in arbitrary::limit()) {
        let mut stored = attribute::item([
            ("sku", text(limit.sku.as_str())),
            ("customer", text(limit.customer.as_str())),
            ("units", number(limit.units)),
        ]);
        for (reservation, (quantity, turn)) in &limit.claims {
            stored.insert(keys::claim(reservation), text(item::claim_value(*quantity, *turn)));
        }
        prop_assert_eq!(item::read_limit(&stored), Ok(limit));
    }
}

fn claim(reservation: &str, quantity: u32, limit: u32) -> LimitClaim {
    LimitClaim {
        sku: "SHIRT-M".parse().unwrap(),
        customer: "customer-1".parse().unwrap(),
        reservation: reservation.parse().unwrap(),
        turn: 1,
        quantity,
        limit,
    }
}

#[tokio::test]
async fn a_customer_has_no_more_than_the_limit_and_each_claim_once() {
    let shop = Embedded::start().await;
    let limits = shop.orders();
    let first = claim("first", 2, 3);
    assert_eq!(limits.claim(&first).await, Ok(Idempotent::Executed(())));
    assert_eq!(limits.claim(&first).await, Ok(Idempotent::AlreadyApplied(())));
    let key = keys::limit(&first.sku, &first.customer);
    assert_registered(&shop.item(Table::Orders, key).await.unwrap(), "limit#");

    let Err(ClaimError::Reached(reached)) = limits.claim(&claim("second", 2, 3)).await else { panic!() };
    assert_eq!((reached.standing.units, reached.standing.claims.len()), (2, 1));
    assert_eq!(limits.claim(&claim("second", 1, 3)).await, Ok(Idempotent::Executed(())));

    // Whoever took a reservation over claims anew, and the one before cannot give that back.
    let later = LimitClaim { turn: 2, ..first.clone() };
    assert_eq!(limits.give_back(&later).await, Ok(Idempotent::AlreadyApplied(())));
    assert!(matches!(limits.claim(&later).await, Err(ClaimError::Reached(_))));
    assert_eq!(limits.give_back(&first).await, Ok(Idempotent::Executed(())));
    assert_eq!(limits.give_back(&first).await, Ok(Idempotent::AlreadyApplied(())));
    assert_eq!(limits.claim(&later).await, Ok(Idempotent::Executed(())));
}

#[tokio::test]
async fn more_units_than_the_limit_do_not_fit_where_there_are_none_either() {
    let limits = Embedded::start().await.orders();
    for _ in 0..2 {
        let Err(ClaimError::Reached(reached)) = limits.claim(&claim("greedy", 3, 2)).await else { panic!() };
        assert_eq!(reached.standing.units, 0);
    }
}
