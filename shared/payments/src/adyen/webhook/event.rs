use application::Failure;
use domain::payment::{GatewayName, GatewayReference};
use domain::webhook::{Event, EventKey, Fact, FactSubject, Mode};
use domain::{Money, Timestamp};

use crate::reference;

/// Reads an event from the text that was signed; none where it is of a kind that the shop does not follow.
pub(super) fn read(signed: &[u8], mode: Mode, now: Timestamp) -> Result<Option<Event>, Failure> {
    let text = core::str::from_utf8(signed).map_err(|_| unreadable("an item"))?;
    let fields: Vec<&str> = text.split(':').collect();
    let [psp, original, _account, merchant_reference, value, currency, code, success] = fields.as_slice()
    else {
        return Err(unreadable("an item"));
    };
    let Some((reference, subject)) = subject(code, merchant_reference) else {
        not_followed(code);
        return Ok(None);
    };
    // Of a change, the payment is what it changed.
    let payment = if original.is_empty() { psp } else { original };
    let payment: GatewayReference = payment.parse().map_err(|_| unreadable("a payment's id"))?;
    let purpose = reference::purpose(reference);
    let amount = value.parse().ok().zip(currency.parse().ok());
    let success = match *success {
        "true" => true,
        "false" => false,
        _ => return Err(unreadable("whether it was done")),
    };
    Ok(Some(Event {
        key: EventKey {
            gateway: GatewayName::Adyen,
            id: format!("{psp}-{code}-{success}").parse().map_err(|_| unreadable("an event's id"))?,
        },
        kind: code.parse().map_err(|_| unreadable("an event's kind"))?,
        // Somebody else's payment has a name of Adyen's only.
        reference: reference.parse().unwrap_or_else(|_| payment.clone()),
        purpose,
        mode,
        // When it happened there is not signed.
        created_at: now,
        fact: Some(Fact {
            subject,
            success,
            amount: amount.and_then(|(amount, currency)| Money::new(amount, currency).ok()),
            payment,
        }),
    }))
}

/// What an event is about: which payment, by our name, and what was asked for.
fn subject<'a>(code: &str, merchant_reference: &'a str) -> Option<(&'a str, FactSubject)> {
    let subject = match code {
        "AUTHORISATION" => FactSubject::Authorization,
        "CAPTURE" => FactSubject::Capture,
        "CANCELLATION" | "TECHNICAL_CANCEL" => FactSubject::Cancellation,
        "REFUND" => {
            let (payment, number) = reference::refund(merchant_reference)?;
            return Some((payment, FactSubject::Refund(number)));
        }
        _ => return None,
    };
    Some((merchant_reference, subject))
}

/// What was done, and came to nothing afterwards, is for a person.
fn not_followed(code: &str) {
    if matches!(code, "CAPTURE_FAILED" | "REFUND" | "REFUND_FAILED" | "REFUNDED_REVERSED") {
        tracing::error!(kind = ?code, "Adyen tells of something that needs a person");
    } else {
        tracing::warn!(kind = ?code, "Adyen tells of something that the shop does not follow");
    }
}

fn unreadable(what: &'static str) -> Failure {
    Failure::Unreadable(what)
}
