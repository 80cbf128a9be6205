use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use application::Failure;

use super::{Answer, Protocol, Request, Setting, reservation, unthrottled};
use crate::client::Client;
use crate::limits::baselines::SOLD_OUT_FOR;
use crate::sale::{Key, Spot};
use crate::table::{Effect, Item, Write};
use crate::virtual_time::lock;

const SPOT: Spot = Spot { sku: 0, number: 0 };

/// One item counts the units of a SKU. A conditional write decrements it, and a second write makes the reservation.
/// It sells what one partition writes; what goes wrong between the two writes, or with an answer, loses a unit.
pub(crate) struct PlainCounter {
    setting: Setting,
    rows: Mutex<Rows>,
}

struct Rows {
    counter: u32,
    reservations: HashSet<Key>,
}

/// An environment, and until when it believes that everything is sold.
pub(crate) struct Environment {
    client: Client,
    sold_out_until: Duration,
}

impl PlainCounter {
    fn take(&self, request: Request) -> Effect<bool> {
        let mut rows = lock(&self.rows);
        if rows.counter < request.units {
            return Effect::Refused(false);
        }
        rows.counter -= request.units;
        self.setting.sale.took(request.key, SPOT, request.units);
        Effect::Written(true)
    }

    fn reserve(&self, request: Request) -> Effect<()> {
        if !lock(&self.rows).reservations.insert(request.key) {
            return Effect::Refused(());
        }
        self.setting.sale.held(request.key, request.units);
        Effect::Written(())
    }

    async fn try_hold(&self, environment: &mut Environment, request: Request) -> Result<Answer, Failure> {
        let Environment { client, sold_out_until } = environment;
        if client.table.time.now() < *sold_out_until {
            return Ok(Answer::SoldOut);
        }
        if !client.write(&counter(), || self.take(request)).await? {
            *sold_out_until = client.table.time.now() + SOLD_OUT_FOR;
            return Ok(Answer::SoldOut);
        }
        let (item, units) = reservation(request.key);
        client.write(&Write::of(item, units), || self.reserve(request)).await?;
        Ok(Answer::Held)
    }
}

impl Protocol for PlainCounter {
    type Environment = Environment;
    type Ended = ();

    fn open(setting: Setting) -> Self {
        let rows = Rows { counter: setting.units, reservations: HashSet::new() };
        Self { setting, rows: Mutex::new(rows) }
    }

    fn start(&self, client: Client) -> Environment {
        Environment { client, sold_out_until: Duration::ZERO }
    }

    async fn hold(&self, environment: &mut Environment, request: Request) -> Answer {
        self.try_hold(environment, request).await.unwrap_or_else(Answer::from)
    }

    async fn expire(&self, client: &Client, request: Request) -> Result<(), Failure> {
        let (item, units) = reservation(request.key);
        let end = || {
            if !lock(&self.rows).reservations.remove(&request.key) {
                return Effect::Refused(false);
            }
            self.setting.sale.let_go(request.key, request.units);
            Effect::Written(true)
        };
        if client.write(&Write::of(item, units), end).await? {
            let give_back = || {
                lock(&self.rows).counter += request.units;
                self.setting.sale.gave_back(SPOT, request.units);
                Effect::Written(())
            };
            unthrottled(client, &counter(), give_back).await?;
        }
        Ok(())
    }
}

fn counter() -> Write {
    Write::of(Item::hot(&("counter", 0)), 1)
}
