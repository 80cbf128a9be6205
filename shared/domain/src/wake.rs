//! Waiting is data: what must happen later stands in the record, and the relay turns it into a message.

use crate::Timestamp;

/// A queue that the relay sends to: it wakes a worker, or tells somebody outside the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Takes an order's payment one step further.
    CapturePayment,
    /// Ends a reservation whose time is over.
    ExpireReservation,
    /// Applies what a gateway told by itself.
    ApplyWebhook,
    /// Tells whoever reads it what was crossed. No worker of the shop takes from it.
    StockAlerts,
}

impl Queue {
    /// Every queue.
    pub const ALL: [Self; 4] =
        [Self::CapturePayment, Self::ExpireReservation, Self::ApplyWebhook, Self::StockAlerts];

    /// The queue's name, which is also its function's where it has one.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CapturePayment => "capture-payment",
            Self::ExpireReservation => "expire-reservation",
            Self::ApplyWebhook => "apply-webhook",
            Self::StockAlerts => "stock-alerts",
        }
    }

    /// The queue of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.name() == name)
    }
}

/// Which worker must look at a record next, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wake {
    /// The worker's queue.
    pub queue: Queue,
    /// Not before.
    pub at: Timestamp,
}
