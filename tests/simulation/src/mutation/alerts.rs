use application::{Failure, WakeUp};
use domain::catalog::Availability;
use domain::stock::{AlertKind, Look, Looking, StockAlert};
use domain::wake::Queue;
use domain::{Idempotent, Sku};
use memory::{Commit, Store};

use super::boxed;
use super::room::list;
use crate::conduct::{Conduct, Honest, Invoked};

#[derive(Default)]
struct CrossingUntold(Honest);

impl Conduct for CrossingUntold {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn finish_look(
        &self,
        by: Invoked,
        of: (&Sku, Looking),
        look: &Look,
        _: Option<&StockAlert>,
    ) -> Result<Idempotent<()>, Failure> {
        self.0.finish_look(by, of, look, None)
    }
}

pub(super) fn crossing_untold() -> Box<dyn Conduct> {
    boxed(CrossingUntold::default())
}

#[derive(Default)]
struct ToldAnew(Honest);

impl Conduct for ToldAnew {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn finish_look(
        &self,
        by: Invoked,
        (sku, looking): (&Sku, Looking),
        look: &Look,
        alert: Option<&StockAlert>,
    ) -> Result<Idempotent<()>, Failure> {
        if alert.is_some() || look.band != Availability::SoldOut {
            return self.0.finish_look(by, (sku, looking), look, alert);
        }
        let look = Look { alerts: look.alerts.saturating_add(1), ..look.clone() };
        let again = StockAlert {
            sku: sku.clone(),
            number: look.alerts,
            kind: AlertKind::SoldOut,
            units: look.units,
            at: look.at,
        };
        self.0.finish_look(by, (sku, looking), &look, Some(&again))
    }
}

pub(super) fn told_anew() -> Box<dyn Conduct> {
    boxed(ToldAnew::default())
}

/// Waits with "sold out" until somebody has paid for the last unit.
#[derive(Default)]
struct HeldIsThere(Honest);

impl Conduct for HeldIsThere {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn finish_look(
        &self,
        by: Invoked,
        (sku, looking): (&Sku, Looking),
        look: &Look,
        alert: Option<&StockAlert>,
    ) -> Result<Idempotent<()>, Failure> {
        let pages = self.store().books(None).pages;
        let is_held = pages.iter().any(|page| page.key.sku == *sku && !page.holds.is_empty());
        let before = list(self.store(), sku).filter(|_| is_held && look.band == Availability::SoldOut);
        match before {
            Some(list) => {
                let look = Look { band: list.look.band, alerts: list.look.alerts, ..look.clone() };
                self.0.finish_look(by, (sku, looking), &look, None)
            }
            None => self.0.finish_look(by, (sku, looking), look, alert),
        }
    }
}

pub(super) fn held_is_there() -> Box<dyn Conduct> {
    boxed(HeldIsThere::default())
}

#[derive(Default)]
struct AlertUnsent(Honest);

impl Conduct for AlertUnsent {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn wake_up(&self, commit: &Commit) -> Option<WakeUp> {
        commit.wake_up().filter(|wake_up| wake_up.subject.queue() != Queue::StockAlerts)
    }
}

pub(super) fn alert_unsent() -> Box<dyn Conduct> {
    boxed(AlertUnsent::default())
}
