use std::collections::BTreeMap;

use domain::invariant::{Books, Invariant, Violation, check};
use domain::stock::{
    Lane, Movement, MovementKind, Opened, Opener, OpenerKey, PageKey, StockList, StockPage, Supply,
    SupplyChange, SupplyRefused, Units,
};

use crate::samples::{movement, sku, units};

/// The stock of one SKU, as a store keeps it.
#[derive(Clone, Debug)]
pub(super) struct Keeping {
    pub(super) supply: Supply,
    pub(super) list: Option<StockList>,
    pub(super) openers: BTreeMap<Lane, Opener>,
    pub(super) pages: BTreeMap<PageKey, StockPage>,
    ledger: Vec<Movement>,
}

impl Keeping {
    /// Nothing yet.
    pub(super) fn nothing() -> Self {
        let supply = Supply::none(sku("shirt"));
        Self { supply, list: None, openers: BTreeMap::new(), pages: BTreeMap::new(), ledger: Vec::new() }
    }

    /// So many units in one receipt, and nothing sold.
    pub(super) fn of(received: i64) -> Self {
        let mut keeping = Self::nothing();
        let change = keeping.receipt(units(received)).unwrap();
        assert!(keeping.write(&change));
        keeping
    }

    pub(super) fn receipt(&self, units: Units) -> Result<SupplyChange, SupplyRefused> {
        let reference = format!("movement-{}", self.supply.version);
        self.supply.clone().receive(units, movement(&reference, MovementKind::Receipt))
    }

    pub(super) fn write_off(&self, units: Units) -> Result<SupplyChange, SupplyRefused> {
        let reference = format!("movement-{}", self.supply.version);
        let request = movement(&reference, MovementKind::WriteOff);
        self.supply.clone().write_off(units, &self.all_openers(), &self.all_pages(), request)
    }

    /// Writes a change, or nothing where it was made from another supply or somebody took its units.
    pub(super) fn write(&mut self, change: &SupplyChange) -> bool {
        if change.seen_version != self.supply.version {
            return false;
        }
        let mut after = self.clone();
        for (key, pages) in change.openers() {
            let opened = self.openers.get(&key.lane).map_or(0, |opener| opener.opened);
            after.openers.insert(key.lane, Opener { key, pages, opened });
            if opened > pages {
                return false;
            }
        }
        for page in change.new_pages() {
            let earlier = after.pages.insert(page.key.clone(), page);
            assert_eq!(earlier, None, "a page came onto the place of another");
        }
        for (key, units) in change.taken() {
            let Ok(page) = after.pages[&key].clone().write_off(units) else { return false };
            after.pages.insert(key, page);
        }
        after.supply = change.supply.clone();
        after.ledger.push(change.movement.clone());
        let list = after.list.take().unwrap_or_else(|| StockList::first(&after.supply));
        after.list = Some(list.supplied(change));
        *self = after;
        true
    }

    /// Takes the next number of a lane: from then on it is a page, whoever writes it.
    pub(super) fn open(&mut self, lane: Lane) {
        let key = OpenerKey { sku: self.supply.sku.clone(), lane };
        let opened = self.openers.get_mut(&key.lane).map(Opener::open);
        if let Some(Opened::Page(key)) = opened {
            self.pages.insert(key.clone(), StockPage::unwritten(key).unwrap());
        }
    }

    pub(super) fn all_openers(&self) -> Vec<Opener> {
        self.openers.values().cloned().collect()
    }

    pub(super) fn all_pages(&self) -> Vec<StockPage> {
        self.pages.values().cloned().collect()
    }

    /// Units that nobody holds or bought, opened or not.
    pub(super) fn free(&self) -> u32 {
        let opened: u32 = self.pages.values().map(|page| page.available).sum();
        opened + self.openers.values().map(Opener::units).sum::<u32>()
    }

    /// What is wrong with the pages and the ledger.
    pub(super) fn violations(&self) -> Vec<Violation> {
        let books = Books {
            supplies: if self.supply.version == 0 { vec![] } else { vec![self.supply.clone()] },
            movements: self.ledger.clone(),
            openers: self.all_openers(),
            pages: self.all_pages(),
            ..Books::default()
        };
        let of_stock = [Invariant::PageBalances, Invariant::SupplyAccounted];
        check(&books).into_iter().filter(|violation| of_stock.contains(&violation.invariant)).collect()
    }
}
