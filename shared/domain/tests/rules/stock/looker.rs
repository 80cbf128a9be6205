use std::collections::BTreeMap;

use domain::stock::{Lane, Look, Opener, OpenerKey, PAGE_UNITS, PageKey, StockAlert, StockList, StockPage};
use proptest::prelude::*;
use proptest::sample::Index;

use super::keeping::Keeping;
use crate::samples::{NOON, units};

/// Something that happens while somebody may be looking.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    Receive(i64),
    WriteOff(i64),
    Open,
    /// Some units of a page are held, or bought.
    Take {
        page: Index,
        units: u32,
    },
    /// They come back, and whoever gave them back notes the page.
    GiveBack {
        page: Index,
    },
    BeginLook,
    FinishLook,
}

pub(super) fn any_happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        1 => (1..=35_i64).prop_map(Happening::Receive),
        1 => (1..=35_i64).prop_map(Happening::WriteOff),
        4 => Just(Happening::Open),
        8 => (any::<Index>(), 1..=PAGE_UNITS).prop_map(|(page, units)| Happening::Take { page, units }),
        4 => any::<Index>().prop_map(|page| Happening::GiveBack { page }),
        3 => Just(Happening::BeginLook),
        3 => Just(Happening::FinishLook),
    ]
}

/// A stock with one that looks at it.
pub(super) struct Looker {
    pub(super) keeping: Keeping,
    /// The list as it was when the look began.
    pub(super) begun: Option<StockList>,
    pub(super) alerts: Vec<StockAlert>,
}

impl Looker {
    pub(super) fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Receive(received) => {
                let change = self.keeping.receipt(units(received)).unwrap();
                assert!(self.keeping.write(&change));
            }
            Happening::WriteOff(gone) => {
                let change = self.keeping.write_off(units(gone));
                let _refused = change.is_ok_and(|change| !self.keeping.write(&change));
            }
            Happening::Open => {
                let lane = self.keeping.openers.values().find(|opener| opener.left() > 0);
                if let Some(lane) = lane.map(|opener| opener.key.lane) {
                    self.keeping.open(lane);
                    self.drop_if_empty(lane);
                }
            }
            Happening::Take { page, units } => {
                let _key = self.at(page, |page| {
                    let taken = units.min(page.available);
                    page.available -= taken;
                    page.sold += taken;
                });
            }
            Happening::GiveBack { page } => {
                let key = self.at(page, |page| {
                    page.available += page.sold;
                    page.sold = 0;
                });
                if let (Some(key), Some(list)) = (key, &mut self.keeping.list) {
                    list.returned.insert(key.number);
                }
            }
            Happening::BeginLook => self.begin(),
            Happening::FinishLook => self.finish(false),
        }
    }

    /// Whoever takes an opener's last page says so.
    fn drop_if_empty(&mut self, lane: Lane) {
        let is_empty = self.keeping.openers[&lane].left() == 0;
        if let Some(list) = self.keeping.list.as_mut().filter(|_| is_empty) {
            list.openers.remove(&lane);
        }
    }

    fn at(&mut self, page: Index, change: impl FnOnce(&mut StockPage)) -> Option<PageKey> {
        let keys: Vec<PageKey> = self.keeping.pages.keys().cloned().collect();
        let key = (!keys.is_empty()).then(|| page.get(&keys).clone())?;
        change(self.keeping.pages.get_mut(&key)?);
        Some(key)
    }

    /// Begins a look, unless one is on its way.
    pub(super) fn begin(&mut self) {
        let Some(list) = self.keeping.list.as_mut().filter(|_| self.begun.is_none()) else { return };
        self.begun = Some(list.clone());
        list.returned.clear();
    }

    /// Reads what the look that was begun is to read, and writes what it found.
    pub(super) fn finish(&mut self, full: bool) {
        let Some(list) = self.begun.take() else { return };
        let keys: Vec<OpenerKey> = list.opener_keys().collect();
        let openers: Vec<Opener> =
            self.keeping.all_openers().into_iter().filter(|opener| keys.contains(&opener.key)).collect();
        let to_read = list.to_read(&openers, full);
        let read: Vec<StockPage> = to_read.iter().map(|key| self.keeping.pages[key].clone()).collect();
        let (look, alert) = list.found(&openers, &read, NOON, full);
        self.alerts.extend(alert);
        self.keeping.list.as_mut().unwrap().look = look;
    }

    pub(super) fn look(&mut self, full: bool) -> Look {
        self.begin();
        self.finish(full);
        self.keeping.list.as_ref().unwrap().look.clone()
    }

    pub(super) fn with_units(&self) -> BTreeMap<u32, u32> {
        let pages = self.keeping.pages.values().filter(|page| page.available > 0);
        pages.map(|page| (page.key.number, page.available)).collect()
    }
}

pub(super) fn looker(units: i64) -> Looker {
    Looker { keeping: Keeping::of(units), begun: None, alerts: Vec::new() }
}
