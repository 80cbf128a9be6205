use std::time::Duration;

use domain::Timestamp;
use domain::stock::StockList;

use super::{Desk, LateWrite, World};

impl World {
    /// A write lands that was on its way for long.
    pub(crate) fn late_write_lands(&self) {
        let late = {
            let mut desk = self.desk();
            let now = desk.now;
            let place = desk.late.iter().position(|(at, _)| *at <= now);
            desk.current.clear();
            place.map(|place| desk.late.swap_remove(place).1)
        };
        let Some(late) = late else { return };
        let outcome = late(self.conduct.as_ref());
        self.committed();
        self.note(|| outcome);
    }
}

impl Desk {
    /// A write is still on its way when its sender has given up, and lands within half a minute.
    pub(crate) fn delay(&mut self, write: LateWrite) {
        let wait = self.some_millis(30_000);
        let wait = if self.is_seeded { wait } else { Duration::from_secs(3) };
        let until = self.now.plus(wait);
        self.late.push((until, write));
    }

    /// When the next late write lands.
    pub(crate) fn next_late_write(&self) -> Option<Timestamp> {
        self.late.iter().map(|(at, _)| *at).min()
    }

    /// How old a copy of a list may be that is read.
    pub(crate) const STALE_MAX: Duration = Duration::from_secs(1);

    /// A list as it is read: now and then a copy of a moment ago.
    pub(crate) fn list_as_read(&mut self, list: StockList) -> StockList {
        if !self.is_seeded || self.faults.is_none() {
            return list;
        }
        let now = self.now;
        let kept = self.lists_before.get(&list.sku).filter(|(at, _)| now.since(*at) <= Self::STALE_MAX);
        match kept {
            Some((_, kept)) if self.dice.hits(150) => kept.clone(),
            Some(_) => list,
            None => {
                self.lists_before.insert(list.sku.clone(), (now, list.clone()));
                list
            }
        }
    }
}
