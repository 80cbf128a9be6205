use domain::stock::StockAlert;
use domain::wake::Queue;
use domain::webhook::EventKey;
use domain::{OrderId, ReservationId, Timestamp};

/// A message that makes a worker look at a record. It carries an id and no facts: the worker reads the truth. An alert
/// carries its facts, because whoever is told reads no table of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WakeUp {
    /// What to look at.
    pub subject: Subject,
    /// Not before.
    pub at: Timestamp,
}

/// What a worker is to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Take this order's payment a step further.
    CapturePayment(OrderId),
    /// End this reservation, or the order it became, if its time is over.
    ExpireReservation(ReservationId),
    /// Apply this event of a gateway.
    ApplyWebhook(EventKey),
    /// Hear what was crossed. Nobody in the shop has to do anything.
    StockAlert(StockAlert),
}

impl Subject {
    /// The queue of the worker.
    pub const fn queue(&self) -> Queue {
        match self {
            Self::CapturePayment(_) => Queue::CapturePayment,
            Self::ExpireReservation(_) => Queue::ExpireReservation,
            Self::ApplyWebhook(_) => Queue::ApplyWebhook,
            Self::StockAlert(_) => Queue::StockAlerts,
        }
    }
}
