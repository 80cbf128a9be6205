use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The idempotency keys of requests that still run.
#[derive(Clone, Default)]
pub(crate) struct InFlight(Arc<Mutex<HashSet<String>>>);

/// A key that is taken until this is dropped, also when the request is dropped with its connection.
pub(crate) struct Taken {
    keys: InFlight,
    key: Option<String>,
}

impl InFlight {
    /// `None` when another request has taken the key. A request without a key conflicts with nobody.
    pub(crate) fn take(&self, key: Option<&str>) -> Option<Taken> {
        if let Some(key) = key
            && !self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned())
        {
            return None;
        }
        Some(Taken { keys: self.clone(), key: key.map(str::to_owned) })
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(key) = &self.key {
            self.keys.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        }
    }
}
