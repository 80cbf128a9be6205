use application::Failure;
use domain::Idempotent;
use domain::reconciliation::Difference;
use domain::webhook::Webhook;
use memory::Store;

use super::boxed;
use crate::conduct::{Conduct, Honest, Invoked};

/// A decision takes the place of whatever stands.
#[derive(Default)]
struct DecidedBlindly(Honest);

impl Conduct for DecidedBlindly {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn resolve_webhook(&self, _: Invoked, decided: &Webhook) -> Result<Idempotent<()>, Failure> {
        self.store().overwrite_webhook(decided);
        Ok(Idempotent::Executed(()))
    }
}

pub(super) fn decided_blindly() -> Box<dyn Conduct> {
    boxed(DecidedBlindly::default())
}

/// Whoever is done with a difference writes so, whoever was before.
#[derive(Default)]
struct ResolvedBlindly(Honest);

impl Conduct for ResolvedBlindly {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn resolve_difference(&self, _: Invoked, resolved: &Difference) -> Result<Idempotent<()>, Failure> {
        self.store().overwrite_difference(resolved.clone());
        Ok(Idempotent::Executed(()))
    }
}

pub(super) fn resolved_blindly() -> Box<dyn Conduct> {
    boxed(ResolvedBlindly::default())
}
