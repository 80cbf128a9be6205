use application::Failure;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::fraud::Risk;
use domain::webhook::{DisputeStage, Fact, FactSubject};

use crate::attribute::{self, Fields, Item, add, money, number, text};
use crate::keys;

pub(crate) fn fact(fact: &Fact) -> AttributeValue {
    let mut item = attribute::item([
        ("subject", text(fact.subject.as_str())),
        ("success", AttributeValue::Bool(fact.success)),
        ("payment", text(fact.payment.as_str())),
    ]);
    match &fact.subject {
        FactSubject::Authorization | FactSubject::Capture | FactSubject::Cancellation => {}
        FactSubject::Refund(refund) => add(&mut item, "refund", Some(number(*refund))),
        FactSubject::Dispute { reference, stage } => {
            add(&mut item, "dispute", Some(text(reference.as_str())));
            add(&mut item, "stage", Some(text(stage.as_str())));
        }
    }
    add(&mut item, "amount", fact.amount.map(money));
    add(&mut item, "risk", fact.risk.map(|risk| text(risk.as_str())));
    AttributeValue::M(item)
}

pub(crate) fn read_fact(fields: Fields<'_>) -> Result<Fact, Failure> {
    let subject = match fields.text("subject")? {
        "authorization" => FactSubject::Authorization,
        "capture" => FactSubject::Capture,
        "cancellation" => FactSubject::Cancellation,
        "refund" => FactSubject::Refund(fields.number("refund")?),
        "dispute" => FactSubject::Dispute {
            reference: fields.parsed("dispute")?,
            stage: fields.word("stage", DisputeStage::named)?,
        },
        _ => return Err(Failure::Unreadable("subject")),
    };
    Ok(Fact {
        subject,
        success: fields.flag("success")?,
        amount: fields.optional("amount", Fields::money)?,
        payment: fields.parsed("payment")?,
        risk: fields.optional("risk", |fields, name| fields.word(name, Risk::named))?,
    })
}

/// Every fact of an item.
pub(crate) fn read_facts(item: &Item) -> Result<Vec<Fact>, Failure> {
    let facts = item.iter().filter(|(name, _)| keys::is_fact(name));
    let read = |(_, value): (&String, &AttributeValue)| {
        read_fact(Fields(value.as_m().map_err(|_| Failure::Unreadable("fact"))?))
    };
    facts.map(read).collect()
}
