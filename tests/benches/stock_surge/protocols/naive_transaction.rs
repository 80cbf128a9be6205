use std::collections::HashMap;
use std::sync::Mutex;

use application::Failure;

use super::{Answer, Protocol, Request, Setting, reservation};
use crate::client::Client;
use crate::sale::{Key, Spot};
use crate::table::{Effect, Item, Write};
use crate::virtual_time::lock;

/// One item per SKU counts its units. It is decremented in a transaction with the reservation, which is never half
/// done; but each transaction holds the counter for some milliseconds, and who meets it there tries again.
pub(crate) struct NaiveTransaction {
    setting: Setting,
    rows: Mutex<Rows>,
}

struct Rows {
    counters: Vec<u32>,
    /// Units of each line.
    reservations: HashMap<Key, u32>,
}

impl NaiveTransaction {
    fn writes(&self, key: Key) -> Vec<Write> {
        let (item, units) = reservation(key);
        let counters = (0..self.setting.skus).map(|sku| Write::of(Item::hot(&("counter", sku)), 1));
        counters.chain([Write::of(item, units)]).collect()
    }

    fn take(&self, request: Request) -> Effect<Answer> {
        let Rows { counters, reservations } = &mut *lock(&self.rows);
        if reservations.contains_key(&request.key) {
            return Effect::Refused(Answer::Held);
        }
        if counters.iter().any(|left| *left < request.units) {
            return Effect::Refused(Answer::SoldOut);
        }
        for (sku, left) in counters.iter_mut().enumerate() {
            *left -= request.units;
            self.setting.sale.took(request.key, Spot { sku, number: 0 }, request.units);
            self.setting.sale.held(request.key, request.units);
        }
        reservations.insert(request.key, request.units);
        Effect::Written(Answer::Held)
    }

    fn give_back(&self, request: Request) -> Effect<()> {
        let Rows { counters, reservations } = &mut *lock(&self.rows);
        let Some(units) = reservations.remove(&request.key) else { return Effect::Refused(()) };
        for (sku, left) in counters.iter_mut().enumerate() {
            *left += units;
            self.setting.sale.let_go(request.key, units);
            self.setting.sale.gave_back(Spot { sku, number: 0 }, units);
        }
        Effect::Written(())
    }
}

impl Protocol for NaiveTransaction {
    type Environment = Client;
    type Ended = ();

    fn open(setting: Setting) -> Self {
        let rows = Rows { counters: vec![setting.units; setting.skus], reservations: HashMap::new() };
        Self { setting, rows: Mutex::new(rows) }
    }

    fn start(&self, client: Client) -> Client {
        client
    }

    async fn hold(&self, client: &mut Client, request: Request) -> Answer {
        let writes = self.writes(request.key);
        client.transact(&writes, || self.take(request)).await.unwrap_or_else(Answer::from)
    }

    async fn expire(&self, client: &Client, request: Request) -> Result<(), Failure> {
        let writes = self.writes(request.key);
        client.transact(&writes, || self.give_back(request)).await
    }
}
