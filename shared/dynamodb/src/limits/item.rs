use std::collections::BTreeMap;

use application::Failure;
use domain::ReservationId;
use domain::stock::CustomerLimit;

use crate::attribute::{Fields, Item};
use crate::keys;

/// A claim as the value of its attribute. One claim has one spelling: comparing it is the condition of its end.
pub(crate) fn claim_value(quantity: u32, turn: u32) -> String {
    format!("{quantity} {turn}")
}

fn parse_claim(value: &str) -> Option<(u32, u32)> {
    let (quantity, turn) = value.split_once(' ')?;
    let (quantity, turn) = (quantity.parse().ok()?, turn.parse().ok()?);
    (claim_value(quantity, turn) == value).then_some((quantity, turn))
}

pub(crate) fn read_limit(item: &Item) -> Result<CustomerLimit, Failure> {
    let fields = Fields(item);
    Ok(CustomerLimit {
        sku: fields.parsed("sku")?,
        customer: fields.parsed("customer")?,
        units: fields.number("units")?,
        claims: read_claims(item)?,
    })
}

fn read_claims(item: &Item) -> Result<BTreeMap<ReservationId, (u32, u32)>, Failure> {
    let mut claims = BTreeMap::new();
    for (name, value) in item {
        if let Some(owner) = keys::claim_owner(name) {
            let value = value.as_s().ok().and_then(|value| parse_claim(value));
            claims.insert(owner?, value.ok_or(Failure::Unreadable("claim"))?);
        }
    }
    Ok(claims)
}
