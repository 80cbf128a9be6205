use std::collections::{HashMap, HashSet};

use domain::invariant::{Books, Violation, check};
use domain::reservation::{Reservation, ReservationState};
use domain::{ReservationId, Sku, Timestamp};

use crate::protocols::Request;
use crate::records::{Claims, Records};

/// What the store has, by the rules that the simulator and the audit of a shop check too.
pub(super) fn of(books: &Books, skus: &[Sku], requests: &HashMap<ReservationId, Request>) -> Records {
    let mut held = HashMap::new();
    for (_, reservation, units) in holds(books) {
        // A hold of a reservation that nobody asked for is a violation, and its units are leaked.
        if let Some(request) = requests.get(reservation) {
            *held.entry(request.key).or_default() += units;
        }
    }
    Records {
        free: skus.iter().map(|sku| books.free_units(sku)).collect(),
        held,
        claims: None,
        violations: check(books).iter().map(Violation::to_string).collect(),
    }
}

/// A claim is made before its hold and given back after it, so that at rest as many units are counted as are held. Those of
/// a request that failed half way stay until the end of its reservation, which it may still be made again for.
pub(super) fn claims(books: &Books) -> Claims {
    let mut units: HashMap<(&Sku, &ReservationId), (u32, u32)> = HashMap::new();
    for limit in &books.limits {
        for (reservation, (claimed, _turn)) in &limit.claims {
            units.entry((&limit.sku, reservation)).or_default().0 += claimed;
        }
    }
    for (sku, reservation, held) in holds(books) {
        units.entry((sku, reservation)).or_default().1 += held;
    }
    let is_open = |reservation: &&Reservation| reservation.state == ReservationState::Open;
    let open = books.reservations.iter().filter(is_open).map(|reservation| &reservation.id);
    let open: HashSet<&ReservationId> = open.collect();
    let mut claims = Claims::default();
    for ((_, reservation), (claimed, held)) in units {
        let unheld = claimed.saturating_sub(held);
        let beyond = if open.contains(reservation) { &mut claims.waiting } else { &mut claims.left };
        *beyond += unheld;
        claims.missing += held.saturating_sub(claimed);
    }
    claims
}

/// Units in holds whose deadline is over.
pub(super) fn overdue(books: &Books, now: Timestamp) -> u32 {
    let holds = books.pages.iter().flat_map(|page| page.holds.values());
    holds.filter(|hold| hold.is_overdue(now)).map(|hold| hold.quantity()).sum()
}

fn holds(books: &Books) -> impl Iterator<Item = (&Sku, &ReservationId, u32)> {
    let holds = books.pages.iter().flat_map(|page| page.holds.iter().map(move |hold| (&page.key.sku, hold)));
    holds.map(|(sku, (reservation, hold))| (sku, reservation, hold.quantity()))
}
