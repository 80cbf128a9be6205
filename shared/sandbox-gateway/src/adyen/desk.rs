use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::notification::{Item, ItemAmount};
use super::parameters::{self, Amount, Cancelling, Moving, Paying};
use super::payment::{Card, Payment, Standing};
use super::report::Booking;
use super::risk::Doubt;
use crate::answer::Answer;
use crate::book::{Book, Entries};
use crate::dispute::{self, Dispute};
use crate::execute::{Effect, Executed, Performed, Request, once};
use crate::faults::Operation;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Pay,
    Capture { payment: String },
    Cancel,
    Refund { payment: String },
}

impl Call {
    pub(crate) const fn operation(&self) -> Operation {
        match self {
            Self::Pay => Operation::Confirm,
            Self::Capture { .. } => Operation::Capture,
            Self::Cancel => Operation::Cancel,
            Self::Refund { .. } => Operation::Refund,
        }
    }
}

/// Executes requests on the book, each in one transaction with the answer that is kept under its key, and with what is
/// told of it.
pub(crate) struct Desk {
    book: Arc<Book>,
    /// Whether somebody is told of what happens.
    tells: bool,
}

/// What is told of a change.
struct Told<'a> {
    code: &'static str,
    success: bool,
    psp_reference: String,
    reference: &'a str,
    amount: (&'a str, i64),
    /// The payment that was changed; none where the payment itself is told of.
    payment: Option<&'a str>,
    account: &'a str,
}

impl Desk {
    pub(crate) fn new(book: Arc<Book>, tells: bool) -> Self {
        Self { book, tells }
    }

    pub(super) fn book(&self) -> &Book {
        &self.book
    }

    pub(crate) fn execute(&self, request: &Request<Call>, effect: Effect) -> Executed {
        let key = request.key.as_deref().map(|key| (format!("adyen {key}"), request.fingerprint()));
        let executed = self.book.transaction(|entries| {
            let key = key.as_ref().map(|(key, fingerprint)| (key.as_str(), *fingerprint));
            once(entries, key, in_use, || match effect {
                Effect::Apply => self.perform(entries, request),
                Effect::FailForGood => Ok(Performed::Done(server_error())),
            })
        });
        match executed {
            // What is answered again is not marked here.
            Ok(Executed::Replayed(answer)) => Executed::Answered(answer),
            Ok(executed) => executed,
            Err(failure) => {
                tracing::error!(%failure, "the book refused a transaction");
                Executed::Answered(server_error())
            }
        }
    }

    fn perform(&self, entries: &Entries<'_>, request: &Request<Call>) -> rusqlite::Result<Performed> {
        let body = &request.body;
        let performed = match &request.call {
            Call::Pay => Paying::parse(body).map(|paying| self.pay(entries, &paying)),
            Call::Capture { payment } => {
                parameters::json(body).map(|asked| self.capture(entries, payment, &asked))
            }
            Call::Cancel => parameters::json(body).map(|asked| self.cancel(entries, &asked)),
            Call::Refund { payment } => {
                parameters::json(body).map(|asked| self.refund(entries, payment, &asked))
            }
        };
        performed.unwrap_or_else(|refusal| Ok(Performed::Refused(refusal)))
    }

    fn pay(&self, entries: &Entries<'_>, paying: &Paying) -> rusqlite::Result<Performed> {
        if paying.card == Card::TimeoutBeforePayment && entries.ignore_adyen_once(&paying.reference)? {
            return Ok(Performed::Ignored);
        }
        let psp_reference = entries.fresh_psp_reference()?;
        if paying.card == Card::AsksForAuthentication {
            let answer = json!({ "pspReference": psp_reference, "resultCode": "RedirectShopper",
                "merchantReference": paying.reference,
                "action": { "type": "redirect", "method": "GET", "url": "https://bank.example/authenticate" } });
            return Ok(Performed::Done(Answer::of(200, &answer)));
        }
        let (standing, refusal) = match paying.card {
            Card::IsRefused => (Standing::Refused, Some("2")),
            Card::IsFraud => (Standing::Refused, Some("20")),
            Card::Pays
            | Card::IsChargedBack
            | Card::ElevatedRisk
            | Card::HighestRisk
            | Card::AsksForAuthentication
            | Card::TimeoutAfterPayment
            | Card::TimeoutBeforePayment => (Standing::Authorised, None),
        };
        let Amount { currency, value } = paying.amount.clone();
        let payment = Payment {
            psp_reference: psp_reference.clone(),
            reference: paying.reference.clone(),
            account: paying.account.clone(),
            currency,
            amount: value,
            standing,
        };
        entries.add_adyen_payment(&payment)?;
        if paying.card == Card::IsChargedBack {
            entries.charge_back_later(&payment.psp_reference)?;
        }
        let told = Told {
            code: "AUTHORISATION",
            success: refusal.is_none(),
            psp_reference,
            reference: &payment.reference,
            amount: (&payment.currency, payment.amount),
            payment: None,
            account: &payment.account,
        };
        let doubt = paying.card.doubt();
        self.tell_beside(entries, told, doubt.map(Doubt::of_event).unwrap_or_default())?;
        let answer = Answer::of(200, &PaymentBody::of(&payment, refusal, doubt));
        let silently = paying.card == Card::TimeoutAfterPayment;
        Ok(if silently { Performed::DoneSilently(answer) } else { Performed::Done(answer) })
    }

