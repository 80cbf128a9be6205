//! Every key of the database, and the registry of what stands under it.
//!
//! No other file spells a key. Ids consist of letters, digits, `_` and `-`, so that `#` only ever separates.

use application::{Failure, SWEEP_SHARDS};
use domain::fraud::{Day, Subject};
use domain::payment::{GatewayName, GatewayReference};
use domain::reconciliation::DifferenceKey;
use domain::stock::{OpenerKey, PageKey};
use domain::webhook::EventKey;
use domain::{Caller, Currency, EventId, OrderId, ProductId, Reference, ReservationId, Sku};

mod parsing; // records, from the keys that indexes and streams give
mod registry; // the kinds of items, and the questions asked of them

#[cfg(test)]
pub(crate) mod readme; // the registry as the tables of the crate's README.md

pub(crate) use parsing::{Record, parse_overdue, parse_posted, parse_record, parse_work};
pub use registry::{ACCESS_PATTERNS, AccessPattern, ENTITIES, Entity};

/// The partition key of every table. No table has a sort key, so that items spread over all partitions.
pub const PARTITION: &str = "pk";

/// A table, by its name in `template.yaml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Products.
    Catalog,
    /// Pages, where to look for them, and supply.
    Stock,
    /// Reservations, orders, limits, what gateways told and how they are, what they say differently, and what the fraud rules
    /// are told.
    Orders,
}

impl Table {
    /// The table's resource in `template.yaml`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Catalog => "Catalog",
            Self::Stock => "Stock",
            Self::Orders => "Orders",
        }
    }
}

/// An index of a table. Only items that have both of its attributes are in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its table.
    pub table: Table,
    /// Its name.
    pub name: &'static str,
    /// The attribute that is its partition key, always text.
    pub partition: &'static str,
    /// The attribute that orders each partition.
    pub place: &'static str,
    /// Whether that is a number; text otherwise.
    pub place_is_number: bool,
    /// What it repeats of its items beside their keys.
    pub repeats: Repeats,
}

/// What an index repeats of its items beside their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// Nothing.
    KeysOnly,
    /// These attributes.
    Attributes(&'static [&'static str]),
    /// Everything.
    WholeItems,
}

/// Every product, by id.
pub static LISTING: Index = Index {
    table: Table::Catalog,
    name: "listing",
    partition: "listing",
    place: "listing_position",
    place_is_number: false,
    repeats: Repeats::WholeItems,
};

/// The products of a category, by id.
pub static CATEGORY: Index = Index {
    table: Table::Catalog,
    name: "category",
    partition: "category",
    place: "listing_position",
    place_is_number: false,
    repeats: Repeats::WholeItems,
};

/// Pages with holds, by when the sweeper should look at them.
pub static SWEEP: Index = Index {
    table: Table::Stock,
    name: "sweep",
    partition: "sweep_shard",
    place: "sweep_at",
    place_is_number: true,
    repeats: Repeats::KeysOnly,
};

/// Orders and events that wait for a worker, by when.
pub static WAKE: Index = Index {
    table: Table::Orders,
    name: "wake",
    partition: "wake_shard",
    place: "wake_at",
    place_is_number: true,
    repeats: Repeats::KeysOnly,
};

/// Orders and events that wait for a person, by since when.
pub static WORK: Index = Index {
    table: Table::Orders,
    name: "work",
    partition: WAKE.partition,
    place: "work_since",
    place_is_number: true,
    repeats: Repeats::Attributes(&["work", "work_until"]),
};

/// Orders that money moved for, by when that was posted last.
pub static POSTED: Index = Index {
    table: Table::Orders,
    name: "posted",
    partition: WAKE.partition,
    place: "posted_at",
    place_is_number: true,
    repeats: Repeats::KeysOnly,
};

/// Every index.
pub static INDEXES: [&Index; 6] = [&LISTING, &CATEGORY, &SWEEP, &WAKE, &WORK, &POSTED];

