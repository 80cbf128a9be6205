use async_trait::async_trait;
use domain::stock::{
    Hold, HoldRefused, Look, Looking, Movement, Opened, Opener, OpenerKey, PageKey, PlannedHold, StockAlert,
    StockList, StockPage, Supply, SupplyChange,
};
use domain::{Idempotent, Reference, ReservationId, Sku, Timestamp};

use super::Failure;

/// Stock pages, the supply that they come from, and where to look for them.
#[async_trait]
pub trait Stock: Send + Sync {
    /// The supply of each SKU; a SKU that was never put on sale is left out.
    async fn supplies(&self, skus: &[Sku]) -> Result<Vec<Supply>, Failure>;

    /// The list of each SKU, which may be stale; a SKU that was never put on sale is left out.
    async fn lists(&self, skus: &[Sku]) -> Result<Vec<StockList>, Failure>;

    /// These openers as they are now (a consistent read), in any order.
    async fn openers(&self, keys: &[OpenerKey]) -> Result<Vec<Opener>, Failure>;

    /// These pages as they are now (a consistent read), in any order. MUST be asked only for pages that were handed out: one
    /// that nobody has written is full ([`StockPage::unwritten`]), or left out where it is none of an opener's.
    async fn pages(&self, keys: &[PageKey]) -> Result<Vec<StockPage>, Failure>;
}

/// Finds units for those who want some: opens pages, and keeps the lists.
#[async_trait]
pub trait StockRoom: Stock {
    /// Takes the number of a page that nobody has sold from ([`Opener::open`]). A number whose answer was lost is
    /// found by the next look.
    async fn open_page(&self, opener: &OpenerKey) -> Result<Opened, Failure>;

    /// Notes that an opener has none left of as many pages as it was given; it may have been given more since.
    async fn drop_opener(&self, opener: &OpenerKey, pages: u32) -> Result<(), Failure>;

    /// Notes pages that got units back, and answers with the list. MUST come after the units: a look clears the notes
    /// first and reads the pages second, so that no unit is missed.
    async fn note_returned(&self, sku: &Sku, numbers: &[u32]) -> Result<Option<StockList>, Failure>;

    /// Begins to look at the pages of a SKU, clears what was noted, and answers with the list as it was before;
    /// `None` while somebody else is at it. The same one may begin again, because its answer may have been lost.
    async fn begin_look(&self, sku: &Sku, looking: Looking) -> Result<Option<StockList>, Failure>;

    /// Writes what a look found, with the alert for a crossing, unless another look began meanwhile.
    async fn finish_look(
        &self,
        sku: &Sku,
        looking: Looking,
        look: &Look,
        alert: Option<&StockAlert>,
    ) -> Result<Idempotent<()>, Failure>;
}

/// Why the supply of a SKU did not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeSupplyError {
    /// The supply has another version, or the reference was used: read again and decide anew.
    #[error("the supply has changed")]
    Stale,
    /// Somebody took units that were to be taken off sale: look again.
    #[error("the units were taken meanwhile")]
    Taken,
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Puts units on sale, and takes them off.
#[async_trait]
pub trait StockKeeper: Stock {
    /// The movement of that reference (a consistent read).
    async fn movement(&self, sku: &Sku, reference: &Reference) -> Result<Option<Movement>, Failure>;

    /// Writes a change of supply with its movement, its openers, its pages and its place in the list, or nothing.
    ///
    /// MUST refuse with `Stale` unless the supply still has the version that the change was made from.
    /// MUST refuse with `Taken` rather than take a unit that is held or sold.
    async fn change_supply(&self, change: &SupplyChange) -> Result<(), ChangeSupplyError>;

    /// Sets from how many units down a SKU that is on sale is said to be low.
    async fn set_low(&self, sku: &Sku, at: u32) -> Result<(), Failure>;
}

/// Why a hold was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoldError {
    /// The page has no room for it.
    #[error(transparent)]
    Refused(#[from] HoldRefused),
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Sets units aside, and gives them back to sale. Each answers with the units that the page has from then on.
#[async_trait]
pub trait Holds: Send + Sync {
    /// Sets units aside for a reservation ([`StockPage::hold`]), on a page that nobody may have written yet
    /// ([`StockPage::unwritten`]). MUST be asked only for a page that was handed out, and that the reservation lists.
    async fn hold(
        &self,
        reservation: &ReservationId,
        planned: &PlannedHold,
        expires_at: Timestamp,
    ) -> Result<Idempotent<u32>, HoldError>;

    /// Frees a hold, if it still has exactly the value that was seen; otherwise changes nothing, because whoever
    /// moved it decides ([`StockPage::move_hold`]).
    async fn free(
        &self,
        page: &PageKey,
        reservation: &ReservationId,
        seen: Hold,
    ) -> Result<Idempotent<u32>, Failure>;
}
