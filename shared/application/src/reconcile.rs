//! Compares what each gateway lists with our ledgers, window by window, and what is posted with what it lists.
//!
//! What our own workers have not learned yet is asked about, a dispute that nobody told of is written down, and money that
//! was captured after a no goes back, on the same way as if the gateway had told of it. Everything else that differs is
//! noted for a person. A window counts as compared once all of that has happened: whoever dies before is followed by one
//! who does it again, and what was done before is found to agree, or to be noted.

use std::sync::OnceLock;
use std::time::Duration;

use domain::payment::GatewayName;
use domain::reconciliation::{Difference, Reconciled, Window};
use domain::{Idempotent, OrderId, Timestamp};

use crate::capture_payment;
use crate::repeat::until_definite;
use crate::{Differences, FactLedger, Failure, Reconciliations, Transfers};

mod listed; // what a gateway lists is posted
mod posted; // what is posted is listed

/// How long a window waits for a gateway that does not say how things stand, from the first time that it did not. What it
/// has not confirmed by then is a difference, so that the windows behind it are compared too.
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
    /// What a list proves whose gateway cannot be asked.
    pub facts: &'a dyn FactLedger,
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
    /// Transfers of disputes that nobody had told of.
    pub disputes: u32,
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
    let Comparison { windows, transfers, in_flight, orphans, disputes, differences } = comparison;
    tracing::info!(windows, transfers, in_flight, orphans, disputes, differences, "reconciled");
    failure.map_or(Ok(comparison), Err)
}

async fn reconcile_gateway(
    ports: &Ports<'_>,
    name: GatewayName,
    list: &dyn Transfers,
    comparison: &mut Comparison,
) -> Result<(), Failure> {
    let Some(mut reconciled) = begun(ports, name, list).await? else { return Ok(()) };
    let now = || ports.payment.clock.now();
    if now().since(reconciled.next_window().ends_at().plus(list.complete_after())) > BEHIND {
        tracing::error!(
            gateway = name.as_str(),
            "the comparison with a gateway's list needs a person: it is behind"
        );
    }
    loop {
        let window = reconciled.next_window();
        if !window.is_complete(list.complete_after(), now()) {
            return Ok(());
        }
        let unanswered_since = reconciled.unanswered_since.map_or_else(OnceLock::new, OnceLock::from);
        let at = At { ports, gateway: name, list, window, unanswered_since };
        match at.compare(comparison).await? {
            Progress::Complete => {}
            Progress::OutOfTime => return Ok(()),
        }
        let again = advance(ports, name, Some(window.begins_at()), window.ends_at()).await?.is_replay();
        comparison.windows = comparison.windows.saturating_add(1);
        let from = window.begins_at().as_millis();
        tracing::info!(gateway = name.as_str(), from, again, "a window was compared");
        reconciled = Reconciled::until(window.ends_at());
    }
}

/// How far was compared; none where nobody can pay and nobody ever could.
async fn begun(
    ports: &Ports<'_>,
    name: GatewayName,
    list: &dyn Transfers,
) -> Result<Option<Reconciled>, Failure> {
    let mut reconciled = ports.reconciliations.reconciled(name).await?;
    if reconciled.is_none() && ports.offered.contains(&name) {
        let first = Window::last_complete(list.complete_after(), ports.payment.clock.now());
        // Noted before it is compared: should that fail, the next run begins at the same place.
        let _first_or_another = advance(ports, name, None, first.begins_at()).await?;
        reconciled = ports.reconciliations.reconciled(name).await?;
    }
    Ok(reconciled)
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
    /// When a question about the window was left unanswered for the first time.
    unanswered_since: OnceLock<Timestamp>,
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

    /// Whether a page of the list may be asked for.
    fn has_time_for_page(&self) -> bool {
        self.ports.payment.budget.allows(self.list.page_max(), self.ports.payment.clock.now())
    }

    /// Whether a gateway that does not say how things stand had time enough to. The first time is noted: nobody may have
    /// asked before, however old the window is.
    async fn is_out_of_patience(&self) -> Result<bool, Failure> {
        let now = self.ports.payment.clock.now();
        if let Some(since) = self.unanswered_since.get() {
            return Ok(now.since(*since) >= PATIENCE);
        }
        let (gateway, until) = (self.gateway, self.window.begins_at());
        let _noted_by_us_or_before =
            until_definite(|| self.ports.reconciliations.note_unanswered(gateway, until, now)).await?;
        let _first_of_this_run = self.unanswered_since.set(now);
        Ok(false)
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