    fn capture(&self, entries: &Entries<'_>, id: &str, asked: &Moving) -> rusqlite::Result<Performed> {
        let Some(payment) = entries.adyen_payment(id)? else { return Ok(Performed::Refused(not_found())) };
        let whole = (&payment.currency, payment.amount) == (&asked.amount.currency, asked.amount.value);
        let success = whole && payment.standing.may_move();
        if success {
            entries.move_adyen_payment(&payment, Standing::Captured)?;
        }
        let captured = self.moved(entries, "CAPTURE", success, &payment, asked)?;
        if success && entries.is_charged_back(id)? {
            self.charge_back(entries, &payment)?;
        }
        Ok(captured)
    }

    /// The shopper demands back what was captured.
    fn charge_back(&self, entries: &Entries<'_>, payment: &Payment) -> rusqlite::Result<()> {
        let dispute = Dispute {
            id: entries.fresh_psp_reference()?,
            created: entries.now()?,
            payment: payment.psp_reference.clone(),
            amount: payment.amount,
            currency: payment.currency.clone(),
            standing: dispute::Standing::Open,
        };
        entries.add_dispute(&dispute)?;
        for code in ["NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK"] {
            self.tell_of_dispute(entries, code, &dispute, payment)?;
        }
        Ok(())
    }

    /// Whoever plays with the sandbox decides a dispute. Answers whether there is one.
    pub(crate) fn decide_dispute(&self, id: &str, decision: dispute::Standing) -> rusqlite::Result<bool> {
        self.book.transaction(|entries| {
            let Some(dispute) = entries.dispute(id)? else { return Ok(false) };
            let Some(payment) = entries.adyen_payment(&dispute.payment)? else { return Ok(false) };
            let code = match decision {
                dispute::Standing::Open => return Ok(true),
                dispute::Standing::Won => "CHARGEBACK_REVERSED",
                dispute::Standing::Lost => "DISPUTE_DEFENSE_PERIOD_ENDED",
            };
            if entries.decide_dispute(&dispute, decision)? {
                self.tell_of_dispute(entries, code, &dispute, &payment)?;
            }
            Ok(true)
        })
    }

    /// What is told of a dispute has its id, and the name of its payment.
    fn tell_of_dispute(
        &self,
        entries: &Entries<'_>,
        code: &'static str,
        dispute: &Dispute,
        payment: &Payment,
    ) -> rusqlite::Result<()> {
        let told = Told {
            code,
            success: true,
            psp_reference: dispute.id.clone(),
            reference: &payment.reference,
            amount: (&dispute.currency, dispute.amount),
            payment: Some(&payment.psp_reference),
            account: &payment.account,
        };
        self.tell(entries, told)
    }

    fn refund(&self, entries: &Entries<'_>, id: &str, asked: &Moving) -> rusqlite::Result<Performed> {
        let Some(payment) = entries.adyen_payment(id)? else { return Ok(Performed::Refused(not_found())) };
        let success = payment.currency == asked.amount.currency
            && !entries.withholds(&payment.psp_reference)?
            && entries.give_adyen_back(&payment, asked.amount.value)?;
        self.moved(entries, "REFUND", success, &payment, asked)
    }

    /// Cancels by the shop's own reference, which need not name anything.
    fn cancel(&self, entries: &Entries<'_>, asked: &Cancelling) -> rusqlite::Result<Performed> {
        let payment = entries.adyen_payment_named(&asked.payment_reference)?;
        let success = payment.as_ref().is_some_and(|payment| payment.standing.may_move());
        if let Some(payment) = payment.as_ref().filter(|_| success) {
            entries.move_adyen_payment(payment, Standing::Cancelled)?;
        }
        let psp_reference = entries.fresh_psp_reference()?;
        let amount = payment.as_ref().map_or(("EUR", 0), |payment| (&payment.currency, payment.amount));
        let told = Told {
            code: "TECHNICAL_CANCEL",
            success,
            psp_reference: psp_reference.clone(),
            reference: &asked.reference,
            amount,
            payment: payment.as_ref().map(|payment| payment.psp_reference.as_str()),
            account: &asked.merchant_account,
        };
        self.tell(entries, told)?;
        Ok(Performed::Done(received(&psp_reference)))
    }

