//! Compares what each gateway lists with our ledgers, window by window, and what is posted with what it lists.
//!
//! What our own workers have not learned yet is asked about, and money that was captured after a no goes back, on the
//! same way as if the gateway had told of it. Everything else that differs is noted for a person. A window counts as
//! compared once all of that has happened: whoever dies before is followed by one who does it again, and what was done
//! before is found to agree, or to be noted.

use std::time::Duration;

use domain::payment::GatewayName;
use domain::reconciliation::{Difference, Window};
use domain::{Idempotent, OrderId, Timestamp};

use crate::capture_payment;
use crate::repeat::until_definite;
use crate::{Differences, Failure, Reconciliations, Transfers};

mod listed; // what a gateway lists is posted
mod posted; // what is posted is listed

/// How long after its list was complete a window waits for a gateway that does not say how things stand. What it has
/// not confirmed by then is a difference, so that the windows behind it are compared too.
const PATIENCE: Duration = Duration::from_secs(6 * 60 * 60);

/// From when on a person must look why windows are not compared.
const BEHIND: Duration = Duration::from_secs(24 * 60 * 60);

/// What the use case needs.
pub struct Ports<'a> {
    /// What takes a payment on, and money back.
    pub payment: capture_payment::Ports<'a>,
    /// How far was compared, and what is posted.
    pub reconciliations: &'a dyn Reconciliations,
    /// What differs.
    pub differences: &'a dyn Differences,
    /// The gateways that shoppers can pay at. One that is taken away later is compared all the same: it may still move
    /// money.
    pub offered: &'a [GatewayName],
}

/// What was compared, for the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Windows, compared to their end.
    pub windows: u32,
    /// Transfers that the gateways listed in them.
    pub transfers: u32,
    /// Transfers that were asked about because their payments were not settled.
    pub in_flight: u32,
    /// Transfers that were captured after a no.
    pub orphans: u32,
    /// Differences that nobody had noted before.
    pub differences: u32,
}

/// How a window's comparison ended.
enum Progress {
    /// Everything was compared.
    Complete,
    /// Nothing more can be asked in the time that is left. The next run begins the window again.
    OutOfTime,
}

/// Compares every window that is complete, as far as the time goes. Safe to run any number of times, by any number at once.
///
/// # Errors
/// When the store fails, or a gateway does not answer. Everything else was seen to all the same, and the next run goes on.
pub async fn reconcile(ports: &Ports<'_>) -> Result<Comparison, Failure> {
    let mut comparison = Comparison::default();
    let mut failure = None;
    for name in GatewayName::ALL {
        let Some(list) = ports.payment.gateways.named(name).transfers() else { continue };
        if let Err(failed) = reconcile_gateway(ports, name, list, &mut comparison).await {
            tracing::error!(gateway = name.as_str(), %failed, "a gateway's list could not be compared");
            failure.get_or_insert(failed);
        }
    }
    let Comparison { windows, transfers, in_flight, orphans, differences } = comparison;
    tracing::info!(windows, transfers, in_flight, orphans, differences, "reconciled");
    failure.map_or(Ok(comparison), Err)
}

async fn reconcile_gateway(
    ports: &Ports<'_>,
    name: GatewayName,
    list: &dyn Transfers,
    comparison: &mut Comparison,
) -> Result<(), Failure> {
    let Some(mut window) = next_window(ports, name, list).await? else { return Ok(()) };
    let now = || ports.payment.clock.now();
    if now().since(window.ends_at().plus(list.complete_after())) > BEHIND {
        tracing::error!(
            gateway = name.as_str(),
            "the comparison with a gateway's list needs a person: it is behind"
        );
    }
    while window.is_complete(list.complete_after(), now()) {
        let at = At { ports, gateway: name, list, window };
        match at.compare(comparison).await? {
            Progress::Complete => {}
            Progress::OutOfTime => return Ok(()),
        }
        let again = advance(ports, name, Some(window.begins_at()), window.ends_at()).await?.is_replay();
        comparison.windows = comparison.windows.saturating_add(1);
        let from = window.begins_at().as_millis();
        tracing::info!(gateway = name.as_str(), from, again, "a window was compared");
        window = Window::from(window.ends_at());
    }
    Ok(())
}

/// The window that is to be compared next; none where nobody can pay and nobody ever could.
async fn next_window(
    ports: &Ports<'_>,
    name: GatewayName,
    list: &dyn Transfers,
) -> Result<Option<Window>, Failure> {
    let reconciled_until = || ports.reconciliations.reconciled_until(name);
    let mut until = reconciled_until().await?;
    if until.is_none() && ports.offered.contains(&name) {
        let first = Window::last_complete(list.complete_after(), ports.payment.clock.now());
        // Noted before it is compared: should that fail, the next run begins at the same place.
        let _first_or_another = advance(ports, name, None, first.begins_at()).await?;
        until = reconciled_until().await?;
    }
    Ok(until.map(Window::from))
}

async fn advance(
    ports: &Ports<'_>,
    name: GatewayName,
    seen: Option<Timestamp>,
    until: Timestamp,
) -> Result<Idempotent<()>, Failure> {
    until_definite(|| ports.reconciliations.advance(name, seen, until)).await
}

/// One window of one gateway.
struct At<'a> {
    ports: &'a Ports<'a>,
    gateway: GatewayName,
    list: &'a dyn Transfers,
    window: Window,
}

impl At<'_> {
    async fn compare(&self, comparison: &mut Comparison) -> Result<Progress, Failure> {
        let Some(transfers) = listed::read(self).await? else { return Ok(Progress::OutOfTime) };
        let Some(listed) = listed::compare_all(self, &transfers, comparison).await? else {
            return Ok(Progress::OutOfTime);
        };
        posted::confirm_all(self, &listed, comparison).await
    }

    /// Whether a call to the gateway may begin.
    fn has_time(&self) -> bool {
        self.ports.payment.budget.allows_call(self.ports.payment.clock.now())
    }

    /// Whether the gateway had time enough to say how things stand.
    fn is_out_of_patience(&self) -> bool {
        self.window
            .is_complete(self.list.complete_after().saturating_add(PATIENCE), self.ports.payment.clock.now())
    }

    /// Notes a difference, and tells a person of one that was not noted before.
    async fn note(&self, difference: &Difference, comparison: &mut Comparison) -> Result<(), Failure> {
        let (gateway, kind) = (self.gateway.as_str(), difference.key.kind.as_str());
        let (subject, order) = (&difference.key.subject, difference.order_id.as_ref().map(OrderId::as_str));
        if self.ports.differences.difference(&difference.key).await?.is_some() {
            return Ok(());
        }
        // Said before it is written: whoever dies in between is followed by one who says it again.
        tracing::error!(gateway, kind, %subject, order, "a difference with a gateway's list needs a person");
        if !until_definite(|| self.ports.differences.note(difference)).await?.is_replay() {
            comparison.differences = comparison.differences.saturating_add(1);
        }
        Ok(())
    }
}