/// The one partition of [`LISTING`].
pub(crate) const EVERY_PRODUCT: &str = "all";

pub(crate) fn product(id: &ProductId) -> String {
    format!("product#{id}")
}

pub(crate) fn sku(sku: &Sku) -> String {
    format!("sku#{sku}")
}

pub(crate) fn page(key: &PageKey) -> String {
    format!("page#{}#{}", key.sku, key.number)
}

pub(crate) fn opener(key: &OpenerKey) -> String {
    format!("opener#{}#{}", key.sku, key.lane.number())
}

pub(crate) fn list(sku: &Sku) -> String {
    format!("list#{sku}")
}

pub(crate) fn supply(sku: &Sku) -> String {
    format!("supply#{sku}")
}

pub(crate) fn movement(sku: &Sku, reference: &Reference) -> String {
    format!("movement#{sku}#{reference}")
}

pub(crate) fn stock_alert(sku: &Sku, number: u64) -> String {
    format!("stock-alert#{sku}#{number}")
}

pub(crate) fn reservation(id: &ReservationId) -> String {
    format!("reservation#{id}")
}

pub(crate) fn order(id: &OrderId) -> String {
    format!("order#{id}")
}

pub(crate) fn limit(sku: &Sku, customer: &Caller) -> String {
    format!("limit#{sku}#{customer}")
}

pub(crate) fn webhook(key: &EventKey) -> String {
    format!("webhook#{}#{}", key.gateway.as_str(), key.id)
}

pub(crate) fn circuit(gateway: GatewayName) -> String {
    format!("circuit#{}", gateway.as_str())
}

pub(crate) fn velocity(subject: &Subject, day: Day) -> String {
    format!("velocity#{}#{}#{}", subject.kind.as_str(), subject.digest, day.number())
}

pub(crate) fn paid(customer: &Subject, currency: Currency) -> String {
    format!("paid#{}#{currency}", customer.digest)
}

pub(crate) fn facts(gateway: GatewayName, reference: &GatewayReference) -> String {
    format!("facts#{}#{}", gateway.as_str(), reference.as_str())
}

pub(crate) fn reconciliation(gateway: GatewayName) -> String {
    format!("reconciliation#{}", gateway.as_str())
}

pub(crate) fn difference(key: &DifferenceKey) -> String {
    format!("difference#{}#{}#{}", key.gateway.as_str(), key.kind.as_str(), key.subject)
}

/// The attribute of a gateway's facts that is this event's.
pub(crate) fn fact(id: &EventId) -> String {
    format!("fact:{id}")
}

/// Whether an attribute is a fact.
pub(crate) fn is_fact(attribute: &str) -> bool {
    attribute.starts_with("fact:")
}

/// The attribute of a limit that is this reservation's claim.
pub(crate) fn claim(id: &ReservationId) -> String {
    format!("claim:{id}")
}

/// Whose claim an attribute of a limit is, if it is one.
pub(crate) fn claim_owner(attribute: &str) -> Option<Result<ReservationId, Failure>> {
    let id = attribute.strip_prefix("claim:")?;
    Some(id.parse().map_err(|_| Failure::Unreadable("claim")))
}

/// The attribute of a page that is this reservation's hold.
pub(crate) fn hold(id: &ReservationId) -> String {
    format!("hold:{id}")
}

/// Whose hold an attribute of a page is, if it is one.
pub(crate) fn hold_owner(attribute: &str) -> Option<Result<ReservationId, Failure>> {
    let id = attribute.strip_prefix("hold:")?;
    Some(id.parse().map_err(|_| Failure::Unreadable("hold")))
}

/// The page of a key.
pub(crate) fn parse_page(key: &str) -> Option<PageKey> {
    let (sku, number) = key.strip_prefix("page#")?.split_once('#')?;
    Some(PageKey { sku: sku.parse().ok()?, number: number.parse().ok()? })
}

