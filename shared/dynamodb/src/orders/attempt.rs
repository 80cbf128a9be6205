use application::Failure;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::payment::{
    Attempt, AttemptRequest, AttemptState, Decline, GatewayName, Operation, PaymentMethod, Retry,
};

use super::screening::{read_review, read_screening, review, screening};
use crate::attribute::{self, Fields, Item, add, map, number, text, time};

pub(crate) fn method(method: &PaymentMethod) -> AttributeValue {
    let mut item = attribute::item([("gateway", text(method.gateway().as_str()))]);
    add(&mut item, "token", method.token().map(|token| text(token.expose())));
    AttributeValue::M(item)
}

pub(crate) fn read_method(fields: Fields<'_>) -> Result<PaymentMethod, Failure> {
    let gateway = fields.word("gateway", GatewayName::named)?;
    let token = fields.optional("token", Fields::parsed)?;
    PaymentMethod::new(gateway, token).map_err(|_| Failure::Unreadable("token"))
}

pub(crate) fn attempt(attempt: &Attempt) -> AttributeValue {
    let mut item = attribute::item([
        ("number", number(attempt.number)),
        ("method", method(&attempt.method)),
        ("state", AttributeValue::M(state(&attempt.state))),
        ("undoubted", AttributeValue::Bool(attempt.undoubted)),
        ("given_up", AttributeValue::Bool(attempt.given_up)),
        ("started_at", time(attempt.started_at)),
    ]);
    let reference = attempt.reference.as_ref().map(|reference| text(reference.as_str()));
    add(&mut item, "reference", reference);
    let requested = attempt.requested.as_ref().map(|request| {
        map([("key", text(request.key.as_str())), ("fingerprint", text(request.fingerprint.as_str()))])
    });
    add(&mut item, "requested", requested);
    add(&mut item, "screening", attempt.screening.as_ref().map(screening));
    let action_result = attempt.action_result.as_ref().map(|result| text(result.expose()));
    add(&mut item, "action_result", action_result);
    add(&mut item, "review", attempt.review.as_ref().map(review));
    AttributeValue::M(item)
}

pub(crate) fn read_attempt(fields: Fields<'_>) -> Result<Attempt, Failure> {
    Ok(Attempt {
        number: fields.number("number")?,
        method: read_method(fields.map("method")?)?,
        reference: fields.optional("reference", Fields::parsed)?,
        state: read_state(fields.map("state")?)?,
        undoubted: fields.flag("undoubted")?,
        // Attempts that were written before an order could be cancelled have none.
        given_up: fields.optional("given_up", Fields::flag)?.unwrap_or_default(),
        // Attempts that were written before the fraud rules were asked have none.
        screening: fields.optional("screening", read_screening)?,
        action_result: fields.optional("action_result", Fields::parsed)?,
        review: fields.optional("review", read_review)?,
        started_at: fields.time("started_at")?,
        requested: fields.optional("requested", read_request)?,
    })
}

fn read_request(fields: Fields<'_>, name: &'static str) -> Result<AttemptRequest, Failure> {
    let request = fields.map(name)?;
    Ok(AttemptRequest { key: request.parsed("key")?, fingerprint: request.parsed("fingerprint")? })
}

fn state(state: &AttemptState) -> Item {
    match state {
        AttemptState::Ready { operation, tries } => call("ready", *operation, *tries),
        AttemptState::Sending { operation, tries, lease_until } => {
            let mut item = call("sending", *operation, *tries);
            add(&mut item, "lease_until", Some(time(*lease_until)));
            item
        }
        AttemptState::Unknown { operation, tries } => call("unknown", *operation, *tries),
        AttemptState::RequiresAction { url, until, tries } => attribute::item([
            ("is", text("requires_action")),
            ("url", text(url.as_str())),
            ("until", time(*until)),
            ("tries", number(tries)),
        ]),
        AttemptState::Captured => settled("captured"),
        AttemptState::Declined(decline) => attribute::item([
            ("is", text("declined")),
            ("code", text(decline.code.as_str())),
            ("retry", text(retry_word(decline.retry))),
        ]),
        AttemptState::NotSent => settled("not_sent"),
        AttemptState::Voided => settled("voided"),
        AttemptState::ManualReview => settled("manual_review"),
    }
}

fn call(word: &str, operation: Operation, tries: u32) -> Item {
    attribute::item([("is", text(word)), ("operation", text(operation.as_str())), ("tries", number(tries))])
}

fn settled(word: &str) -> Item {
    attribute::item([("is", text(word))])
}

fn read_state(fields: Fields<'_>) -> Result<AttemptState, Failure> {
    let operation = || fields.word("operation", operation_named);
    let tries = || fields.number("tries");
    Ok(match fields.text("is")? {
        "ready" => AttemptState::Ready { operation: operation()?, tries: tries()? },
        "sending" => AttemptState::Sending {
            operation: operation()?,
            tries: tries()?,
            lease_until: fields.time("lease_until")?,
        },
        "unknown" => AttemptState::Unknown { operation: operation()?, tries: tries()? },
        "requires_action" => AttemptState::RequiresAction {
            url: fields.owned("url")?,
            until: fields.time("until")?,
            tries: tries()?,
        },
        "captured" => AttemptState::Captured,
        "declined" => AttemptState::Declined(Decline {
            code: fields.owned("code")?,
            retry: fields.word("retry", retry_named)?,
        }),
        "not_sent" => AttemptState::NotSent,
        "voided" => AttemptState::Voided,
        "manual_review" => AttemptState::ManualReview,
        _ => return Err(Failure::Unreadable("is")),
    })
}

fn operation_named(word: &str) -> Option<Operation> {
    Operation::ALL.into_iter().find(|operation| operation.as_str() == word)
}

const fn retry_word(retry: Retry) -> &'static str {
    match retry {
        Retry::SameMethod => "same_method",
        Retry::OtherMethod => "other_method",
        Retry::None => "none",
    }
}

fn retry_named(word: &str) -> Option<Retry> {
    [Retry::SameMethod, Retry::OtherMethod, Retry::None].into_iter().find(|retry| retry_word(*retry) == word)
}
