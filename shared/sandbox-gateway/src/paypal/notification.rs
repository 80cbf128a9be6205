use serde::Serialize;

use super::answer;
use super::dispute::DisputeBody;
use super::order::{Order, Refund};
use crate::book::Entries;

/// Before the ids of what is told in PayPal's way.
const ID: &str = "WH-";

/// Whether an event in the book is told in PayPal's way.
pub(crate) fn is_id(id: &str) -> bool {
    id.starts_with(ID)
}

/// What happened.
pub(super) enum Told<'a> {
    Approved(&'a Order),
    Authorized(&'a Order),
    Voided(&'a Order),
    Captured(&'a Order),
    /// And what the shop wrote on it.
    Refunded(&'a Refund, &'a str),
    Disputed(DisputeBody<'a>),
    DisputeResolved(DisputeBody<'a>),
}

/// An event (<https://developer.paypal.com/api/webhooks/v1/definitions/event>).
#[derive(Debug, Serialize)]
struct Body<R> {
    id: String,
    event_version: &'static str,
    create_time: String,
    resource_type: &'static str,
    resource_version: &'static str,
    event_type: &'static str,
    resource: R,
}

impl Told<'_> {
    /// Adds the event to what somebody must be told of. It is signed when it is told.
    pub(super) fn add(&self, entries: &Entries<'_>, address: &str) -> rusqlite::Result<()> {
        match self {
            Self::Approved(order) => {
                let shown = answer::order(order, &[], address);
                add(entries, "checkout-order", "CHECKOUT.ORDER.APPROVED", shown)
            }
            Self::Authorized(order) => {
                let shown = answer::told_authorization(order);
                add(entries, "authorization", "PAYMENT.AUTHORIZATION.CREATED", shown)
            }
            Self::Voided(order) => {
                let shown = answer::told_authorization(order);
                add(entries, "authorization", "PAYMENT.AUTHORIZATION.VOIDED", shown)
            }
            Self::Captured(order) => {
                let shown = answer::told_capture(order);
                add(entries, "capture", "PAYMENT.CAPTURE.COMPLETED", shown)
            }
            Self::Refunded(refund, custom_id) => {
                let shown = answer::told_refund(refund, custom_id);
                add(entries, "refund", "PAYMENT.CAPTURE.REFUNDED", shown)
            }
            Self::Disputed(shown) => add(entries, "dispute", "CUSTOMER.DISPUTE.CREATED", shown),
            Self::DisputeResolved(shown) => add(entries, "dispute", "CUSTOMER.DISPUTE.RESOLVED", shown),
        }
    }
}

fn add(
    entries: &Entries<'_>,
    resource_type: &'static str,
    event_type: &'static str,
    resource: impl Serialize,
) -> rusqlite::Result<()> {
    let id = format!("{ID}{}-{}", entries.fresh_paypal_id()?, entries.fresh_paypal_id()?);
    let body = Body {
        id: id.clone(),
        event_version: "1.0",
        create_time: entries.moment()?,
        resource_type,
        resource_version: "2.0",
        event_type,
        resource,
    };
    let body = serde_json::to_string(&body)
        .map_err(|failure| rusqlite::Error::ToSqlConversionFailure(failure.into()))?;
    entries.add_event(&id, &body)
}
