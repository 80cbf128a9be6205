use application::Failure;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::payment::{Dispute, DisputeState, ListedAs};

use crate::attribute::{self, Fields, Item, add, money, number, text, time};

pub(crate) fn dispute(dispute: &Dispute) -> AttributeValue {
    let mut item = attribute::item([
        ("number", number(dispute.number)),
        ("reference", text(dispute.reference.as_str())),
        ("attempt", number(dispute.attempt)),
        ("amount", money(dispute.amount)),
        ("state", AttributeValue::M(state(dispute.state))),
        ("opened_at", time(dispute.opened_at)),
    ]);
    let ListedAs { withdrawn, reversed } = &dispute.listed_as;
    add(&mut item, "withdrawn_as", withdrawn.as_ref().map(|transfer| text(transfer.as_str())));
    add(&mut item, "reversed_as", reversed.as_ref().map(|transfer| text(transfer.as_str())));
    AttributeValue::M(item)
}

pub(crate) fn read_dispute(fields: Fields<'_>) -> Result<Dispute, Failure> {
    Ok(Dispute {
        number: fields.number("number")?,
        reference: fields.parsed("reference")?,
        attempt: fields.number("attempt")?,
        amount: fields.money("amount")?,
        state: read_state(fields.map("state")?)?,
        opened_at: fields.time("opened_at")?,
        listed_as: ListedAs {
            withdrawn: fields.optional("withdrawn_as", Fields::parsed)?,
            reversed: fields.optional("reversed_as", Fields::parsed)?,
        },
    })
}

fn state(state: DisputeState) -> Item {
    let (word, at) = match state {
        DisputeState::Open => ("open", None),
        DisputeState::Won { at } => ("won", Some(at)),
        DisputeState::Lost { at } => ("lost", Some(at)),
    };
    let mut item = attribute::item([("is", text(word))]);
    add(&mut item, "at", at.map(time));
    item
}

fn read_state(fields: Fields<'_>) -> Result<DisputeState, Failure> {
    Ok(match fields.text("is")? {
        "open" => DisputeState::Open,
        "won" => DisputeState::Won { at: fields.time("at")? },
        "lost" => DisputeState::Lost { at: fields.time("at")? },
        _ => return Err(Failure::Unreadable("is")),
    })
}
