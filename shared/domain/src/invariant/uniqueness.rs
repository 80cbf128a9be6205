use std::collections::BTreeMap;

use super::index::Index;
use super::{Invariant, Violation};
use crate::order::Order;
use crate::reservation::{Reservation, ReservationState};
use crate::{OrderId, ReservationId};

pub(super) fn check(index: &Index<'_>) -> Vec<Violation> {
    let mut orders_of: BTreeMap<&ReservationId, Vec<&OrderId>> = BTreeMap::new();
    for record in &index.books.orders {
        orders_of.entry(&record.order.reservation_id).or_default().push(&record.order.id);
    }
    let several = orders_of
        .iter()
        .filter(|(_, orders)| orders.len() > 1)
        .map(|(reservation, orders)| violation(reservation, format!("it became several orders: {orders:?}")));
    let orders = index.orders.values().filter_map(|order| check_order(index, order));
    let reservations =
        index.books.reservations.iter().filter_map(|reservation| check_reservation(index, reservation));
    several.chain(orders).chain(reservations).collect()
}

/// An order is its reservation's, and sells exactly what that held.
fn check_order(index: &Index<'_>, order: &Order) -> Option<Violation> {
    let reservation = index.reservations.get(&order.reservation_id);
    let same = reservation.is_some_and(|reservation| {
        reservation.state == ReservationState::Ordered(order.id.clone())
            && (&reservation.caller, &reservation.lines, &reservation.totals, &reservation.holds)
                == (&order.caller, &order.lines, &order.totals, &order.holds)
    });
    (!same).then(|| violation(&order.id, format!("its reservation {} is not its own", order.reservation_id)))
}

fn check_reservation(index: &Index<'_>, reservation: &Reservation) -> Option<Violation> {
    let order = reservation.order_id()?;
    let named_back = index.orders.get(order).is_some_and(|order| order.reservation_id == reservation.id);
    (!named_back)
        .then(|| violation(&reservation.id, format!("order {order}, which it became, is not its own")))
}

fn violation(subject: impl core::fmt::Display, detail: String) -> Violation {
    Violation::new(Invariant::OneAnswer, subject, detail)
}
