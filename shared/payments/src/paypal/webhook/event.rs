use application::Failure;
use domain::Timestamp;
use domain::payment::{GatewayName, GatewayReference};
use domain::webhook::{Event, EventKey, Mode};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::paypal::wire::Link;
use crate::reference;

/// The kinds that are about what the shop opens (<https://developer.paypal.com/api/rest/webhooks/event-names>).
const FOLLOWED: [&str; 3] = ["CHECKOUT.ORDER.", "PAYMENT.AUTHORIZATION.", "PAYMENT.CAPTURE."];

/// An event (<https://developer.paypal.com/api/webhooks/v1/definitions/event>), in the few fields that the shop keeps.
/// The rest of it is full of what concerns persons, and PayPal can be asked for it.
#[derive(Debug, Deserialize)]
struct Body {
    id: String,
    event_type: String,
    create_time: String,
    resource: Resource,
}

/// An order, or an authorization, a capture or a refund of one.
#[derive(Debug, Deserialize)]
struct Resource {
    id: Option<String>,
    custom_id: Option<String>,
    invoice_id: Option<String>,
    #[serde(default)]
    purchase_units: Vec<Unit>,
    supplementary_data: Option<SupplementaryData>,
    #[serde(default)]
    links: Vec<Link>,
}

#[derive(Debug, Deserialize)]
struct Unit {
    invoice_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct SupplementaryData {
    related_ids: Option<RelatedIds>,
}

#[derive(Debug, Deserialize)]
struct RelatedIds {
    order_id: Option<String>,
}

/// Reads an authentic event; none where it is not about an order of PayPal's, which is all that the shop opens.
pub(super) fn read(bytes: &[u8], mode: Mode) -> Result<Option<Event>, Failure> {
    let body: Body = serde_json::from_slice(bytes).map_err(|_| unreadable("an event of PayPal"))?;
    let (kind, resource) = (body.event_type, body.resource);
    let is_followed = FOLLOWED.iter().any(|followed| kind.starts_with(followed));
    let Some(order) = resource.order(&kind).filter(|_| is_followed) else {
        tracing::warn!(?kind, "PayPal tells of something that the shop does not follow");
        return Ok(None);
    };
    let invoice = resource.invoice();
    let payment = invoice.map(|invoice| reference::refund(invoice).map_or(invoice, |(payment, _)| payment));
    Ok(Some(Event {
        key: EventKey {
            gateway: GatewayName::PayPal,
            id: body.id.parse().map_err(|_| unreadable("an event's id"))?,
        },
        kind: kind.parse().map_err(|_| unreadable("an event's kind"))?,
        reference: order,
        purpose: payment.and_then(reference::purpose),
        mode,
        created_at: moment(&body.create_time).ok_or_else(|| unreadable("an event's time"))?,
        fact: None,
    }))
}

impl Resource {
    /// What the shop called the payment or the refund.
    fn invoice(&self) -> Option<&str> {
        let of_unit = || self.purchase_units.first()?.invoice_id.as_deref();
        self.invoice_id.as_deref().or_else(of_unit)
    }

    /// The order that it is, or that it was made of.
    fn order(&self, kind: &str) -> Option<GatewayReference> {
        let is_refund = self.invoice().is_some_and(|invoice| reference::refund(invoice).is_some());
        let related = || self.supplementary_data.as_ref()?.related_ids.as_ref()?.order_id.as_deref();
        let order = if kind.starts_with("CHECKOUT.ORDER.") {
            self.id.as_deref()
        } else if is_refund {
            // Of a refund PayPal names the capture alone; its order is what the shop wrote on it.
            self.custom_id.as_deref()
        } else {
            related().or_else(|| self.above())
        };
        order?.parse().ok()
    }

    /// The order as its address ends.
    fn above(&self) -> Option<&str> {
        let up = self.links.iter().find(|link| link.rel == "up")?;
        up.href.split_once("/v2/checkout/orders/").map(|(_, id)| id)
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    let nanoseconds = OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp_nanos();
    Some(Timestamp::from_millis(i64::try_from(nanoseconds / 1_000_000).ok()?))
}

fn unreadable(what: &'static str) -> Failure {
    Failure::Unreadable(what)
}
