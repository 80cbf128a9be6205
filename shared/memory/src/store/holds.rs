use application::{Failure, HoldError, Holds};
use async_trait::async_trait;
use domain::stock::{Hold, HoldMove, HoldRefused, PageKey, PlannedHold, StockPage};
use domain::{Idempotent, ReservationId, Timestamp};

use super::{PageRecord, Records, Store, sweep_index};

#[async_trait]
impl Holds for Store {
    async fn hold(
        &self,
        reservation: &ReservationId,
        planned: &PlannedHold,
        expires_at: Timestamp,
    ) -> Result<Idempotent<u32>, HoldError> {
        let mut records = self.lock();
        match records.held(reservation, planned, expires_at) {
            Ok(Idempotent::Executed(record)) => {
                let left = record.page.available;
                records.write_page(record);
                Ok(Idempotent::Executed(left))
            }
            Ok(Idempotent::AlreadyApplied(record)) => Ok(Idempotent::AlreadyApplied(record.page.available)),
            Err(refused) => Err(refused.into()),
        }
    }

    async fn free(
        &self,
        page: &PageKey,
        reservation: &ReservationId,
        seen: Hold,
    ) -> Result<Idempotent<u32>, Failure> {
        let mut records = self.lock();
        let Some(PageRecord { page, sweep_at }) = records.pages.get(page).cloned() else {
            return Ok(Idempotent::AlreadyApplied(0));
        };
        let unchanged = page.available;
        match page.move_hold(reservation, seen, HoldMove::Free) {
            Ok(page) => {
                let left = page.available;
                records.write_page(PageRecord { page, sweep_at });
                Ok(Idempotent::Executed(left))
            }
            // The hold is gone or is another: somebody moved it, and that stands.
            Err(_changed) => Ok(Idempotent::AlreadyApplied(unchanged)),
        }
    }
}

impl Records {
    /// The page as it is: one that nobody has written may be full all the same.
    pub(super) fn page(&self, key: &PageKey) -> Option<PageRecord> {
        let unwritten = || Some(PageRecord { page: StockPage::unwritten(key.clone())?, sweep_at: None });
        self.pages.get(key).cloned().or_else(unwritten)
    }

    /// The page with this hold on it. One that is not there has no units.
    pub(super) fn held(
        &self,
        reservation: &ReservationId,
        planned: &PlannedHold,
        expires_at: Timestamp,
    ) -> Result<Idempotent<PageRecord>, HoldRefused> {
        let absent = HoldRefused::Insufficient { available: 0 };
        let PageRecord { page, sweep_at } = self.page(&planned.page).ok_or(absent)?;
        Ok(match page.hold(reservation, planned, expires_at)? {
            Idempotent::Executed(page) => {
                let sweep_at = sweep_index::after_hold(sweep_at, expires_at);
                Idempotent::Executed(PageRecord { page, sweep_at })
            }
            Idempotent::AlreadyApplied(page) => Idempotent::AlreadyApplied(PageRecord { page, sweep_at }),
        })
    }
}
