use application::Failure;
use domain::stock::{Lane, Movement, MovementKind, Supply};

use crate::attribute::{self, Fields, Item, counts, list, number, text, time};
use crate::keys;

pub(crate) fn supply(supply: &Supply) -> Item {
    attribute::item([
        (keys::PARTITION, text(keys::supply(&supply.sku))),
        ("sku", text(supply.sku.as_str())),
        ("version", number(supply.version)),
        ("received", number(supply.received)),
        ("written_off", number(supply.written_off)),
        ("loose_pages", number(supply.loose_pages)),
        ("lanes", list(supply.lanes.iter().map(number))),
    ])
}

pub(crate) fn read_supply(item: &Item) -> Result<Supply, Failure> {
    let fields = Fields(item);
    Ok(Supply {
        sku: fields.parsed("sku")?,
        version: fields.number("version")?,
        received: fields.number("received")?,
        written_off: fields.number("written_off")?,
        loose_pages: fields.number("loose_pages")?,
        lanes: fields.numbers("lanes")?,
    })
}

pub(crate) fn movement(movement: &Movement) -> Item {
    let unopened = movement.unopened.iter().map(|(lane, pages)| (lane.number(), *pages));
    attribute::item([
        (keys::PARTITION, text(keys::movement(&movement.sku, &movement.reference))),
        ("sku", text(movement.sku.as_str())),
        ("number", number(movement.number)),
        ("reference", text(movement.reference.as_str())),
        ("kind", text(movement.kind.as_str())),
        ("units", number(movement.units)),
        ("unopened", counts(unopened)),
        ("pages", counts(movement.pages.iter())),
        ("at", time(movement.at)),
    ])
}

pub(crate) fn read_movement(item: &Item) -> Result<Movement, Failure> {
    let fields = Fields(item);
    Ok(Movement {
        sku: fields.parsed("sku")?,
        number: fields.number("number")?,
        reference: fields.parsed("reference")?,
        kind: fields.word("kind", MovementKind::named)?,
        units: fields.number("units")?,
        unopened: fields.counts("unopened", |word| Lane::opener(word.parse().ok()?))?,
        pages: fields.counts("pages", |word| word.parse().ok())?,
        at: fields.time("at")?,
    })
}
