use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::notification::{Item, ItemAmount};
use super::parameters::{self, Amount, Cancelling, Completing, Moving, Paying};
use super::payment::{Card, Payment, Standing};
use super::redirect::{Redirect, redirected};
use super::report::{Booking, Change};
use super::risk::Doubt;
use crate::answer::Answer;
use crate::book::{Book, Entries};
use crate::execute::{Effect, Executed, Performed, Request, once};
use crate::faults::Operation;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Pay,
    Complete,
    Capture { payment: String },
    Cancel,
    Refund { payment: String },
}

impl Call {
    pub(crate) const fn operation(&self) -> Operation {
        match self {
            Self::Pay => Operation::Confirm,
            Self::Complete => Operation::Complete,
            Self::Capture { .. } => Operation::Capture,
            Self::Cancel => Operation::Cancel,
            Self::Refund { .. } => Operation::Refund,
        }
    }
}

/// Executes requests on the book, each in one transaction with the answer that is kept under its key, and with what is
/// told of it.
pub(crate) struct Desk {
    pub(super) book: Arc<Book>,
    /// Where the gateway answers.
    address: String,
    /// Whether somebody is told of what happens.
    tells: bool,
}

/// What is told of a change.
pub(super) struct Told<'a> {
    pub(super) code: &'static str,
    pub(super) success: bool,
    pub(super) psp_reference: String,
    pub(super) reference: &'a str,
    pub(super) amount: (&'a str, i64),
    /// The payment that was changed; none where the payment itself is told of.
    pub(super) payment: Option<&'a str>,
    pub(super) account: &'a str,
}

impl Desk {
    pub(crate) fn new(book: Arc<Book>, address: String, tells: bool) -> Self {
        Self { book, address, tells }
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
            Call::Complete => parameters::json(body).map(|asked| self.complete(entries, &asked)),
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
        let (standing, refusal) = match paying.card {
            Card::AsksForAuthentication => (Standing::Redirected, None),
            Card::IsRefused => (Standing::Refused, Some("2")),
            Card::IsFraud => (Standing::Refused, Some("20")),
            Card::Pays
            | Card::IsChargedBack
            | Card::ElevatedRisk
            | Card::HighestRisk
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
        if payment.standing == Standing::Redirected {
            entries.add_adyen_redirect(&payment.psp_reference, &paying.return_url)?;
            return Ok(Performed::Done(redirected(&payment, &self.address)));
        }
        if paying.card == Card::IsChargedBack {
            entries.charge_back_later(&payment.psp_reference)?;
        }
        let answer = self.decided(entries, &payment, refusal, paying.card.doubt())?;
        let silently = paying.card == Card::TimeoutAfterPayment;
        Ok(if silently { Performed::DoneSilently(answer) } else { Performed::Done(answer) })
    }

    /// Tells of a payment that was authorised or refused, and answers it.
    fn decided(
        &self,
        entries: &Entries<'_>,
        payment: &Payment,
        refusal: Option<&'static str>,
        doubt: Option<Doubt>,
    ) -> rusqlite::Result<Answer> {
        let told = Told {
            code: "AUTHORISATION",
            success: refusal.is_none(),
            psp_reference: payment.psp_reference.clone(),
            reference: &payment.reference,
            amount: (&payment.currency, payment.amount),
            payment: None,
            account: &payment.account,
        };
        self.tell_beside(entries, told, doubt.map(Doubt::of_event).unwrap_or_default())?;
        Ok(Answer::of(200, &PaymentBody::of(payment, refusal, doubt)))
    }

    /// The payment goes on with what its shopper brought back, which is good once.
    fn complete(&self, entries: &Entries<'_>, asked: &Completing) -> rusqlite::Result<Performed> {
        let redirect = entries.adyen_redirect_of(&asked.details.redirect_result)?;
        let waiting = |redirect: &Redirect| redirect.payment.standing == Standing::Redirected;
        let Some(Redirect { mut payment, proven, .. }) = redirect.filter(waiting) else {
            return Ok(Performed::Refused(invalid("There is no such result, or it was used")));
        };
        let (standing, refusal) = match proven {
            Some(true) => (Standing::Authorised, None),
            // "3d-secure: Authentication failed".
            Some(false) | None => (Standing::Refused, Some("11")),
        };
        payment.standing = standing;
        entries.move_adyen_payment(&payment, standing)?;
        Ok(Performed::Done(self.decided(entries, &payment, refusal, None)?))
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
            entries.book_adyen(&Booking {
                payment,
                change: if code == "REFUND" { Change::Refunded } else { Change::Captured },
                psp_reference: &psp_reference,
                reference: &asked.reference,
                amount: asked.amount.value,
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

    pub(super) fn tell(&self, entries: &Entries<'_>, told: Told<'_>) -> rusqlite::Result<()> {
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
