use application::Failure;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::payment::{Refund, RefundCause, RefundReview, RefundState};

use crate::attribute::{self, Fields, Item, add, money, number, text, time};
use crate::reservations::item::{holds, read_planned};

pub(crate) fn refund(refund: &Refund) -> AttributeValue {
    let mut item = attribute::item([
        ("number", number(refund.number)),
        ("amount", money(refund.amount)),
        ("state", AttributeValue::M(state(refund.state))),
        ("started_at", time(refund.started_at)),
    ]);
    // Which it is must be said: a record of a version that did not know the difference says neither.
    match refund.doubtful_since {
        Some(since) => add(&mut item, "doubtful_since", Some(time(since))),
        None => add(&mut item, "undoubted", Some(AttributeValue::Bool(true))),
    }
    // What goes back because its order was cancelled has no name outside.
    match &refund.cause {
        RefundCause::Cancelled => {}
        RefundCause::Asked(reference) => add(&mut item, "reference", Some(text(reference.as_str()))),
        RefundCause::Orphaned(attempt) => add(&mut item, "orphan", Some(number(*attempt))),
    }
    let returned = (!refund.returned.is_empty()).then(|| holds(&refund.returned));
    add(&mut item, "returned", returned);
    AttributeValue::M(item)
}

pub(crate) fn read_refund(fields: Fields<'_>) -> Result<Refund, Failure> {
    let asked = fields.optional("reference", Fields::parsed)?.map(RefundCause::Asked);
    let orphaned = fields.optional("orphan", Fields::number)?.map(RefundCause::Orphaned);
    let state = read_state(fields.map("state")?)?;
    let started_at = fields.time("started_at")?;
    Ok(Refund {
        number: fields.number("number")?,
        amount: fields.money("amount")?,
        cause: asked.or(orphaned).unwrap_or(RefundCause::Cancelled),
        state,
        returned: fields
            .optional("returned", |fields, name| fields.list_of(name, read_planned))?
            .unwrap_or_default(),
        started_at,
        doubtful_since: match fields.optional("doubtful_since", Fields::time)? {
            None if fields.optional("undoubted", Fields::flag)? == Some(true) => None,
            // Whatever was begun may have been in doubt since.
            None => (state != RefundState::Ready { tries: 0 }).then_some(started_at),
            since @ Some(_) => since,
        },
    })
}

fn state(state: RefundState) -> Item {
    let tried = |word, tries: u32| attribute::item([("is", text(word)), ("tries", number(tries))]);
    match state {
        RefundState::Ready { tries } => tried("ready", tries),
        RefundState::Sending { tries, lease_until } => {
            let mut item = tried("sending", tries);
            add(&mut item, "lease_until", Some(time(lease_until)));
            item
        }
        RefundState::Unknown { tries } => tried("unknown", tries),
        RefundState::Pending { tries } => tried("pending", tries),
        RefundState::Refunded { at } => attribute::item([("is", text("refunded")), ("at", time(at))]),
        RefundState::ManualReview(review) => {
            attribute::item([("is", text("manual_review")), ("why", text(review.as_str()))])
        }
        RefundState::Withdrawn { at } => attribute::item([("is", text("withdrawn")), ("at", time(at))]),
    }
}

fn read_state(fields: Fields<'_>) -> Result<RefundState, Failure> {
    let tries = || fields.number("tries");
    Ok(match fields.text("is")? {
        "ready" => RefundState::Ready { tries: tries()? },
        "sending" => RefundState::Sending { tries: tries()?, lease_until: fields.time("lease_until")? },
        "unknown" => RefundState::Unknown { tries: tries()? },
        "pending" => RefundState::Pending { tries: tries()? },
        "refunded" => RefundState::Refunded { at: fields.time("at")? },
        // One from before reasons were written down may be anything.
        "manual_review" => RefundState::ManualReview(
            fields
                .optional("why", |fields, name| fields.word(name, RefundReview::named))?
                .unwrap_or(RefundReview::InDoubt),
        ),
        "withdrawn" => RefundState::Withdrawn { at: fields.time("at")? },
        _ => return Err(Failure::Unreadable("is")),
    })
}
