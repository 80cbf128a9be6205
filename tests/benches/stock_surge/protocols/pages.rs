use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::time::Duration;

use application::create_reservation::{
    self, Cart, CartLine, CreateReservation, CreateReservationError, create_reservation,
};
use application::expire_reservation::{self, Ended, expire_reservation};
use application::{Bands, Failure, Offers, Shelf, sweep};
use domain::stock::PageKey;
use domain::{Caller, Quantity, RequestKey, ReservationId, Sku, Timestamp};
use memory::Store;

use super::{Answer, Protocol, Request, Setting};
use crate::client::Client;
use crate::records::Records;
use crate::sale::{Key, Spot};
use crate::virtual_time::lock;

mod later; // what comes after a hold
mod opening; // how the drop is put on sale
mod ports; // what each port method asks of the table
mod records; // what is stored, for whoever checks it
mod stock; // the same for stock
mod time; // the clock and the chance of an environment

use later::Woken;
use opening::{PRICE_CENTS, product, put_on_sale};
use ports::Tables;

/// When the drop opens.
const OPENING: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// What we ship: the use cases themselves. A port method asks the table for what `shared/dynamodb` asks it for, and has
/// its effect in the store of `shared/memory`, which the contract suite holds to the same behaviour.
pub(crate) struct Pages<const IS_LIMITED: bool> {
    setting: Setting,
    skus: Vec<Sku>,
    store: Store,
    requests: Mutex<HashMap<ReservationId, Request>>,
    /// Pages that have their place in the sweeper's index. Nobody sweeps here, so they keep it.
    indexed: Mutex<HashSet<PageKey>>,
}

/// An environment, and what it remembers.
pub(crate) struct Environment {
    client: Client,
    shelf: Shelf,
    bands: Bands,
    offers: Offers,
}

impl<const IS_LIMITED: bool> Pages<IS_LIMITED> {
    fn tables<'a>(&'a self, client: &'a Client) -> Tables<'a> {
        let Self { setting, skus, store, requests, indexed } = self;
        Tables { sale: &setting.sale, skus, store, requests, indexed, client }
    }

    fn command(&self, request: Request) -> Option<CreateReservation> {
        let line = |sku: &Sku| {
            let quantity = Quantity::parse(request.units.into()).ok()?;
            Some(CartLine { sku: sku.clone(), quantity, unit_price: None })
        };
        let lines: Option<Vec<CartLine>> = self.skus.iter().map(line).collect();
        Some(CreateReservation {
            request: request_key::<IS_LIMITED>(request.key)?,
            cart: Cart::new(lines?, None).ok()?,
            hold_time: self.setting.hold_time,
        })
    }
}

impl<const IS_LIMITED: bool> Protocol for Pages<IS_LIMITED> {
    type Environment = Environment;
    type Ended = Ended;

    fn open(setting: Setting) -> Self {
        let skus: Vec<Sku> =
            (0..setting.skus).filter_map(|number| format!("SHIRT-{number}").parse().ok()).collect();
        let store = Store::default();
        if let Some(product) = product(&skus, IS_LIMITED) {
            put_on_sale(&store, &product, setting.units);
        }
        Self { setting, skus, store, requests: Mutex::default(), indexed: Mutex::default() }
    }

    fn start(&self, client: Client) -> Environment {
        let (shelf, bands, offers) = <(Shelf, Bands, Offers)>::default();
        Environment { client, shelf, bands, offers }
    }

    async fn hold(&self, environment: &mut Environment, request: Request) -> Answer {
        let Environment { client, shelf, bands, offers } = &*environment;
        let Some(command) = self.command(request) else { return Answer::Busy };
        lock(&self.requests).insert(command.request.reservation_id(), request);
        let at = &self.tables(client);
        let ports = create_reservation::Ports {
            catalog: at,
            offers,
            stock: at,
            shelf,
            bands,
            reservations: at,
            closer: at,
            orders: at,
            holds: at,
            limits: at,
            clock: at,
            chance: at,
        };
        match create_reservation(&ports, &command).await {
            Ok(_) => Answer::Held,
            Err(CreateReservationError::InsufficientStock(_)) => Answer::SoldOut,
            Err(CreateReservationError::Failure(failure)) => failure.into(),
            Err(_) => Answer::Busy,
        }
    }

    async fn expire(&self, client: &Client, request: Request) -> Result<Ended, Failure> {
        let key = request_key::<IS_LIMITED>(request.key).ok_or(Failure::Unavailable)?;
        let (at, queues) = (&self.tables(client), &Woken::default());
        expire_reservation(&expiring(at, queues), &key.reservation_id()).await
    }

    async fn finish(&self, client: &Client, ended: Vec<Ended>) -> Vec<Result<(), Failure>> {
        let (at, queues) = (&self.tables(client), &Woken::default());
        expire_reservation::finish(&expiring(at, queues), ended).await
    }

    async fn check_out(&self, environment: &mut Environment, request: Request) -> bool {
        let lines = self.skus.len() as i64;
        let total = opening::euros(PRICE_CENTS * i64::from(request.units) * lines);
        let (Some(key), Some(total)) = (request_key::<IS_LIMITED>(request.key), total) else { return false };
        later::check_out(&self.tables(&environment.client), key, total).await.unwrap_or_default()
    }

    async fn release(&self, environment: &mut Environment, request: Request) -> Result<(), Failure> {
        let key = request_key::<IS_LIMITED>(request.key).ok_or(Failure::Unavailable)?;
        later::release(&self.tables(&environment.client), &key).await
    }

    async fn sweep(&self, environment: &mut Environment) -> Vec<Request> {
        let (at, queues) = (&self.tables(&environment.client), Woken::default());
        let ports = sweep::Ports { index: at, stock: at, orders: at, queues: &queues, clock: at };
        // What this sweep cannot read is left for the next one.
        let _woken = sweep::sweep(&ports).await;
        let requests = lock(&self.requests);
        queues.into_inner().iter().filter_map(|id| requests.get(id).copied()).collect()
    }

    fn overdue(&self, now: Duration) -> Option<u32> {
        Some(records::overdue(&self.store.books(None), OPENING.plus(now)))
    }

    fn records(&self) -> Option<Records> {
        let books = self.store.books(None);
        let claims = IS_LIMITED.then(|| records::claims(&books));
        Some(Records { claims, ..records::of(&books, &self.skus, &lock(&self.requests)) })
    }
}

fn expiring<'a>(at: &'a Tables<'_>, queues: &'a Woken) -> expire_reservation::Ports<'a> {
    expire_reservation::Ports {
        reservations: at,
        holds: at,
        limits: at,
        stock: at,
        orders: at,
        queues,
        clock: at,
        chance: at,
    }
}

/// A shopper is somebody else with each request; a customer where the SKU is limited.
fn request_key<const IS_LIMITED: bool>(key: Key) -> Option<RequestKey> {
    let name = format!("{key:016}");
    let caller = if IS_LIMITED {
        Caller::customer("bench", &name)
    } else {
        let mut token = [0; 32];
        token.iter_mut().zip(key.to_be_bytes()).for_each(|(place, byte)| *place = byte);
        Caller::guest(&token)
    };
    Some(RequestKey { caller, key: name.parse().ok()? })
}

/// Where a page's units lie, for the sale.
fn spot(skus: &[Sku], page: &PageKey) -> Spot {
    let sku = skus.iter().position(|sku| *sku == page.sku).unwrap_or_default();
    Spot { sku, number: page.number as usize }
}
