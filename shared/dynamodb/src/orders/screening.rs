use application::Failure;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::fraud::{Review, ReviewEnd, Screening, Verdict};

use crate::attribute::{self, Fields, add, list, map, text, time};

pub(crate) fn screening(screening: &Screening) -> AttributeValue {
    map([("verdict", text(screening.verdict.as_str())), ("fired", list(screening.fired.iter().map(text)))])
}

pub(crate) fn read_screening(fields: Fields<'_>, name: &'static str) -> Result<Screening, Failure> {
    let screening = fields.map(name)?;
    let fired = screening.list("fired")?.iter().map(|rule| rule.as_s().cloned().ok());
    Ok(Screening {
        verdict: screening.word("verdict", Verdict::named)?,
        fired: fired.collect::<Option<_>>().ok_or(Failure::Unreadable("fired"))?,
    })
}

pub(crate) fn review(review: &Review) -> AttributeValue {
    let mut item = attribute::item([("until", time(review.until))]);
    let (end, ended_at) = review.end.unzip();
    add(&mut item, "end", end.map(|end| text(end.as_str())));
    add(&mut item, "ended_at", ended_at.map(time));
    AttributeValue::M(item)
}

pub(crate) fn read_review(fields: Fields<'_>, name: &'static str) -> Result<Review, Failure> {
    let review = fields.map(name)?;
    let ended_at = review.optional("ended_at", Fields::time)?;
    let end = ended_at.map(|at| Ok((review.word("end", ReviewEnd::named)?, at))).transpose()?;
    Ok(Review { until: review.time("until")?, end })
}
