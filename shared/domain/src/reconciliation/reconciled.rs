use super::Window;
use crate::Timestamp;

/// How far a gateway's list was compared with our ledgers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// Until when everything was.
    pub until: Timestamp,
    /// When a question about the window that begins there was left unanswered for the first time.
    pub unanswered_since: Option<Timestamp>,
}

impl Reconciled {
    /// Everything was compared until then, and nothing asked about what follows.
    pub const fn until(until: Timestamp) -> Self {
        Self { until, unanswered_since: None }
    }

    /// What is to be compared next.
    pub const fn next_window(self) -> Window {
        Window::from(self.until)
    }
}
