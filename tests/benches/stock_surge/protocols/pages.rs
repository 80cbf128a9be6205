use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use application::create_reservation::{
    self, Cart, CartLine, CreateReservation, CreateReservationError, create_reservation,
};
use application::expire_reservation::{self, expire_reservation};
use application::{Bands, Failure, Offers, Shelf};
use domain::catalog::{LowStock, Product, Variant};
use domain::stock::{PageKey, Units};
use domain::{Caller, Money, Quantity, RequestKey, ReservationId, Sku, Timestamp};
use futures_util::FutureExt;
use memory::{ManualClock, Queues, SeededChance, Store};

use super::{Answer, Protocol, Request, Setting};
use crate::client::Client;
use crate::sale::{Key, Spot};
use crate::virtual_time::lock;

mod ports; // what each port method asks of the table
mod stock; // the same for stock
mod time; // the clock and the chance of an environment

use ports::Tables;

/// When the drop opens.
const OPENING: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// How many units one customer may have, where that is limited: more than anybody wants.
const LIMIT: u32 = 4;

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

    async fn expire(&self, environment: &mut Environment, request: Request) -> Result<(), Failure> {
        let key = request_key::<IS_LIMITED>(request.key).ok_or(Failure::Unavailable)?;
        let (at, queues) = (&self.tables(&environment.client), &Queues::default());
        let ports = expire_reservation::Ports {
            reservations: at,
            holds: at,
            limits: at,
            stock: at,
            // Nobody pays here, so nobody asks for an order.
            orders: &self.store,
            queues,
            clock: at,
            chance: at,
        };
        expire_reservation(&ports, &key.reservation_id()).await
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

fn product(skus: &[Sku], is_limited: bool) -> Option<Product> {
    let price = Money::new(8_900, "EUR".parse().ok()?).ok()?;
    let variant = |sku: &Sku| Variant {
        sku: sku.clone(),
        attributes: std::collections::BTreeMap::new(),
        price,
        limit_per_customer: is_limited.then_some(LIMIT),
        on_sale_from: None,
        low_stock: LowStock::default(),
    };
    Some(Product {
        id: "shirt".parse().ok()?,
        name: "Championship shirt".to_owned(),
        category: "shirts".to_owned(),
        brand: None,
        description: None,
        images: Vec::new(),
        variants: skus.iter().map(variant).collect(),
    })
}

fn put_on_sale(store: &Store, product: &Product, units: u32) {
    // Long enough before the opening that nothing is fresh any more.
    let clock = ManualClock::at(OPENING.minus(std::time::Duration::from_secs(3_600)));
    let chance = SeededChance::new(1);
    let (catalog, keeper, stock) = (store, store, store);
    let ports = application::put_on_sale::Ports { catalog, keeper, stock, clock: &clock, chance: &chance };
    let units = Units::parse(units.into());
    let stock: Vec<(Sku, Units)> =
        product.variants.iter().filter_map(|variant| Some((variant.sku.clone(), units.ok()?))).collect();
    let opened = application::put_on_sale::put_on_sale(&ports, product, &stock).now_or_never();
    assert!(matches!(opened, Some(Ok(()))), "the drop opens: {opened:?}");
}

/// Where a page's units lie, for the sale.
fn spot(skus: &[Sku], page: &PageKey) -> Spot {
    let sku = skus.iter().position(|sku| *sku == page.sku).unwrap_or_default();
    Spot { sku, number: page.number as usize }
}
