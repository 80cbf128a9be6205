use application::{ClaimError, Failure, Limits};
use async_trait::async_trait;
use domain::Idempotent;
use domain::stock::{CustomerLimit, LimitClaim};

use crate::attribute::{Item, number, text};
use crate::statement::{Condition, Statement};
use crate::write::{self, Verdict};
use crate::{OrdersTable, keys};

pub(crate) mod item; // limits and claims as items

#[cfg(test)]
mod tests;

/// The condition of a claim: the reservation has none yet, and the customer has so few units that they fit.
pub(crate) const CLAIM_IF: &str =
    "attribute_not_exists(#claim) AND (attribute_not_exists(#units) OR #units <= :most)";
/// The same for more units than the limit is: they do not fit where there are none either.
const CLAIM_NEVER: &str = "attribute_not_exists(#claim) AND #units < :zero";
const CLAIM: &str = "SET #sku = :sku, #customer = :customer, #units = if_not_exists(#units, :zero) + :quantity, \
                     #claim = :claim";

/// The condition under which a claim is given back, and of everything that relies on it: it is exactly this one.
pub(crate) const CLAIMED: &str = "#claim = :claim";
const GIVE_BACK: &str = "SET #units = #units - :quantity REMOVE #claim";

#[async_trait]
impl Limits for OrdersTable {
    async fn claim(&self, claim: &LimitClaim) -> Result<Idempotent<()>, ClaimError> {
        let key = keys::limit(&claim.sku, &claim.customer);
        let statement = || self::claim(claim);
        match write::update(&self.client, "claim", &self.table, &key, statement).await? {
            Verdict::Written(_) => Ok(Idempotent::Executed(())),
            Verdict::Refused(limit) => match standing(claim, limit.as_ref())?.claim(claim)? {
                Idempotent::AlreadyApplied(_) => Ok(Idempotent::AlreadyApplied(())),
                // The condition says what the rule says, so that it would not have refused.
                Idempotent::Executed(_) => Err(Failure::Unreadable("units").into()),
            },
        }
    }

    /// Mirrors [`CustomerLimit::give_back`].
    async fn give_back(&self, claim: &LimitClaim) -> Result<Idempotent<()>, Failure> {
        let statement = || {
            Statement::new(GIVE_BACK, CLAIMED)
                .name("units")
                .name_as("#claim", keys::claim(&claim.reservation))
                .value("quantity", number(claim.quantity))
                .value("claim", text(item::claim_value(claim.quantity, claim.turn)))
        };
        let key = keys::limit(&claim.sku, &claim.customer);
        match write::update(&self.client, "give_back", &self.table, &key, statement).await? {
            Verdict::Written(_) => Ok(Idempotent::Executed(())),
            Verdict::Refused(_) => Ok(Idempotent::AlreadyApplied(())),
        }
    }
}

/// Mirrors [`CustomerLimit::claim`].
pub(crate) fn claim(claim: &LimitClaim) -> Statement {
    let statement = match claim.limit.checked_sub(claim.quantity) {
        Some(most) => Statement::new(CLAIM, CLAIM_IF).value("most", number(most)),
        None => Statement::new(CLAIM, CLAIM_NEVER),
    };
    statement
        .name("sku")
        .name("customer")
        .name("units")
        .name_as("#claim", keys::claim(&claim.reservation))
        .value("sku", text(claim.sku.as_str()))
        .value("customer", text(claim.customer.as_str()))
        .value("zero", number(0))
        .value("quantity", number(claim.quantity))
        .value("claim", text(item::claim_value(claim.quantity, claim.turn)))
        .explaining()
}

/// That a claim stands, exactly as it was made.
pub(crate) fn claimed(claim: &LimitClaim) -> Condition {
    Condition::new(CLAIMED)
        .name_as("#claim", keys::claim(&claim.reservation))
        .value("claim", text(item::claim_value(claim.quantity, claim.turn)))
}

/// What the customer has, as a refused claim was answered.
pub(crate) fn standing(claim: &LimitClaim, limit: Option<&Item>) -> Result<CustomerLimit, Failure> {
    let none = || Ok(CustomerLimit::none(claim.sku.clone(), claim.customer.clone()));
    limit.map_or_else(none, item::read_limit)
}
