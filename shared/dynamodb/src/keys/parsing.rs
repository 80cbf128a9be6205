use application::{Failure, Overdue, WorkRecord};
use domain::payment::GatewayName;
use domain::reconciliation::{DifferenceKey, DifferenceKind, DifferenceSubject};
use domain::webhook::EventKey;
use domain::{OrderId, ReservationId};

use super::PARTITION;

/// The record of a key in the index [`WAKE`](super::WAKE).
pub(crate) fn parse_overdue(key: &str) -> Option<Overdue> {
    match key.split_once('#')? {
        ("order", id) => id.parse().ok().map(Overdue::Order),
        ("webhook", event) => parse_event(event).map(Overdue::Webhook),
        _ => None,
    }
}

/// The record of a key in the index [`WORK`](super::WORK).
pub(crate) fn parse_work(key: &str) -> Option<WorkRecord> {
    match key.split_once('#')? {
        ("order", id) => id.parse().ok().map(WorkRecord::Order),
        ("webhook", event) => parse_event(event).map(WorkRecord::Webhook),
        ("difference", difference) => parse_difference(difference).map(WorkRecord::Difference),
        _ => None,
    }
}

fn parse_difference(text: &str) -> Option<DifferenceKey> {
    let mut parts = text.splitn(3, '#');
    let (gateway, kind) = (GatewayName::named(parts.next()?)?, DifferenceKind::named(parts.next()?)?);
    let subject = parts.next()?;
    let subject = match subject.split_once('#') {
        Some((order, number)) => DifferenceSubject::Posting(order.parse().ok()?, number.parse().ok()?),
        None => DifferenceSubject::Transfer(subject.parse().ok()?),
    };
    Some(DifferenceKey { gateway, kind, subject })
}

/// The order of a key in the index [`POSTED`](super::POSTED).
pub(crate) fn parse_posted(key: &str) -> Option<OrderId> {
    key.strip_prefix("order#")?.parse().ok()
}

/// Whom a record of the table of orders may wake a worker for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Record {
    Reservation(ReservationId),
    Order(OrderId),
    Webhook(EventKey),
    StockAlert,
}

/// The record of a key; none for a kind that waits for nobody, or that this version does not know.
pub(crate) fn parse_record(key: &str) -> Result<Option<Record>, Failure> {
    let unreadable = Failure::Unreadable(PARTITION);
    match key.split_once('#') {
        Some(("reservation", id)) => Ok(Some(Record::Reservation(id.parse().map_err(|_| unreadable)?))),
        Some(("order", id)) => Ok(Some(Record::Order(id.parse().map_err(|_| unreadable)?))),
        Some(("webhook", event)) => Ok(Some(Record::Webhook(parse_event(event).ok_or(unreadable)?))),
        Some(("stock-alert", _)) => Ok(Some(Record::StockAlert)),
        Some(_) | None => Ok(None),
    }
}

fn parse_event(text: &str) -> Option<EventKey> {
    let (gateway, id) = text.split_once('#')?;
    Some(EventKey { gateway: GatewayName::named(gateway)?, id: id.parse().ok()? })
}
