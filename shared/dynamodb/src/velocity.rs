use std::collections::{BTreeMap, BTreeSet};

use application::{CountError, Failure, Velocity};
use async_trait::async_trait;
use domain::Currency;
use domain::fraud::{Activity, Count, Day, Known, PaidHistory, Subject, SubjectKind};
use domain::order::OrderChange;

use crate::attribute::{Fields, number, text_set};
use crate::read::{self, Consistency};
use crate::statement::Statement;
use crate::write::{self, Refusal, condition_failed};
use crate::{PurchaseTables, keys};

/// The condition of a count: what was counted of the subject on that day is not enough yet.
pub(crate) const COUNT_IF: &str = "(attribute_not_exists(#orders) OR size(#orders) < :most) \
                                   AND (attribute_not_exists(#declines) OR size(#declines) < :most)";
/// A set has each of its members once, so that counting again changes nothing.
const COUNT: &str = "ADD #orders :orders";
const COUNT_WITH_DECLINES: &str = "ADD #orders :orders, #declines :declines";

const PAY: &str = "ADD #orders :one, #amount :amount";

#[async_trait]
impl Velocity for PurchaseTables {
    async fn count(&self, count: &Count) -> Result<(), CountError> {
        let table = &self.orders.table;
        let writes = || {
            let writes = count.subjects.iter().map(|subject| {
                self::count(count).into_write("count", table, keys::velocity(subject, count.day))
            });
            writes.collect()
        };
        match write::transact(&self.client, "count", writes).await {
            Ok(()) => Ok(()),
            Err(Refusal::Conditions(reasons)) => {
                let full = count.subjects.iter().zip(&reasons).filter(|(_, reason)| condition_failed(reason));
                Err(CountError::Full(full.map(|(subject, _)| subject.clone()).collect()))
            }
            Err(Refusal::Failure(failure)) => Err(failure.into()),
        }
    }

    async fn known(
        &self,
        subjects: &[Subject],
        days: [Day; 2],
        currency: Currency,
    ) -> Result<Known, Failure> {
        let of = |subject: &Subject| days.map(|day| (keys::velocity(subject, day), (subject.clone(), day)));
        let counted: BTreeMap<String, (Subject, Day)> = subjects.iter().flat_map(of).collect();
        let customer = subjects.iter().find(|subject| subject.kind == SubjectKind::Customer);
        let paid = customer.map(|customer| keys::paid(customer, currency));
        let asked: BTreeSet<String> = counted.keys().cloned().chain(paid).collect();
        let mut known = Known::default();
        for item in read::batch(&self.client, "known", &self.orders.table, asked, Consistency::Strong).await?
        {
            let fields = Fields(&item);
            match counted.get(fields.text(keys::PARTITION)?) {
                Some((subject, day)) => known.activities.push(Activity {
                    subject: subject.clone(),
                    day: *day,
                    orders: fields.parsed_set("orders")?,
                    declines: fields.optional("declines", Fields::parsed_set)?.unwrap_or_default(),
                }),
                None => {
                    known.paid =
                        PaidHistory { orders: fields.number("orders")?, amount: fields.number("amount")? };
                }
            }
        }
        Ok(known)
    }
}

/// Mirrors [`Activity::count`].
fn count(count: &Count) -> Statement {
    let has_declines = !count.declines.is_empty();
    let statement = Statement::new(if has_declines { COUNT_WITH_DECLINES } else { COUNT }, COUNT_IF)
        .name("orders")
        .name("declines")
        .value("orders", text_set([&count.order]))
        .value("most", number(Activity::MARKS_MAX));
    if has_declines { statement.value("declines", text_set(&count.declines)) } else { statement }
}

/// What its customer has paid gains what a change pays for. The order's version is what makes this happen once.
pub(crate) fn pay(change: &OrderChange) -> Option<(String, Statement)> {
    let (customer, amount) = change.paid()?;
    let statement = Statement::unconditional(PAY)
        .name("orders")
        .name("amount")
        .value("one", number(1))
        .value("amount", number(amount.amount()));
    Some((keys::paid(&customer, amount.currency()), statement))
}
