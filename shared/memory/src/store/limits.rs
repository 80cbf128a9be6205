use application::{ClaimError, Failure, Limits};
use async_trait::async_trait;
use domain::stock::{CustomerLimit, LimitClaim};
use domain::{Caller, Idempotent, Sku};

use super::{Records, Store};

#[async_trait]
impl Limits for Store {
    async fn claim(&self, claim: &LimitClaim) -> Result<Idempotent<()>, ClaimError> {
        let mut records = self.lock();
        match records.limit_of(claim).claim(claim)? {
            Idempotent::Executed(limit) => {
                records.write_limit(limit);
                Ok(Idempotent::Executed(()))
            }
            Idempotent::AlreadyApplied(_) => Ok(Idempotent::AlreadyApplied(())),
        }
    }

    async fn give_back(&self, claim: &LimitClaim) -> Result<Idempotent<()>, Failure> {
        let mut records = self.lock();
        match records.limit_of(claim).give_back(claim) {
            Idempotent::Executed(limit) => {
                records.write_limit(limit);
                Ok(Idempotent::Executed(()))
            }
            Idempotent::AlreadyApplied(_) => Ok(Idempotent::AlreadyApplied(())),
        }
    }
}

impl Records {
    /// What the customer of a claim has of its SKU.
    pub(super) fn limit_of(&self, claim: &LimitClaim) -> CustomerLimit {
        let none = || CustomerLimit::none(claim.sku.clone(), claim.customer.clone());
        self.limits.get(&place(&claim.sku, &claim.customer)).cloned().unwrap_or_else(none)
    }

    /// Whether a claim stands exactly as it was made.
    pub(super) fn stands(&self, claim: &LimitClaim) -> bool {
        let limit = self.limits.get(&place(&claim.sku, &claim.customer));
        let claimed = limit.and_then(|limit| limit.claims.get(&claim.reservation));
        claimed == Some(&(claim.quantity, claim.turn))
    }

    pub(super) fn write_limit(&mut self, limit: CustomerLimit) {
        self.changed();
        self.limits.insert(place(&limit.sku, &limit.customer), limit);
    }
}

fn place(sku: &Sku, customer: &Caller) -> (Sku, Caller) {
    (sku.clone(), customer.clone())
}
