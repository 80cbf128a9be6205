use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::payment::GatewayReference;

/// The gateway's name for the money that this instance saw held last. Whoever captures next mostly captures that, and need
/// not ask which it is.
///
/// It is good for one change: should that not be all there is to it, the next one asks.
#[derive(Debug, Default)]
pub(crate) struct LastHeld(Mutex<Option<Held>>);

#[derive(Debug)]
struct Held {
    /// The payment's object.
    reference: GatewayReference,
    /// What is held for it.
    authorization: GatewayReference,
}

impl LastHeld {
    /// Notes what is held for a payment.
    pub(crate) fn note(&self, reference: &GatewayReference, authorization: GatewayReference) {
        *self.last() = Some(Held { reference: reference.clone(), authorization });
    }

    /// What is held for a payment, where it is the last one; once.
    pub(crate) fn take(&self, reference: &GatewayReference) -> Option<GatewayReference> {
        let held = self.last().take_if(|held| held.reference == *reference)?;
        Some(held.authorization)
    }

    fn last(&self) -> MutexGuard<'_, Option<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
