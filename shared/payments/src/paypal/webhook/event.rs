use application::Failure;
use domain::Timestamp;
use domain::payment::{GatewayName, GatewayReference};
use domain::webhook::{Event, EventKey, EventSubject, Mode, Purpose};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::paypal::wire::Link;
use crate::reference;

/// The kinds that are about what the shop opens (<https://developer.paypal.com/api/rest/webhooks/event-names>).
const FOLLOWED: [&str; 4] = ["CHECKOUT.ORDER.", "PAYMENT.AUTHORIZATION.", "PAYMENT.CAPTURE.", REFUND_FAILED];

/// The one that tells that the shopper agreed, and that the order waits to be authorized.
const APPROVED: &str = "CHECKOUT.ORDER.APPROVED";

/// Those that take back what was told as done.
const CAPTURE_REVERSED: &str = "PAYMENT.CAPTURE.REVERSED";
const REFUND_FAILED: &str = "PAYMENT.REFUND.FAILED";

/// Those about money that a shopper demands back over the shop's head.
const DISPUTES: &str = "CUSTOMER.DISPUTE.";

/// An event (<https://developer.paypal.com/api/webhooks/v1/definitions/event>), in the few fields that the shop keeps.
/// The rest of it is full of what concerns persons, and PayPal can be asked for it.
#[derive(Debug, Deserialize)]
struct Body {
    id: String,
    event_type: String,
    create_time: String,
    resource: Resource,
}

/// An order, an authorization, a capture or a refund of one, or a dispute.
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
    #[serde(default)]
    disputed_transactions: Vec<Disputed>,
}

/// What is disputed (<https://developer.paypal.com/docs/api/customer-disputes/v1/#disputes_get>): a capture, and what the shop
/// called its payment.
#[derive(Debug, Deserialize)]
struct Disputed {
    seller_transaction_id: Option<String>,
    invoice_number: Option<String>,
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
    let about = if kind.starts_with(DISPUTES) {
        resource.disputed()
    } else {
        let is_followed = FOLLOWED.iter().any(|followed| kind.starts_with(followed));
        resource.payment(&kind).filter(|_| is_followed)
    };
    let Some(About { subject, reference, purpose }) = about else {
        tracing::warn!(?kind, "PayPal tells of something that the shop does not follow");
        return Ok(None);
    };
    Ok(Some(Event {
        key: EventKey {
            gateway: GatewayName::PayPal,
            id: body.id.parse().map_err(|_| unreadable("an event's id"))?,
        },
        kind: kind.parse().map_err(|_| unreadable("an event's kind"))?,
        subject,
        reference,
        purpose,
        mode,
        created_at: moment(&body.create_time).ok_or_else(|| unreadable("an event's time"))?,
        fact: None,
    }))
}

/// What an event is about.
struct About {
    subject: EventSubject,
    reference: GatewayReference,
    purpose: Option<Purpose>,
}

impl Resource {
    /// A payment, or what goes back of it, by its order.
    fn payment(&self, kind: &str) -> Option<About> {
        let reference = self.order(kind)?;
        let payment =
            self.invoice().map(|invoice| reference::refund(invoice).map_or(invoice, |(payment, _)| payment));
        let purpose = payment.and_then(reference::purpose);
        let subject = match kind {
            APPROVED => EventSubject::Approval,
            CAPTURE_REVERSED | REFUND_FAILED => EventSubject::Reversal,
            _ => EventSubject::Payment,
        };
        Some(About { subject, reference, purpose })
    }

    /// A dispute, which names the capture and not its order, and what the shop called the payment.
    fn disputed(&self) -> Option<About> {
        let disputed = self.disputed_transactions.first()?;
        let reference = disputed.seller_transaction_id.as_deref()?.parse().ok()?;
        let purpose = disputed.invoice_number.as_deref().and_then(reference::purpose);
        Some(About { subject: EventSubject::Dispute, reference, purpose })
    }

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
