use application::Failure;
use domain::payment::{GatewayName, GatewayReference};
use domain::webhook::{DisputeStage, Event, EventKey, EventSubject, Fact, FactSubject, Mode};
use domain::{Money, Timestamp};

use crate::reference;

/// Reads an event from the text that was signed; none where it is of a kind that the shop does not follow, or about another
/// merchant account than the shop's: one webhook may tell of all that a company has.
pub(super) fn read(
    signed: &[u8],
    merchant_account: &str,
    mode: Mode,
    now: Timestamp,
) -> Result<Option<Event>, Failure> {
    let text = core::str::from_utf8(signed).map_err(|_| unreadable("an item"))?;
    let fields: Vec<&str> = text.split(':').collect();
    let [psp, original, account, merchant_reference, value, currency, code, success] = fields.as_slice()
    else {
        return Err(unreadable("an item"));
    };
    if *account != merchant_account {
        tracing::warn!(kind = ?code, "Adyen tells of another merchant account");
        return Ok(None);
    }
    let Some((reference, about)) = about(code, psp, merchant_reference)? else {
        tracing::warn!(kind = ?code, "Adyen tells of something that the shop does not follow");
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
        subject: match &about {
            About::Reversal => EventSubject::Reversal,
            About::Fact(FactSubject::Dispute { .. }) => EventSubject::Dispute,
            About::Fact(
                FactSubject::Authorization
                | FactSubject::Capture
                | FactSubject::Cancellation
                | FactSubject::Refund(_),
            ) => EventSubject::Payment,
        },
        // Somebody else's payment has a name of Adyen's only.
        reference: reference.parse().unwrap_or_else(|_| payment.clone()),
        purpose,
        mode,
        // When it happened there is not signed.
        created_at: now,
        fact: match about {
            About::Reversal => None,
            About::Fact(subject) => Some(Fact {
                subject,
                success,
                amount: amount.and_then(|(amount, currency)| Money::new(amount, currency).ok()),
                payment,
                risk: None,
            }),
        },
    }))
}

/// What an event tells.
enum About {
    /// What became of something that was asked for, or that a shopper's bank does.
    Fact(FactSubject),
    /// That something which was told as done came to nothing afterwards, or was done by hand: for a person.
    Reversal,
}

/// What an event is about: which payment, by our name, and what was asked for. The events of a dispute have its id, and the
/// name of its payment (<https://docs.adyen.com/risk-management/disputes-api/dispute-notifications>).
fn about<'a>(
    code: &str,
    psp: &str,
    merchant_reference: &'a str,
) -> Result<Option<(&'a str, About)>, Failure> {
    let subject = match code {
        "AUTHORISATION" => FactSubject::Authorization,
        "CAPTURE" => FactSubject::Capture,
        // What nobody captured in time is given up by Adyen itself, all of it, as nothing is captured in parts
        // (https://docs.adyen.com/api-explorer/Webhooks/1/post/EXPIRE).
        "CANCELLATION" | "TECHNICAL_CANCEL" | "EXPIRE" => FactSubject::Cancellation,
        "REFUND" => {
            return Ok(Some(match reference::refund(merchant_reference) {
                Some((payment, number)) => (payment, About::Fact(FactSubject::Refund(number))),
                None => (merchant_reference, About::Reversal),
            }));
        }
        // https://docs.adyen.com/online-payments/refund#refund-webhook,
        // https://docs.adyen.com/online-payments/capture/failed-capture
        "CAPTURE_FAILED" | "REFUND_FAILED" | "REFUNDED_REVERSED" | "PREARBITRATION_LOST" => {
            let refund = reference::refund(merchant_reference);
            let payment = refund.map_or(merchant_reference, |(payment, _)| payment);
            return Ok(Some((payment, About::Reversal)));
        }
        _ => match stage(code) {
            Some(stage) => {
                let reference = psp.parse().map_err(|_| unreadable("a dispute's id"))?;
                FactSubject::Dispute { reference, stage }
            }
            None => return Ok(None),
        },
    };
    Ok(Some((merchant_reference, About::Fact(subject))))
}

/// How far a dispute is. A request for information, and a warning of fraud, move no money.
fn stage(code: &str) -> Option<DisputeStage> {
    match code {
        "NOTIFICATION_OF_CHARGEBACK" | "CHARGEBACK" => Some(DisputeStage::Opened),
        "CHARGEBACK_REVERSED" => Some(DisputeStage::Won),
        "DISPUTE_DEFENSE_PERIOD_ENDED" => Some(DisputeStage::Lost),
        "SECOND_CHARGEBACK" => Some(DisputeStage::LostAgain),
        _ => None,
    }
}

fn unreadable(what: &'static str) -> Failure {
    Failure::Unreadable(what)
}