    fn moved(
        &self,
        entries: &Entries<'_>,
        code: &'static str,
        success: bool,
        payment: &Payment,
        asked: &Moving,
    ) -> rusqlite::Result<Performed> {
        let psp_reference = entries.fresh_psp_reference()?;
        if success {
            let value = asked.amount.value;
            entries.book_adyen(&Booking {
                payment,
                psp_reference: &psp_reference,
                reference: &asked.reference,
                captured: if code == "REFUND" { value.saturating_neg() } else { value },
                at: entries.now()?,
            })?;
        }
        let told = Told {
            code,
            success,
            psp_reference: psp_reference.clone(),
            reference: &asked.reference,
            amount: (&asked.amount.currency, asked.amount.value),
            payment: Some(&payment.psp_reference),
            account: &asked.merchant_account,
        };
        self.tell(entries, told)?;
        Ok(Performed::Done(received(&psp_reference)))
    }

    fn tell(&self, entries: &Entries<'_>, told: Told<'_>) -> rusqlite::Result<()> {
        self.tell_beside(entries, told, Map::new())
    }

    /// Tells it with something beside, which is not signed.
    fn tell_beside(
        &self,
        entries: &Entries<'_>,
        told: Told<'_>,
        additional_data: Map<String, Value>,
    ) -> rusqlite::Result<()> {
        if !self.tells {
            return Ok(());
        }
        let item = Item {
            psp_reference: told.psp_reference,
            original_reference: told.payment.map(str::to_owned),
            merchant_account_code: told.account.to_owned(),
            merchant_reference: told.reference.to_owned(),
            amount: ItemAmount { currency: told.amount.0.to_owned(), value: told.amount.1 },
            event_code: told.code.to_owned(),
            success: told.success.to_string(),
            additional_data,
        };
        match serde_json::to_string(&item) {
            Ok(body) => entries.add_event(&item.id(), &body),
            Err(failure) => Err(rusqlite::Error::ToSqlConversionFailure(failure.into())),
        }
    }
}

/// A payment as Adyen answers it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentBody<'a> {
    psp_reference: &'a str,
    result_code: &'static str,
    merchant_reference: &'a str,
    amount: AmountBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal_reason_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_data: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fraud_result: Option<Value>,
}

#[derive(Debug, Serialize)]
struct AmountBody<'a> {
    currency: &'a str,
    value: i64,
}

impl<'a> PaymentBody<'a> {
    fn of(payment: &'a Payment, refusal: Option<&'static str>, doubt: Option<Doubt>) -> Self {
        Self {
            psp_reference: &payment.psp_reference,
            result_code: if refusal.is_none() { "Authorised" } else { "Refused" },
            merchant_reference: &payment.reference,
            amount: AmountBody { currency: &payment.currency, value: payment.amount },
            refusal_reason_code: refusal,
            additional_data: doubt.map(Doubt::additional_data),
            fraud_result: doubt.map(Doubt::fraud_result),
        }
    }
}

fn received(psp_reference: &str) -> Answer {
    Answer::of(201, &json!({ "status": "received", "pspReference": psp_reference }))
}

fn problem(status: u16, code: &str, error_type: &str, message: &str) -> Answer {
    let body = json!({ "status": status, "errorCode": code, "message": message, "errorType": error_type });
    Answer::of(status, &body)
}

pub(super) fn invalid(message: &str) -> Answer {
    problem(422, "702", "validation", message)
}

fn not_found() -> Answer {
    problem(422, "167", "validation", "Original pspReference required for this operation")
}

pub(crate) fn unauthorized() -> Answer {
    problem(401, "000", "security", "HTTP Status Response - Unauthorized")
}

/// The key is in use, or was used for something else.
pub(crate) fn in_use() -> Answer {
    problem(422, "704", "validation", "request already processed or in progress")
}

pub(crate) fn too_many_requests() -> Answer {
    problem(429, "000", "internal", "Too many requests")
}

pub(crate) fn server_error() -> Answer {
    problem(500, "905", "internal", "Payment details are not supported")
}
