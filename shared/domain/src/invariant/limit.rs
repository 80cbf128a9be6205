use std::collections::BTreeMap;

use super::index::Index;
use super::{Invariant, Violation};
use crate::order::OrderState;
use crate::reservation::Reservation;
use crate::stock::{CustomerLimit, LimitClaim};
use crate::{Caller, Sku};

/// A claim that nobody needs any more may stand until it is in the way; a unit that was bought is always claimed.
pub(super) fn check(index: &Index<'_>) -> Vec<Violation> {
    let sums = index.limits.values().filter_map(|limit| check_sum(limit));
    let mut found: Vec<Violation> = sums.collect();
    let mut bought: BTreeMap<(Sku, Caller), (u32, u32)> = BTreeMap::new();
    for claim in index.books.reservations.iter().flat_map(|one| claims_of_bought(index, one)) {
        found.extend(check_claimed(index, &claim));
        let (units, limit) = bought.entry((claim.sku, claim.customer)).or_default();
        *units = units.saturating_add(claim.quantity);
        *limit = claim.limit.max(*limit);
    }
    found.extend(bought.into_iter().filter(|(_, (units, limit))| units > limit).map(
        |((sku, customer), sums)| {
            let (units, limit) = sums;
            violation(&sku, format!("customer {customer} bought {units} of at most {limit}"))
        },
    ));
    found
}

/// What it counts of units that are being paid for or sold.
fn claims_of_bought(index: &Index<'_>, reservation: &Reservation) -> Vec<LimitClaim> {
    let order = reservation.order_id().and_then(|order| index.orders.get(order));
    let is_bought = |claim: &LimitClaim| {
        order.is_some_and(|order| {
            !matches!(order.state, OrderState::Cancelled { .. }) && !order.has_returned_all(&claim.sku)
        })
    };
    reservation.claims().filter(is_bought).collect()
}

fn check_sum(limit: &CustomerLimit) -> Option<Violation> {
    let claimed = limit.claims.values().fold(0_u32, |sum, (units, _)| sum.saturating_add(*units));
    (claimed != limit.units).then(|| {
        let units = limit.units;
        violation(&limit.sku, format!("customer {} has {units} units in claims of {claimed}", limit.customer))
    })
}

fn check_claimed(index: &Index<'_>, claim: &LimitClaim) -> Option<Violation> {
    let limit = index.limits.get(&(&claim.sku, &claim.customer));
    let stands = limit.and_then(|limit| limit.claims.get(&claim.reservation));
    // Its turn may be another: a request that took the reservation over may have died before it claimed anew.
    stands
        .is_none_or(|(quantity, _)| *quantity != claim.quantity)
        .then(|| violation(&claim.sku, format!("reservation {} bought without its claim", claim.reservation)))
}

fn violation(sku: &Sku, detail: String) -> Violation {
    Violation::new(Invariant::LimitKept, sku, detail)
}
