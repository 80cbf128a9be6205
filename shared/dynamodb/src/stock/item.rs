use core::time::Duration;
use std::collections::BTreeMap;

use application::Failure;
use domain::stock::{Hold, HoldRefused, Lane, Opener, OpenerKey, PageKey, StockPage};
use domain::{ReservationId, Timestamp};

use crate::attribute::{self, Fields, Item, add, number, text, time};
use crate::keys;

/// A hold as the value of its attribute. One hold has one spelling: comparing it is the condition of every move.
pub(crate) fn hold_value(hold: Hold) -> String {
    match hold {
        Hold::Held { quantity, expires_at } => format!("held {quantity} {}", expires_at.as_millis()),
        Hold::Paying { quantity } => format!("paying {quantity}"),
    }
}

fn parse_hold(value: &str) -> Option<Hold> {
    let mut words = value.split(' ');
    let hold = match (words.next()?, words.next()?.parse().ok()?, words.next()) {
        ("held", quantity, Some(until)) => {
            Hold::Held { quantity, expires_at: Timestamp::from_millis(until.parse().ok()?) }
        }
        ("paying", quantity, None) => Hold::Paying { quantity },
        _ => return None,
    };
    // Another spelling would never equal what a condition compares it to, and so would never move.
    (hold_value(hold) == value).then_some(hold)
}

pub(crate) fn page(page: &StockPage) -> Item {
    let key = keys::page(&page.key);
    let mut item = attribute::item([
        (keys::SWEEP.partition, text(keys::shard(&key))),
        (keys::PARTITION, text(key)),
        ("sku", text(page.key.sku.as_str())),
        ("number", number(page.key.number)),
        ("capacity", number(page.capacity)),
        ("available", number(page.available)),
        ("sold", number(page.sold)),
    ]);
    let at_once = Timestamp::from_millis(0);
    add(&mut item, keys::SWEEP.place, page.next_sweep(at_once, Duration::ZERO).map(time));
    for (reservation, hold) in &page.holds {
        item.insert(keys::hold(reservation), text(hold_value(*hold)));
    }
    item
}

pub(crate) fn read_page(item: &Item) -> Result<StockPage, Failure> {
    let fields = Fields(item);
    Ok(StockPage {
        key: PageKey { sku: fields.parsed("sku")?, number: fields.number("number")? },
        capacity: fields.number("capacity")?,
        available: fields.number("available")?,
        sold: fields.number("sold")?,
        holds: read_holds(item)?,
    })
}

fn read_holds(item: &Item) -> Result<BTreeMap<ReservationId, Hold>, Failure> {
    let mut holds = BTreeMap::new();
    for (name, value) in item {
        if let Some(owner) = keys::hold_owner(name) {
            let value = value.as_s().ok().and_then(|value| parse_hold(value));
            holds.insert(owner?, value.ok_or(Failure::Unreadable("hold"))?);
        }
    }
    Ok(holds)
}

/// Why a page refused this reservation, by what it answered with; nothing where nobody has written it.
pub(crate) fn refusal(
    key: &PageKey,
    page: Option<&Item>,
    reservation: &ReservationId,
) -> Result<HoldRefused, Failure> {
    Ok(match page {
        None => {
            let unwritten = StockPage::unwritten(key.clone());
            HoldRefused::Insufficient { available: unwritten.map_or(0, |page| page.available) }
        }
        Some(page) if page.contains_key(&keys::hold(reservation)) => HoldRefused::Occupied,
        Some(page) => HoldRefused::Insufficient { available: Fields(page).number("available")? },
    })
}

pub(crate) fn read_opener(item: &Item) -> Result<Opener, Failure> {
    let fields = Fields(item);
    let lane = Lane::opener(fields.number("lane")?).ok_or(Failure::Unreadable("lane"))?;
    Ok(Opener {
        key: OpenerKey { sku: fields.parsed("sku")?, lane },
        pages: fields.number("pages")?,
        opened: fields.number("opened")?,
    })
}
