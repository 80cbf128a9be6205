use std::collections::BTreeMap;

use crate::{Caller, Idempotent, ReservationId, Sku};

/// What one customer has of one SKU that is limited per customer, unpaid units included.
///
/// Adapters rebuild it from storage; everybody else moves it by its transitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerLimit {
    /// The SKU.
    pub sku: Sku,
    /// The customer.
    pub customer: Caller,
    /// Units of all claims.
    pub units: u32,
    /// Units and turn of each claim, by its reservation.
    pub claims: BTreeMap<ReservationId, (u32, u32)>,
}

/// Some units that a reservation counts against its customer's limit.
///
/// The reservation's turn is part of the claim: whoever takes a reservation over claims anew, so that the one before,
/// giving up late, cannot take away what its successor relies on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitClaim {
    /// The SKU.
    pub sku: Sku,
    /// The customer.
    pub customer: Caller,
    /// The reservation.
    pub reservation: ReservationId,
    /// Its turn.
    pub turn: u32,
    /// Units.
    pub quantity: u32,
    /// How many the customer may have in all.
    pub limit: u32,
}

/// The customer would have more than the limit allows, or the reservation's claim of another turn stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the customer has {} of SKU {} already", standing.units, standing.sku)]
pub struct LimitReached {
    /// What stands.
    pub standing: CustomerLimit,
}

impl CustomerLimit {
    /// Nothing yet.
    pub const fn none(sku: Sku, customer: Caller) -> Self {
        Self { sku, customer, units: 0, claims: BTreeMap::new() }
    }

    /// Counts a reservation's units.
    ///
    /// # Errors
    /// Refuses what would be more than the limit, and a second claim of a reservation in another turn.
    pub fn claim(mut self, claim: &LimitClaim) -> Result<Idempotent<Self>, LimitReached> {
        let value = (claim.quantity, claim.turn);
        let units = self.units.saturating_add(claim.quantity);
        match self.claims.get(&claim.reservation) {
            Some(earlier) if *earlier == value => Ok(Idempotent::AlreadyApplied(self)),
            None if units <= claim.limit => {
                self.units = units;
                self.claims.insert(claim.reservation.clone(), value);
                Ok(Idempotent::Executed(self))
            }
            Some(_) | None => Err(LimitReached { standing: self }),
        }
    }

    /// Gives a claim back, if it still is exactly this one.
    pub fn give_back(mut self, claim: &LimitClaim) -> Idempotent<Self> {
        if self.claims.get(&claim.reservation) != Some(&(claim.quantity, claim.turn)) {
            return Idempotent::AlreadyApplied(self);
        }
        self.claims.remove(&claim.reservation);
        self.units = self.units.saturating_sub(claim.quantity);
        Idempotent::Executed(self)
    }

    /// The claims that stand, each as its reservation made it. They are compared and never raised, so they carry
    /// no limit of their own.
    pub fn standing(&self) -> impl Iterator<Item = LimitClaim> {
        self.claims.iter().map(|(reservation, (quantity, turn))| LimitClaim {
            sku: self.sku.clone(),
            customer: self.customer.clone(),
            reservation: reservation.clone(),
            turn: *turn,
            quantity: *quantity,
            limit: 0,
        })
    }
}