/// What an item of the table of stock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StockItem {
    Page,
    Opener,
    Supply,
    Movement,
    /// What is known or told of the others, and accounts for no unit itself.
    Notice,
}

/// The kind of a key of the table of stock; none for a kind that this version does not know.
pub(crate) fn parse_stock(key: &str) -> Option<StockItem> {
    match key.split_once('#')?.0 {
        "page" => Some(StockItem::Page),
        "opener" => Some(StockItem::Opener),
        "supply" => Some(StockItem::Supply),
        "movement" => Some(StockItem::Movement),
        // Alerts of an earlier version stand in this table.
        "list" | "stock-alert" => Some(StockItem::Notice),
        _ => None,
    }
}

/// What an item of the table of orders is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PurchaseItem {
    Reservation,
    Order,
    Limit,
    /// What was told or counted of the others, or stands beside them, and neither accounts for a unit nor for money itself.
    Notice,
}

/// The kind of a key of the table of orders; none for a kind that this version does not know.
pub(crate) fn parse_purchase(key: &str) -> Option<PurchaseItem> {
    match key.split_once('#')?.0 {
        "reservation" => Some(PurchaseItem::Reservation),
        "order" => Some(PurchaseItem::Order),
        "limit" => Some(PurchaseItem::Limit),
        "webhook" | "circuit" | "facts" | "velocity" | "paid" | "reconciliation" | "difference"
        | "stock-alert" => Some(PurchaseItem::Notice),
        _ => None,
    }
}

/// The part of the sweeper's indexes that an item is in, fixed by its key: FNV-1a, which is not to change.
pub(crate) fn shard(key: &str) -> String {
    let hash =
        key.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash % SWEEP_SHARDS).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use application::Overdue;

    use super::*;

    #[test]
    fn a_page_and_an_order_are_known_by_their_keys() {
        let key = PageKey { sku: "SHIRT-M".parse().unwrap(), number: 12 };
        assert_eq!(page(&key), "page#SHIRT-M#12");
        assert_eq!(parse_page("page#SHIRT-M#12"), Some(key));
        assert_eq!(parse_page("supply#SHIRT-M"), None);
        assert_eq!(parse_overdue("order#o1"), Some(Overdue::Order("o1".parse().unwrap())));
        assert_eq!(parse_overdue("reservation#o1"), None);
    }

    #[test]
    fn a_record_of_a_kind_that_is_not_known_is_nobodys() {
        assert_eq!(parse_record("refund#1"), Ok(None));
        assert_eq!(parse_record("limit#SHIRT-M#customer-1"), Ok(None));
        assert_eq!(parse_record("order#no spaces"), Err(Failure::Unreadable("pk")));
        assert_eq!(parse_record("webhook#cash#evt_1"), Err(Failure::Unreadable("pk")));
    }

    #[test]
    fn an_event_is_known_by_its_gateway_and_its_id_there() {
        let key = EventKey { gateway: GatewayName::Stripe, id: "evt_1".parse().unwrap() };
        assert_eq!(webhook(&key), "webhook#stripe#evt_1");
        assert_eq!(parse_record("webhook#stripe#evt_1"), Ok(Some(Record::Webhook(key))));
    }

    #[test]
    fn the_shard_of_a_key_never_changes() {
        assert_eq!(shard("page#SHIRT-M#0"), shard("page#SHIRT-M#0"));
        assert_eq!(shard("foobar"), (0xbf9c_f968_u32 % SWEEP_SHARDS).to_string());
    }

    #[test]
    fn the_pages_of_one_sku_spread_over_the_shards() {
        let shards: BTreeSet<String> =
            (0..200).map(|number| shard(&format!("page#SHIRT-M#{number}"))).collect();
        assert_eq!(shards.len(), usize::try_from(SWEEP_SHARDS).unwrap());
    }
}
