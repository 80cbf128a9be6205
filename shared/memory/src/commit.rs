use application::{Subject, WakeUp};
use domain::order::Order;
use domain::stock::StockAlert;
use domain::wake::{Queue, Wake};
use domain::webhook::EventKey;
use domain::{OrderId, ReservationId};

/// One committed change of a reservation, an order, an event or an alert, as the store's stream would carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// What changed.
    pub record: Record,
    /// Its wake before; none for a new record.
    pub before: Option<Wake>,
    /// Its wake from then on.
    pub after: Option<Wake>,
}

/// A record whose changes are followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A reservation.
    Reservation(ReservationId),
    /// An order, and the reservation that it pays for.
    Order(OrderId, ReservationId),
    /// An event that a gateway told.
    Webhook(EventKey),
    /// What was crossed.
    StockAlert(StockAlert),
}

impl Commit {
    pub(crate) fn of_order(order: &Order, before: Option<Wake>, after: Option<Wake>) -> Self {
        Self { record: Record::Order(order.id.clone(), order.reservation_id.clone()), before, after }
    }

    pub(crate) fn of_alert(alert: &StockAlert) -> Self {
        Self { record: Record::StockAlert(alert.clone()), before: None, after: Some(alert.wake()) }
    }

    /// The wake-up that the relay makes of it: when there is a wake, and it is another than before.
    pub fn wake_up(&self) -> Option<WakeUp> {
        let wake = self.after.filter(|_| self.after != self.before)?;
        let subject = match (&self.record, wake.queue) {
            (Record::Order(id, _), Queue::CapturePayment) => Subject::CapturePayment(id.clone()),
            (Record::Reservation(id) | Record::Order(_, id), Queue::ExpireReservation) => {
                Subject::ExpireReservation(id.clone())
            }
            (Record::Webhook(key), Queue::ApplyWebhook) => Subject::ApplyWebhook(key.clone()),
            (Record::StockAlert(alert), Queue::StockAlerts) => Subject::StockAlert(alert.clone()),
            // A reservation has no payment, an event neither that nor units, and an alert is nobody's work.
            (
                Record::Reservation(_) | Record::Order(..) | Record::Webhook(_) | Record::StockAlert(_),
                Queue::CapturePayment | Queue::ExpireReservation | Queue::ApplyWebhook | Queue::StockAlerts,
            ) => return None,
        };
        Some(WakeUp { subject, at: wake.at })
    }
}
