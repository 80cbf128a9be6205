use std::collections::BTreeMap;

use application::Failure;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::catalog::Availability;
use domain::stock::{Lane, Look, Looking, StockAlert, StockList};

use crate::attribute::{self, Fields, Item, add, counts, list, map, number, number_set, text, time};
use crate::keys;
use crate::reservations::item::wake;

pub(crate) fn stock_list(stock: &StockList) -> Item {
    let mut item = attribute::item([
        (keys::PARTITION, text(keys::list(&stock.sku))),
        ("sku", text(stock.sku.as_str())),
        ("openers", counts(stock.openers.iter().map(|(lane, pages)| (lane.number(), *pages)))),
        ("lanes", number(stock.lanes)),
        ("loose_pages", number(stock.loose_pages)),
        ("low_at", number(stock.low_at)),
        ("look", look(&stock.look)),
    ]);
    // The database has no empty set.
    let returned = (!stock.returned.is_empty()).then(|| number_set(&stock.returned));
    add(&mut item, "returned", returned);
    add(&mut item, "looking", stock.looking.map(looking));
    item
}

pub(crate) fn read_list(item: &Item) -> Result<StockList, Failure> {
    let fields = Fields(item);
    Ok(StockList {
        sku: fields.parsed("sku")?,
        openers: fields.counts("openers", |word| Lane::opener(word.parse().ok()?))?,
        lanes: fields.number("lanes")?,
        loose_pages: fields.number("loose_pages")?,
        low_at: fields.number("low_at")?,
        returned: fields.optional("returned", Fields::number_set)?.unwrap_or_default(),
        look: read_look(fields.map("look")?)?,
        looking: fields.optional("looking", |fields, name| read_looking(fields.map(name)?))?,
    })
}

pub(crate) fn look(look: &Look) -> AttributeValue {
    map([
        ("at", time(look.at)),
        ("full_at", time(look.full_at)),
        ("pages", counts(look.pages.iter())),
        ("is_complete", AttributeValue::Bool(look.is_complete)),
        ("units", number(look.units)),
        ("seen", list(look.seen.iter().map(number))),
        ("band", text(look.band.as_str())),
        ("alerts", number(look.alerts)),
    ])
}

fn read_look(fields: Fields<'_>) -> Result<Look, Failure> {
    let pages: BTreeMap<u32, u32> = fields.counts("pages", |word| word.parse().ok())?;
    Ok(Look {
        at: fields.time("at")?,
        full_at: fields.time("full_at")?,
        pages,
        is_complete: fields.flag("is_complete")?,
        units: fields.number("units")?,
        seen: fields.numbers("seen")?,
        band: fields.word("band", Availability::named)?,
        alerts: fields.number("alerts")?,
    })
}

/// Who is looking. One has one spelling: comparing it is the condition of the look's end.
pub(crate) fn looking(looking: Looking) -> AttributeValue {
    map([("since", time(looking.since)), ("until", time(looking.until)), ("by", number(looking.by))])
}

fn read_looking(fields: Fields<'_>) -> Result<Looking, Failure> {
    Ok(Looking { since: fields.time("since")?, until: fields.time("until")?, by: fields.number("by")? })
}

pub(crate) fn alert(alert: &StockAlert) -> Item {
    attribute::item([
        (keys::PARTITION, text(keys::stock_alert(&alert.sku, alert.number))),
        ("sku", text(alert.sku.as_str())),
        ("number", number(alert.number)),
        ("kind", text(alert.kind.as_str())),
        ("units", number(alert.units)),
        ("at", time(alert.at)),
        ("wake", wake(alert.wake())),
    ])
}
