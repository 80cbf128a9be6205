use application::{ClaimError, Failure, HoldError, Holds, Limits};
use async_trait::async_trait;
use domain::stock::{Hold, LimitClaim, PageKey, PlannedHold};
use domain::{Idempotent, ReservationId, Timestamp};

use super::Invocation;
use crate::conduct::Conduct;

#[async_trait]
impl Holds for Invocation {
    async fn hold(
        &self,
        reservation: &ReservationId,
        planned: &PlannedHold,
        expires_at: Timestamp,
    ) -> Result<Idempotent<u32>, HoldError> {
        let (by, id, own) = (self.by, reservation.clone(), planned.clone());
        let of = OnPage(reservation, &planned.page, planned.quantity);
        self.write_or_late("hold", &of, move |conduct| conduct.hold(by, &id, &own, expires_at)).await
    }

    async fn free(
        &self,
        page: &PageKey,
        reservation: &ReservationId,
        seen: Hold,
    ) -> Result<Idempotent<u32>, Failure> {
        let of = OnPage(reservation, page, seen.quantity());
        let free = |conduct: &dyn Conduct| {
            let freed = conduct.free(self.by, page, reservation, seen);
            self.world.desk().checker.freed(self.by, (reservation, page, seen), &freed);
            freed
        };
        self.write("free", &of, free).await
    }
}

#[async_trait]
impl Limits for Invocation {
    async fn claim(&self, claim: &LimitClaim) -> Result<Idempotent<()>, ClaimError> {
        let (by, own) = (self.by, claim.clone());
        self.write_or_late("claim", &Claimed(claim), move |conduct| conduct.claim(by, &own)).await
    }

    async fn give_back(&self, claim: &LimitClaim) -> Result<Idempotent<()>, Failure> {
        let of = Claimed(claim);
        self.write("give back claim", &of, |conduct| conduct.give_back(self.by, claim)).await
    }
}

/// A hold in the trace.
struct OnPage<'a>(&'a ReservationId, &'a PageKey, u32);

impl core::fmt::Display for OnPage<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self(reservation, page, quantity) = self;
        write!(formatter, "{quantity} on page {} of {} for {reservation}", page.number, page.sku)
    }
}

/// A claim in the trace.
struct Claimed<'a>(&'a LimitClaim);

impl core::fmt::Display for Claimed<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let LimitClaim { sku, reservation, turn, quantity, .. } = self.0;
        write!(formatter, "{quantity} of {sku} for {reservation}, turn {turn}")
    }
}
