use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use application::Failure;

use super::{Answer, Protocol, Request, Setting, reservation, unthrottled};
use crate::client::Client;
use crate::limits::baselines::{COUNTERS, LOOK_FOR, PROBES, SOLD_OUT_FOR};
use crate::limits::sizes;
use crate::sale::{Key, Spot};
use crate::table::{Effect, Item, Read, Write, write_units};
use crate::virtual_time::lock;

/// Many counters, and each environment keeps to one of them while it lasts. With a unit goes a marker of what the
/// environment did last, so a repetition there changes nothing, and a unit whose environment died can be found by a
/// reconciler. A repetition by another environment knows nothing of it.
pub(crate) struct Counters {
    setting: Setting,
    started: AtomicUsize,
    rows: Mutex<Rows>,
}

struct Rows {
    counters: Vec<u32>,
    /// By environment: what it did last, and where.
    markers: HashMap<usize, (Key, usize)>,
    /// From which counter each is.
    reservations: HashMap<Key, usize>,
}

/// An environment and what it believes.
pub(crate) struct Environment {
    client: Client,
    number: usize,
    own: usize,
    looked: Option<(Duration, Vec<u32>)>,
    sold_out_until: Duration,
}

impl Counters {
    fn take(&self, environment: usize, counter: usize, request: Request) -> Effect<bool> {
        let mut rows = lock(&self.rows);
        if rows.markers.get(&environment) == Some(&(request.key, counter)) {
            return Effect::Refused(true);
        }
        let Some(left) = rows.counters.get_mut(counter).filter(|left| **left >= request.units) else {
            return Effect::Refused(false);
        };
        *left -= request.units;
        rows.markers.insert(environment, (request.key, counter));
        self.setting.sale.took(request.key, Spot { sku: 0, number: counter }, request.units);
        Effect::Written(true)
    }

    fn reserve(&self, counter: usize, request: Request) -> Effect<()> {
        let mut rows = lock(&self.rows);
        if rows.reservations.contains_key(&request.key) {
            return Effect::Refused(());
        }
        rows.reservations.insert(request.key, counter);
        self.setting.sale.held(request.key, request.units);
        Effect::Written(())
    }

    async fn try_hold(&self, environment: &mut Environment, request: Request) -> Result<Answer, Failure> {
        let now = environment.client.table.time.now();
        if now < environment.sold_out_until {
            return Ok(Answer::SoldOut);
        }
        for _ in 0..PROBES {
            let Environment { client, number, own, .. } = &*environment;
            if client.write(&counter(*own), || self.take(*number, *own, request)).await? {
                let (item, units) = reservation(request.key);
                client.write(&Write::of(item, units), || self.reserve(*own, request)).await?;
                return Ok(Answer::Held);
            }
            if !self.find_another(environment, request.units).await? {
                environment.sold_out_until = environment.client.table.time.now() + SOLD_OUT_FOR;
                return Ok(Answer::SoldOut);
            }
        }
        Ok(Answer::Busy)
    }

    /// Goes to another counter that has enough, by chance; looks at all of them when the last look is old.
    async fn find_another(&self, environment: &mut Environment, units: u32) -> Result<bool, Failure> {
        let Environment { client, own, looked, .. } = environment;
        let now = client.table.time.now();
        let mut seen = match looked.take() {
            Some((at, seen)) if now.saturating_sub(at) < LOOK_FOR => (at, seen),
            Some(_) | None => {
                let all = Read::eventual((0..COUNTERS).map(item).collect(), sizes::COUNTER);
                (now, client.read(&all, || lock(&self.rows).counters.clone()).await?)
            }
        };
        if let Some(left) = seen.1.get_mut(*own) {
            *left = 0;
        }
        let enough: Vec<usize> =
            (0..).zip(&seen.1).filter(|(_, left)| **left >= units).map(|(n, _)| n).collect();
        let found = client.table.draws.one_of(&enough);
        *own = found.copied().unwrap_or(*own);
        *looked = found.is_some().then_some(seen);
        Ok(found.is_some())
    }
}

impl Protocol for Counters {
    type Environment = Environment;
    type Ended = ();

    fn open(setting: Setting) -> Self {
        let share = |counter| {
            let (each, rest) = (setting.units / COUNTERS as u32, setting.units as usize % COUNTERS);
            if counter < rest { each + 1 } else { each }
        };
        let rows = Rows {
            counters: (0..COUNTERS).map(share).collect(),
            markers: HashMap::new(),
            reservations: HashMap::new(),
        };
        Self { setting, started: AtomicUsize::new(0), rows: Mutex::new(rows) }
    }

    fn start(&self, client: Client) -> Environment {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        Environment { client, number, own: number % COUNTERS, looked: None, sold_out_until: Duration::ZERO }
    }

    async fn hold(&self, environment: &mut Environment, request: Request) -> Answer {
        self.try_hold(environment, request).await.unwrap_or_else(Answer::from)
    }

    async fn expire(&self, client: &Client, request: Request) -> Result<(), Failure> {
        let (item, units) = reservation(request.key);
        let end = || {
            let Some(counter) = lock(&self.rows).reservations.remove(&request.key) else {
                return Effect::Refused(None);
            };
            self.setting.sale.let_go(request.key, request.units);
            Effect::Written(Some(counter))
        };
        let Some(number) = client.write(&Write::of(item, units), end).await? else {
            return Ok(());
        };
        let give_back = || {
            if let Some(left) = lock(&self.rows).counters.get_mut(number) {
                *left += request.units;
            }
            self.setting.sale.gave_back(Spot { sku: 0, number }, request.units);
            Effect::Written(())
        };
        unthrottled(client, &counter(number), give_back).await
    }
}

fn item(counter: usize) -> Item {
    Item::hot(&("counter", counter))
}

fn counter(number: usize) -> Write {
    Write::of(item(number), write_units(sizes::COUNTER))
}
