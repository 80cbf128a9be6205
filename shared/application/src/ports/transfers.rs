use std::time::Duration;

use async_trait::async_trait;
use domain::reconciliation::{Transfer, Window};

use super::{Cursor, Failure, Listing};

/// A gateway's own list of the money that it moved.
#[async_trait]
pub trait Transfers: Send + Sync {
    /// How long after a window's end everything of it is in the list.
    fn complete_after(&self) -> Duration;

    /// How long one page takes at the most: a list may be a file that is fetched in one piece.
    fn page_max(&self) -> Duration;

    /// One page of what was moved in a window, in one call, in no order. Whoever calls goes on with [`Listing::next`] until
    /// there is none, and has everything then.
    ///
    /// MUST end within [`Transfers::page_max`].
    /// MUST fail rather than leave out what it cannot read, if that may be money of a shopper.
    async fn page(&self, window: Window, after: Option<&Cursor>) -> Result<Listing<Transfer>, Failure>;
}
