//! How a unit can be held: what we ship, and what it is compared with.

use std::sync::Arc;
use std::time::Duration;

use application::Failure;

use crate::client::Client;
use crate::limits::sizes;
use crate::records::Records;
use crate::sale::{Key, Sale};
use crate::table::{Effect, Item, Write, write_units};

mod counters; // 64 counters, each with a marker per environment
mod naive_transaction; // one counter and the reservation, in one transaction
mod pages; // what we ship
mod plain_counter; // one counter, and then the reservation
mod unit_items; // an item per unit

pub(crate) use counters::Counters;
pub(crate) use naive_transaction::NaiveTransaction;
pub(crate) use pages::Pages;
pub(crate) use plain_counter::PlainCounter;
pub(crate) use unit_items::UnitItems;

/// What a shopper wants: so many units of each SKU of the case.
#[derive(Clone, Copy)]
pub(crate) struct Request {
    pub(crate) key: Key,
    pub(crate) units: u32,
}

/// What a shopper is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Held,
    SoldOut,
    /// Nothing was done, because too much is going on.
    Busy,
    /// It may have been done: to be asked again with the same key.
    Unknown,
}

/// What every environment of a case shares.
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) sale: Arc<Sale>,
    /// Of each SKU.
    pub(crate) units: u32,
    pub(crate) skus: usize,
    /// How long units are held that nobody pays for.
    pub(crate) hold_time: Duration,
}

/// A way to hold units.
pub(crate) trait Protocol: Send + Sync + Sized + 'static {
    /// What an environment has and remembers.
    type Environment: Send + 'static;

    /// What the end of a hold leaves to be done together with others.
    type Ended: Send;

    /// All units on sale, none sold.
    fn open(setting: Setting) -> Self;

    /// A new environment.
    fn start(&self, client: Client) -> Self::Environment;

    /// Serves one request.
    fn hold(
        &self,
        environment: &mut Self::Environment,
        request: Request,
    ) -> impl Future<Output = Answer> + Send;

    /// Ends a request's hold, because nobody paid in time. Safe to repeat.
    fn expire(
        &self,
        client: &Client,
        request: Request,
    ) -> impl Future<Output = Result<Self::Ended, Failure>> + Send;

    /// Does what the ends of a batch left, and answers for each. Baselines leave nothing.
    fn finish(
        &self,
        _client: &Client,
        ended: Vec<Self::Ended>,
    ) -> impl Future<Output = Vec<Result<(), Failure>>> + Send {
        std::future::ready(ended.into_iter().map(|_nothing| Ok(())).collect())
    }

    /// Turns a request's hold into an order, and answers whether it did. Baselines end with the hold.
    fn check_out(
        &self,
        _environment: &mut Self::Environment,
        _request: Request,
    ) -> impl Future<Output = bool> + Send {
        std::future::ready(false)
    }

    /// Ends a request's hold, because its shopper changed their mind. Safe to repeat. Baselines end with the hold.
    fn release(
        &self,
        _environment: &mut Self::Environment,
        _request: Request,
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        std::future::ready(Err(Failure::Unavailable))
    }

    /// Finds what lost messages left behind.
    fn sweep(&self, _environment: &mut Self::Environment) -> impl Future<Output = Vec<Request>> + Send {
        std::future::ready(Vec::new())
    }

    /// Units in holds whose deadline is over, as it is stored. Baselines have no deadlines.
    fn overdue(&self, _now: Duration) -> Option<u32> {
        None
    }

    /// What is stored, while nobody writes. Baselines store nothing that the sale is not told of.
    fn records(&self) -> Option<Records> {
        None
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Throttled | Failure::Unavailable | Failure::Unreadable(_) => Self::Busy,
            Failure::OutcomeUnknown => Self::Unknown,
        }
    }
}

/// Makes a write until it is not throttled, because what was throttled was not done. One whose outcome is not known is
/// not made again: it has no condition that would tell.
async fn unthrottled<T: Send>(
    client: &Client,
    write: &Write,
    mut apply: impl FnMut() -> Effect<T> + Send,
) -> Result<T, Failure> {
    loop {
        match client.write(write, &mut apply).await {
            Err(Failure::Throttled) => {}
            definite => return definite,
        }
    }
}

/// The reservation of a request, and what it costs to write.
fn reservation(key: Key) -> (Item, u32) {
    (Item::of(&("reservation", key)), write_units(sizes::RESERVATION))
}
