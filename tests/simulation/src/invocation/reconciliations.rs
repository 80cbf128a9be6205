use std::time::Duration;

use application::{Cursor, Differences, Failure, Listing, Reconciliations, Transfers};
use async_trait::async_trait;
use domain::payment::GatewayName;
use domain::reconciliation::{Difference, DifferenceKey, Reconciled, Transfer, Window};
use domain::{Idempotent, OrderId, Timestamp};

use super::Invocation;
use crate::conduct::{Conduct, now};
use crate::fault::{Call, Fault, Sort};

/// How much one page of a list has.
const PAGE: usize = 2;

/// One list has what every gateway moved, as one bank stands in every place.
#[async_trait]
impl Transfers for Invocation {
    fn complete_after(&self) -> Duration {
        Duration::from_secs(15 * 60)
    }

    fn page_max(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn page(&self, window: Window, after: Option<&Cursor>) -> Result<Listing<Transfer>, Failure> {
        let page = match self.world.gate(Call { name: "list", sort: Sort::GatewayRead }).await {
            None => Ok(self.list(window, after)),
            Some(Fault::Rejected) => Err(Failure::Throttled),
            Some(Fault::KilledAfter) => {
                self.world.die().await;
                Err(Failure::Unavailable)
            }
            Some(_) => Err(Failure::Unavailable),
        };
        let words = page.as_ref().map(|page| page.items.len());
        self.world.note(|| format!("hears of the list: {words:?} transfers"));
        self.world.conduct.listed(page)
    }
}

impl Invocation {
    fn list(&self, window: Window, after: Option<&Cursor>) -> Listing<Transfer> {
        let listed = self.world.desk().bank.listed(window);
        let begin = after.and_then(|Cursor(begin)| begin.parse().ok()).unwrap_or_default();
        let end = listed.len().min(PAGE.saturating_add(begin));
        let next = (end < listed.len()).then(|| Cursor(end.to_string()));
        Listing { items: listed.get(begin..end).unwrap_or_default().to_vec(), next }
    }
}

#[async_trait]
impl Reconciliations for Invocation {
    async fn reconciled(&self, gateway: GatewayName) -> Result<Option<Reconciled>, Failure> {
        let read = || now(Reconciliations::reconciled(self.world.conduct.store(), gateway));
        self.read("read reconciled", &gateway.as_str(), read).await?
    }

    async fn advance(
        &self,
        gateway: GatewayName,
        seen: Option<Timestamp>,
        until: Timestamp,
    ) -> Result<Idempotent<()>, Failure> {
        let advance = |conduct: &dyn Conduct| now(conduct.store().advance(gateway, seen, until));
        self.write("advance reconciled", &gateway.as_str(), advance).await
    }

    async fn note_unanswered(
        &self,
        gateway: GatewayName,
        until: Timestamp,
        since: Timestamp,
    ) -> Result<Idempotent<()>, Failure> {
        let note = |conduct: &dyn Conduct| now(conduct.store().note_unanswered(gateway, until, since));
        self.write("note unanswered", &gateway.as_str(), note).await
    }

    /// An answer without orders is given at once, because whoever gets it does nothing about it.
    async fn posted(&self, shard: u32, window: Window) -> Result<Vec<OrderId>, Failure> {
        let ask = || now(Reconciliations::posted(self.world.conduct.store(), shard, window));
        if ask()?.is_empty() {
            return Ok(Vec::new());
        }
        self.read("posted in part", &shard, ask).await?
    }
}

#[async_trait]
impl Differences for Invocation {
    async fn note(&self, difference: &Difference) -> Result<Idempotent<()>, Failure> {
        let note = |conduct: &dyn Conduct| conduct.note(self.by, difference);
        self.write("note difference", &difference.key.subject, note).await
    }

    async fn difference(&self, key: &DifferenceKey) -> Result<Option<Difference>, Failure> {
        let read = || now(Differences::difference(self.world.conduct.store(), key));
        self.read("read difference", &key.subject, read).await?
    }
}
