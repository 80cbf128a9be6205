use application::{Failure, StockRoom};
use async_trait::async_trait;
use domain::stock::{Look, Looking, Opened, OpenerKey, StockAlert, StockList};
use domain::{Idempotent, Sku};

use super::Invocation;

#[async_trait]
impl StockRoom for Invocation {
    async fn open_page(&self, opener: &OpenerKey) -> Result<Opened, Failure> {
        let of = &opener.lane.number();
        self.write("open a page of lane", of, |conduct| conduct.open_page(self.by, opener)).await
    }

    async fn drop_opener(&self, opener: &OpenerKey, pages: u32) -> Result<(), Failure> {
        let of = &opener.lane.number();
        self.write("drop opener", of, |conduct| conduct.drop_opener(self.by, opener, pages)).await
    }

    async fn note_returned(&self, sku: &Sku, numbers: &[u32]) -> Result<Option<StockList>, Failure> {
        let of = Numbers(sku, numbers);
        let note = |conduct: &dyn crate::conduct::Conduct| {
            let noted = conduct.note_returned(self.by, sku, numbers);
            let mut desk = self.world.desk();
            let now = desk.now;
            desk.checker.told_of_pages(sku, numbers, now);
            desk.checker.told(self.by, sku, numbers);
            noted
        };
        let told = self.write("note returned", &of, note).await;
        self.world.conduct.heard_of_list(told)
    }

    async fn begin_look(&self, sku: &Sku, looking: Looking) -> Result<Option<StockList>, Failure> {
        let (by, own) = (self.by, sku.clone());
        let begun = self
            .write_or_late("begin to look at", sku, move |conduct| conduct.begin_look(by, &own, looking))
            .await?;
        if begun.is_some() {
            let mut desk = self.world.desk();
            let now = desk.now;
            desk.checker.look_begins(sku, looking, now);
        }
        Ok(begun)
    }

    async fn finish_look(
        &self,
        sku: &Sku,
        looking: Looking,
        look: &Look,
        alert: Option<&StockAlert>,
    ) -> Result<Idempotent<()>, Failure> {
        let of = Found(look, alert);
        let finish = |conduct: &dyn crate::conduct::Conduct| {
            let finished = conduct.finish_look(self.by, (sku, looking), look, alert)?;
            if !finished.is_replay() {
                let mut desk = self.world.desk();
                let now = desk.now;
                desk.checker.look_ends(sku, looking, conduct.store(), now);
            }
            Ok(finished)
        };
        self.write("finish to look", &of, finish).await
    }
}

/// Pages by their numbers in the trace.
struct Numbers<'a>(&'a Sku, &'a [u32]);

impl core::fmt::Display for Numbers<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "{:?} of {}", self.1, self.0)
    }
}

/// What a look found in the trace.
struct Found<'a>(&'a Look, Option<&'a StockAlert>);

impl core::fmt::Display for Found<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self(look, alert) = self;
        let kind = if look.full_at == look.at { "at all pages" } else { "at some" };
        write!(formatter, "{kind}: {} units, {:?}", look.units, look.pages)?;
        alert.map_or(Ok(()), |alert| write!(formatter, ", alert {} {}", alert.number, alert.kind.as_str()))
    }
}
