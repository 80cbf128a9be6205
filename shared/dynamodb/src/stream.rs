//! A stream record as a wake-up: the table of orders is the outbox, and the relay sends on what it says.

use core::str::FromStr;

use application::{Failure, Subject, WakeUp};
use domain::Timestamp;
use domain::stock::{AlertKind, StockAlert};
use domain::wake::Queue;
use serde_dynamo::{AttributeValue, Item};

use crate::keys::{self, Record};

#[cfg(test)]
mod tests;

/// The wake-up that a change of an item asks for: the item is new and has a `wake`, or its `wake` is another than
/// before.
///
/// # Errors
/// Names the attribute that makes one of our own records unreadable. Kinds that this version does not know are
/// nobody's, and no error.
pub fn wake_up_of<'a>(
    new_image: impl Into<Option<&'a Item>>,
    old_image: impl Into<Option<&'a Item>>,
) -> Result<Option<WakeUp>, Failure> {
    let Some(new_image) = new_image.into() else { return Ok(None) };
    let Some(wake) = new_image.get("wake") else { return Ok(None) };
    if old_image.into().and_then(|old_image| old_image.get("wake")) == Some(wake) {
        return Ok(None);
    }
    let Some(record) = keys::parse_record(text(new_image.get(keys::PARTITION), keys::PARTITION)?)? else {
        return Ok(None);
    };
    let AttributeValue::M(wake) = wake else { return Err(Failure::Unreadable("wake")) };
    let queue = Queue::named(text(wake.get("queue"), "queue")?).ok_or(Failure::Unreadable("queue"))?;
    let at = Timestamp::from_millis(number(wake.get("at"), "at")?);
    let subject = match (record, queue) {
        (Record::Order(id), Queue::CapturePayment) => Subject::CapturePayment(id),
        (Record::Order(_), Queue::ExpireReservation) => {
            let id = text(new_image.get("reservation_id"), "reservation_id")?;
            Subject::ExpireReservation(id.parse().map_err(|_| Failure::Unreadable("reservation_id"))?)
        }
        (Record::Reservation(id), Queue::ExpireReservation) => Subject::ExpireReservation(id),
        (Record::Webhook(key), Queue::ApplyWebhook) => Subject::ApplyWebhook(key),
        (Record::StockAlert, Queue::StockAlerts) => Subject::StockAlert(stock_alert(new_image)?),
        // A reservation has no payment, an event neither that nor units, and an alert is nobody's work.
        (
            Record::Reservation(_) | Record::Order(_) | Record::Webhook(_) | Record::StockAlert,
            Queue::CapturePayment | Queue::ExpireReservation | Queue::ApplyWebhook | Queue::StockAlerts,
        ) => return Err(Failure::Unreadable("queue")),
    };
    Ok(Some(WakeUp { subject, at }))
}

fn stock_alert(image: &Item) -> Result<StockAlert, Failure> {
    Ok(StockAlert {
        sku: text(image.get("sku"), "sku")?.parse().map_err(|_| Failure::Unreadable("sku"))?,
        number: number(image.get("number"), "number")?,
        kind: AlertKind::named(text(image.get("kind"), "kind")?).ok_or(Failure::Unreadable("kind"))?,
        units: number(image.get("units"), "units")?,
        at: Timestamp::from_millis(number(image.get("at"), "at")?),
    })
}

fn text<'a>(value: Option<&'a AttributeValue>, name: &'static str) -> Result<&'a str, Failure> {
    match value {
        Some(AttributeValue::S(text)) => Ok(text),
        _ => Err(Failure::Unreadable(name)),
    }
}

fn number<N: FromStr>(value: Option<&AttributeValue>, name: &'static str) -> Result<N, Failure> {
    match value {
        Some(AttributeValue::N(digits)) => digits.parse().map_err(|_| Failure::Unreadable(name)),
        _ => Err(Failure::Unreadable(name)),
    }
}
