use domain::Timestamp;

/// Tells the time. Nothing that must be safe may rest on it: it may be seconds off, and it may jump.
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Timestamp;
}
