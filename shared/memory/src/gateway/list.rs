use std::time::Duration;

use application::{Cursor, Failure, Listing, Transfers};
use async_trait::async_trait;
use domain::Timestamp;
use domain::reconciliation::{Transfer, Window};

use super::ScriptedGateway;

/// How much a page has: little, so that lists have several.
const PAGE: usize = 2;

impl ScriptedGateway {
    /// Adds to what it lists as moved at this time. It lists what it is told to, whatever its book says.
    pub fn list(&self, at: Timestamp, transfers: impl IntoIterator<Item = Transfer>) {
        self.lock().listed.extend(transfers.into_iter().map(|transfer| (at, transfer)));
    }

    /// The answers of the next calls for a page are lost.
    pub fn lose_lists(&self, calls: u32) {
        self.lock().lists_lost = calls;
    }
}

#[async_trait]
impl Transfers for ScriptedGateway {
    fn complete_after(&self) -> Duration {
        Duration::from_secs(60 * 60)
    }

    fn page_max(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn page(&self, window: Window, after: Option<&Cursor>) -> Result<Listing<Transfer>, Failure> {
        let mut desk = self.lock();
        if let Some(left) = desk.lists_lost.checked_sub(1) {
            desk.lists_lost = left;
            return Err(Failure::Unavailable);
        }
        let inside = desk.listed.iter().filter(|(at, _)| window.contains(*at));
        let inside: Vec<Transfer> = inside.map(|(_, transfer)| transfer.clone()).collect();
        let begin = match after {
            None => 0,
            Some(Cursor(page)) => page.parse().map_err(|_| Failure::Unreadable("a cursor"))?,
        };
        let end = inside.len().min(PAGE.saturating_add(begin));
        let next = (end < inside.len()).then(|| Cursor(end.to_string()));
        Ok(Listing { items: inside.get(begin..end).unwrap_or_default().to_vec(), next })
    }
}
