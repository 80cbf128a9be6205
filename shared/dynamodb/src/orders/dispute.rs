use application::Failure;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::payment::{Dispute, DisputeState};

use crate::attribute::{self, Fields, Item, add, money, number, text, time};

pub(crate) fn dispute(dispute: &Dispute) -> AttributeValue {
    AttributeValue::M(attribute::item([
        ("number", number(dispute.number)),
        ("reference", text(dispute.reference.as_str())),
        ("attempt", number(dispute.attempt)),
        ("amount", money(dispute.amount)),
        ("state", AttributeValue::M(state(dispute.state))),
        ("opened_at", time(dispute.opened_at)),
    ]))
}

pub(crate) fn read_dispute(fields: Fields<'_>) -> Result<Dispute, Failure> {
    Ok(Dispute {
        number: fields.number("number")?,
        reference: fields.parsed("reference")?,
        attempt: fields.number("attempt")?,
        amount: fields.money("amount")?,
        state: read_state(fields.map("state")?)?,
        opened_at: fields.time("opened_at")?,
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
