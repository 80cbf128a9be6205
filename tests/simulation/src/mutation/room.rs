use application::Failure;
use domain::stock::{Look, Looking, OpenerKey, PageKey, StockAlert, StockList, StockPage};
use domain::{Idempotent, Sku};
use memory::Store;

use super::boxed;
use crate::conduct::{Conduct, Honest, Invoked, now};
use crate::world::BEGIN;

/// The list of a SKU as it is.
pub(super) fn list(store: &Store, sku: &Sku) -> Option<StockList> {
    let found: Result<_, Failure> = now(application::Stock::lists(store, std::slice::from_ref(sku)));
    found.unwrap_or_default().pop()
}

/// Every copy of a list says that somebody looked just now, whoever reads it whenever.
#[derive(Default)]
struct SoldOutFromMemory(Honest);

impl Conduct for SoldOutFromMemory {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn begin_look(&self, by: Invoked, sku: &Sku, looking: Looking) -> Result<Option<StockList>, Failure> {
        // Whoever has looked once never looks again.
        match list(self.store(), sku) {
            Some(list) if list.look.at > BEGIN => {
                let look = Look { at: looking.since, ..list.look.clone() };
                self.store().overwrite_list(StockList { look, ..list });
                Ok(None)
            }
            Some(_) | None => self.0.begin_look(by, sku, looking),
        }
    }
}

pub(super) fn sold_out_from_memory() -> Box<dyn Conduct> {
    boxed(SoldOutFromMemory::default())
}

/// Reads the pages first, and clears what was noted meanwhile with the rest.
#[derive(Default)]
struct ClearedLast(Honest);

impl Conduct for ClearedLast {
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
        let finished = self.0.finish_look(by, (sku, looking), look, alert)?;
        if let Some(list) = list(self.store(), sku) {
            self.store().overwrite_list(StockList { returned: Default::default(), ..list });
        }
        Ok(finished)
    }
}

pub(super) fn cleared_last() -> Box<dyn Conduct> {
    boxed(ClearedLast::default())
}

#[derive(Default)]
struct ReturnNotNoted(Honest);

impl Conduct for ReturnNotNoted {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn note_returned(&self, _: Invoked, sku: &Sku, _: &[u32]) -> Result<Option<StockList>, Failure> {
        // Whoever is told that nothing is sold out does not look either.
        let list = list(self.store(), sku);
        Ok(list.filter(|list| list.look.band != domain::catalog::Availability::SoldOut))
    }
}

pub(super) fn return_not_noted() -> Box<dyn Conduct> {
    boxed(ReturnNotNoted::default())
}

#[derive(Default)]
struct FirstReturnNoted(Honest);

impl Conduct for FirstReturnNoted {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn note_returned(&self, by: Invoked, sku: &Sku, numbers: &[u32]) -> Result<Option<StockList>, Failure> {
        self.0.note_returned(by, sku, numbers.get(..1).unwrap_or_default())
    }
}

pub(super) fn first_return_noted() -> Box<dyn Conduct> {
    boxed(FirstReturnNoted::default())
}

#[derive(Default)]
struct UntoldIsTold(Honest);

impl Conduct for UntoldIsTold {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn heard_of_list(&self, told: Result<Option<StockList>, Failure>) -> Result<Option<StockList>, Failure> {
        Ok(told.unwrap_or_default())
    }
}

pub(super) fn untold_is_told() -> Box<dyn Conduct> {
    boxed(UntoldIsTold::default())
}

/// A page that nobody has written counts as nothing, although its number was handed out.
#[derive(Default)]
struct UnwrittenIsNothing(Honest);

impl Conduct for UnwrittenIsNothing {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn pages(&self, by: Invoked, keys: &[PageKey]) -> Vec<StockPage> {
        let mut pages = self.0.pages(by, keys);
        pages.retain(|page| StockPage::unwritten(page.key.clone()).as_ref() != Some(page));
        pages
    }
}

pub(super) fn unwritten_is_nothing() -> Box<dyn Conduct> {
    boxed(UnwrittenIsNothing::default())
}

/// Forgets an opener whatever it was given meanwhile.
#[derive(Default)]
struct DroppedBlindly(Honest);

impl Conduct for DroppedBlindly {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn drop_opener(&self, by: Invoked, opener: &OpenerKey, pages: u32) -> Result<(), Failure> {
        let listed = list(self.store(), &opener.sku);
        let listed = listed.and_then(|list| list.openers.get(&opener.lane).copied());
        self.0.drop_opener(by, opener, listed.unwrap_or(pages))
    }
}

pub(super) fn dropped_blindly() -> Box<dyn Conduct> {
    boxed(DroppedBlindly::default())
}

/// A look is written whoever has begun another meanwhile, and its alert under whichever number is free.
#[derive(Default)]
struct LooksOverlap(Honest);

impl Conduct for LooksOverlap {
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
        let Some(list) = list(self.store(), sku) else { return Ok(Idempotent::AlreadyApplied(())) };
        let alerts = list.look.alerts.saturating_add(u64::from(alert.is_some()));
        let alert = alert.map(|alert| StockAlert { number: alerts, ..alert.clone() });
        self.store().overwrite_list(StockList { looking: Some(looking), ..list });
        let look = Look { alerts, ..look.clone() };
        self.0.finish_look(by, (sku, looking), &look, alert.as_ref())
    }
}

pub(super) fn looks_overlap() -> Box<dyn Conduct> {
    boxed(LooksOverlap::default())
}
