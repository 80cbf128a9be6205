use domain::Sku;
use domain::stock::{PageKey, StockList, StockPage};
use memory::Store;

use super::boxed;
use crate::conduct::{Conduct, Honest, Invoked, Role};

#[derive(Default)]
struct DeadLookForgotten(Honest);

impl Conduct for DeadLookForgotten {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn lists(&self, by: Invoked, skus: &[Sku]) -> Vec<StockList> {
        let lists = self.0.lists(by, skus).into_iter();
        lists.map(|list| StockList { looking: None, ..list }).collect()
    }
}

pub(super) fn dead_look_forgotten() -> Box<dyn Conduct> {
    boxed(DeadLookForgotten::default())
}

#[derive(Default)]
struct HeldIsShown(Honest);

impl Conduct for HeldIsShown {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn pages(&self, by: Invoked, keys: &[PageKey]) -> Vec<StockPage> {
        let pages = self.0.pages(by, keys);
        if by.role != Role::OtherRequest {
            return pages;
        }
        let held = |page: &StockPage| page.holds.values().map(|hold| hold.quantity()).sum::<u32>();
        let with_held = |page: StockPage| StockPage { available: page.available + held(&page), ..page };
        pages.into_iter().map(with_held).collect()
    }
}

pub(super) fn held_is_shown() -> Box<dyn Conduct> {
    boxed(HeldIsShown::default())
}
