use application::Failure;
use domain::payment::GatewayName;
use domain::reconciliation::{Difference, DifferenceKey, DifferenceKind, DifferenceSubject, Reconciled};

use crate::attribute::{self, Fields, Item, add, money, number, text, time};
use crate::keys;

pub(crate) fn read_reconciled(fields: Fields<'_>) -> Result<Reconciled, Failure> {
    Ok(Reconciled {
        until: fields.time("until")?,
        unanswered_since: fields.optional("unanswered_since", Fields::time)?,
    })
}

pub(crate) fn difference(difference: &Difference) -> Item {
    let Difference { key, order_id, amount, found_at, resolved_at } = difference;
    let (of_key, work) = (keys::difference(key), difference.work());
    let mut item = attribute::item([
        (keys::WORK.partition, text(keys::shard(&of_key))),
        (keys::PARTITION, text(of_key)),
        ("gateway", text(key.gateway.as_str())),
        ("kind", text(key.kind.as_str())),
        ("amount", money(*amount)),
        ("found_at", time(*found_at)),
    ]);
    match &key.subject {
        DifferenceSubject::Transfer(id) => add(&mut item, "transfer", Some(text(id.as_str()))),
        // Its order stands in `order_id`.
        DifferenceSubject::Posting(_, posting) => add(&mut item, "posting", Some(number(posting))),
    }
    add(&mut item, "order_id", order_id.as_ref().map(|id| text(id.as_str())));
    add(&mut item, "resolved_at", resolved_at.map(time));
    add(&mut item, "work", work.map(|work| text(work.kind.as_str())));
    add(&mut item, keys::WORK.place, work.map(|work| time(work.since)));
    item
}

pub(crate) fn read_difference(item: &Item) -> Result<Difference, Failure> {
    let fields = Fields(item);
    let subject = match fields.optional("posting", Fields::number)? {
        Some(posting) => DifferenceSubject::Posting(fields.parsed("order_id")?, posting),
        None => DifferenceSubject::Transfer(fields.parsed("transfer")?),
    };
    Ok(Difference {
        key: DifferenceKey {
            gateway: fields.word("gateway", GatewayName::named)?,
            kind: fields.word("kind", DifferenceKind::named)?,
            subject,
        },
        order_id: fields.optional("order_id", Fields::parsed)?,
        amount: fields.money("amount")?,
        found_at: fields.time("found_at")?,
        resolved_at: fields.optional("resolved_at", Fields::time)?,
    })
}
