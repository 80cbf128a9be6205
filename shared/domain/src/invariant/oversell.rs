use std::collections::BTreeMap;

use super::index::Index;
use super::supply::place;
use super::{Invariant, Violation};
use crate::order::OrderState;
use crate::reservation::{Reservation, ReservationState};
use crate::stock::{Hold, PageKey, PlannedHold, StockPage, units_by_sku};
use crate::{ReservationId, Sku};

/// What a reservation's hold may be on its page.
enum Expected {
    /// The units are set aside, exactly so.
    Exactly(Hold),
    /// The same, or nothing: the reservation is written before its holds, and ended before they are freed. Where the
    /// units went to an order's shopper or back on sale, a write that comes late may set others aside until their
    /// deadline. A hold from an earlier plan may stand there too.
    ExactlyOrGone(Hold),
}

pub(super) fn check(index: &Index<'_>) -> Vec<Violation> {
    let mut found: Vec<Violation> = Vec::new();
    found.extend(index.supplies.keys().filter_map(|sku| check_sku(index, sku)));
    found.extend(
        index.books.reservations.iter().flat_map(|reservation| check_reservation(index, reservation)),
    );
    found.extend(index.pages.values().flat_map(|page| check_holds(index, page)));
    found.extend(check_sold(index));
    found
}

/// Units sold or held are at most the units that were put on sale.
fn check_sku(index: &Index<'_>, sku: &Sku) -> Option<Violation> {
    let taken: u64 = index
        .pages_of(sku)
        .map(|page| u64::from(page.sold).saturating_add(u64::from(page.held_units())))
        .sum();
    let on_sale = index.supplies.get(sku).map_or(0, |supply| supply.units());
    (taken > on_sale)
        .then(|| violation(sku, format!("{taken} units are sold or held, and {on_sale} were put on sale")))
}

/// What a reservation promises is set aside on its pages for as long as it is promised.
fn check_reservation(index: &Index<'_>, reservation: &Reservation) -> Vec<Violation> {
    let mut found = Vec::new();
    let planned = units_by_sku(reservation.holds.iter().map(|hold| (&hold.page.sku, hold.quantity)));
    let promised = units_by_sku(reservation.lines.iter().map(|line| (&line.sku, line.quantity.units())));
    if planned != promised {
        found.push(violation(
            &reservation.id,
            format!("its lines are {promised:?}, and its holds are {planned:?}"),
        ));
    }
    for hold in &reservation.holds {
        let actual = index.pages.get(&hold.page).and_then(|page| page.holds.get(&reservation.id)).copied();
        let fits = match expected(index, reservation, hold) {
            Expected::Exactly(hold) => actual == Some(hold),
            Expected::ExactlyOrGone(expected) => {
                let mut stray = reservation.stray().filter(|(planned, _)| planned.page == hold.page);
                actual.is_none_or(|actual| actual == expected || stray.any(|(_, stray)| stray == actual))
            }
        };
        if !fits {
            let state = &reservation.state;
            let detail = format!("it is {state:?}, and its hold on {} is {actual:?}", place(&hold.page));
            found.push(violation(&reservation.id, detail));
        }
    }
    found
}

fn expected(index: &Index<'_>, reservation: &Reservation, hold: &PlannedHold) -> Expected {
    match &reservation.state {
        ReservationState::Open
        | ReservationState::Released
        | ReservationState::Expired
        | ReservationState::Refused => Expected::ExactlyOrGone(hold.held(reservation.expires_at)),
        ReservationState::Ordered(order) => match index.orders.get(order).map(|order| order.state) {
            None | Some(OrderState::PendingPayment) => Expected::Exactly(hold.paying()),
            Some(OrderState::PaymentFailed { retry_until }) => Expected::Exactly(hold.held(retry_until)),
            Some(OrderState::Paid { .. } | OrderState::Cancelled { .. }) => {
                Expected::ExactlyOrGone(hold.held(reservation.expires_at))
            }
        },
    }
}

/// Every hold on a page was planned by its reservation: as it stands, or on a page that refused it before, where a
/// late write may have left exactly that hold until its deadline.
fn check_holds(index: &Index<'_>, page: &StockPage) -> Vec<Violation> {
    let is_planned = |id: &ReservationId, hold: &Hold| {
        index.reservations.get(id).is_some_and(|reservation| {
            let mut planned = reservation.holds.iter().filter(|planned| planned.page == page.key);
            let mut stray = reservation.stray().filter(|(planned, _)| planned.page == page.key);
            planned.any(|planned| planned.quantity == hold.quantity())
                || stray.any(|(_, stray)| stray == *hold)
        })
    };
    let strays = page.holds.iter().filter(|(id, hold)| !is_planned(id, hold));
    let unplanned = |(id, hold): (&ReservationId, &Hold)| {
        violation(place(&page.key), format!("reservation {id} did not plan its {hold:?}"))
    };
    strays.map(unplanned).collect()
}

/// The units sold on a page are those that paid orders took from it: each once, and no others.
fn check_sold(index: &Index<'_>) -> Vec<Violation> {
    let mut paid: BTreeMap<&PageKey, u64> = BTreeMap::new();
    let orders = index.orders.values().filter(|order| matches!(order.state, OrderState::Paid { .. }));
    for hold in orders.clone().flat_map(|order| &order.holds) {
        let units = paid.entry(&hold.page).or_default();
        *units = units.saturating_add(u64::from(hold.quantity));
    }
    for unit in orders.flat_map(|order| order.returned_units()) {
        let units = paid.entry(&unit.page).or_default();
        *units = units.saturating_sub(u64::from(unit.quantity));
    }
    let missing = paid.keys().filter(|key| !index.pages.contains_key(*key)).map(|key| (*key, 0));
    let sold = index.pages.iter().map(|(key, page)| (*key, u64::from(page.sold)));
    let differs = |(key, sold): (&PageKey, u64)| {
        let paid = paid.get(key).copied().unwrap_or_default();
        (sold != paid)
            .then(|| violation(place(key), format!("{sold} units are sold, and {paid} were paid for")))
    };
    sold.chain(missing).filter_map(differs).collect()
}

fn violation(subject: impl core::fmt::Display, detail: String) -> Violation {
    Violation::new(Invariant::NoOversell, subject, detail)
}
