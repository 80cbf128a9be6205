use std::sync::Arc;

use super::answer;
use super::dispute;
use super::notification::Told;
use super::order::{Account, Order, Refund, Standing, WrongStanding};
use super::parameters::{self, Opening, Refunding};
use super::transfers;
use crate::answer::Answer;
use crate::book::{Book, Entries};
use crate::execute::{Effect, Executed, Performed, Request, once};
use crate::faults::Operation;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Open,
    Authorize { order: String },
    Capture { authorization: String },
    Void { authorization: String },
    LookUp { order: String },
    Refund { capture: String },
    ListTransfers { query: String },
    ListDisputes { query: String },
    ShowDispute { dispute: String },
}

impl Call {
    pub(crate) const fn operation(&self) -> Operation {
        match self {
            Self::Open => Operation::Open,
            Self::Authorize { .. } => Operation::Confirm,
            Self::Capture { .. } => Operation::Capture,
            Self::Void { .. } => Operation::Cancel,
            Self::LookUp { .. } => Operation::LookUp,
            Self::Refund { .. } => Operation::Refund,
            Self::ListTransfers { .. } => Operation::ListTransfers,
            Self::ListDisputes { .. } | Self::ShowDispute { .. } => Operation::ListDisputes,
        }
    }

    /// Whether it moves something, so that its id makes it happen once.
    pub(crate) const fn is_change(&self) -> bool {
        match self {
            Self::Open
            | Self::Authorize { .. }
            | Self::Capture { .. }
            | Self::Void { .. }
            | Self::Refund { .. } => true,
            Self::LookUp { .. }
            | Self::ListTransfers { .. }
            | Self::ListDisputes { .. }
            | Self::ShowDispute { .. } => false,
        }
    }
}

/// Executes requests on the book, each in one transaction with the answer that is kept under its id, and with what is
/// told of it.
pub(crate) struct Desk {
    pub(super) book: Arc<Book>,
    pub(super) address: String,
    /// Whether somebody is told of what happens.
    tells: bool,
}

impl Desk {
    pub(crate) fn new(book: Arc<Book>, address: String, tells: bool) -> Self {
        Self { book, address, tells }
    }

    pub(crate) fn execute(&self, request: &Request<Call>, effect: Effect) -> Executed {
        let key = request.key.as_deref().map(|key| (format!("paypal {key}"), request.fingerprint()));
        let executed = self.book.transaction(|entries| {
            let key = key.as_ref().map(|(key, fingerprint)| (key.as_str(), *fingerprint));
            once(entries, key, answer::id_reused, || match effect {
                Effect::Apply => self.perform(entries, request),
                Effect::FailForGood => Ok(Performed::Done(answer::server_error())),
            })
        });
        match executed {
            // PayPal does not mark what it answers again.
            Ok(Executed::Replayed(answer)) => Executed::Answered(answer),
            Ok(executed) => executed,
            Err(failure) => {
                tracing::error!(%failure, "the book refused a transaction");
                Executed::Answered(answer::server_error())
            }
        }
    }

    /// The shopper approves with an account. `None` when there is no such order.
    pub(crate) fn approve(
        &self,
        id: &str,
        account: Account,
    ) -> rusqlite::Result<Option<(Order, Result<(), WrongStanding>)>> {
        self.book.transaction(|entries| {
            let Some(mut order) = entries.paypal_order(id)? else { return Ok(None) };
            let moved = order.standing.approve();
            if let Ok(standing) = moved {
                (order.standing, order.account) = (standing, Some(account));
                entries.save_paypal_order(&order)?;
                self.tell(entries, &Told::Approved(&order))?;
            }
            Ok(Some((order, moved.map(|_| ()))))
        })
    }

    pub(crate) fn order(&self, id: &str) -> rusqlite::Result<Option<Order>> {
        self.book.transaction(|entries| entries.paypal_order(id))
    }

    pub(super) fn tell(&self, entries: &Entries<'_>, told: &Told<'_>) -> rusqlite::Result<()> {
        if self.tells { told.add(entries, &self.address) } else { Ok(()) }
    }

    fn perform(&self, entries: &Entries<'_>, request: &Request<Call>) -> rusqlite::Result<Performed> {
        let Request { call, body, .. } = request;
        let read = |parsed: Result<(), Answer>| parsed.err().map(Performed::Refused);
        match call {
            Call::Open => match Opening::parse(body) {
                Ok(opening) => self.open(entries, opening),
                Err(refusal) => Ok(Performed::Refused(refusal)),
            },
            Call::Authorize { order } => match read(parameters::nothing(body)) {
                None => self.authorize(entries, order),
                Some(refused) => Ok(refused),
            },
            Call::Capture { authorization } => match parameters::captured(body) {
                Ok(asked) => self.capture(entries, authorization, asked),
                Err(refusal) => Ok(Performed::Refused(refusal)),
            },
            Call::Void { authorization } => match read(parameters::nothing(body)) {
                None => self.void(entries, authorization),
                Some(refused) => Ok(refused),
            },
            Call::Refund { capture } => match parameters::refunded(body) {
                Ok(asked) => self.refund(entries, capture, asked),
                Err(refusal) => Ok(Performed::Refused(refusal)),
            },
            Call::LookUp { order } => Ok(match entries.paypal_order(order)? {
                Some(order) => {
                    let refunds = entries.paypal_refunds(&order.id)?;
                    Performed::Done(answer::shown(200, &order, &refunds, &self.address))
                }
                None => Performed::Refused(answer::not_found()),
            }),
            Call::ListTransfers { query } => Ok(Performed::Done(transfers::list(entries, query)?)),
            Call::ListDisputes { query } => dispute::list(entries, query, &self.address),
            Call::ShowDispute { dispute } => dispute::show(entries, dispute, &self.address),
        }
    }

    fn open(&self, entries: &Entries<'_>, opening: Opening) -> rusqlite::Result<Performed> {
        let order = Order {
            id: entries.fresh_paypal_id()?,
            custom_id: opening.custom_id,
            invoice_id: opening.invoice_id,
            currency: opening.currency,
            value: opening.value,
            amount: opening.amount,
            return_url: opening.return_url,
            standing: Standing::PayerActionRequired,
            account: None,
            authorization: None,
            capture: None,
        };
        entries.save_paypal_order(&order)?;
        Ok(Performed::Done(answer::shown(201, &order, &[], &self.address)))
    }

    fn authorize(&self, entries: &Entries<'_>, id: &str) -> rusqlite::Result<Performed> {
        let Some(mut order) = entries.paypal_order(id)? else {
            return Ok(Performed::Refused(answer::not_found()));
        };
        let account = match (order.standing, order.account) {
            (Standing::Approved, Some(account)) => account,
            (Standing::PayerActionRequired | Standing::Approved, _) => {
                return Ok(Performed::Refused(answer::unprocessable("ORDER_NOT_APPROVED")));
            }
            (Standing::Authorized | Standing::Captured | Standing::Voided, _) => {
                return Ok(Performed::Refused(answer::unprocessable("ORDER_ALREADY_AUTHORIZED")));
            }
        };
        match account {
            Account::Declines => Ok(Performed::Done(answer::unprocessable("INSTRUMENT_DECLINED"))),
            Account::TimeoutBeforeAuthorization => Ok(Performed::Ignored),
            Account::Pays | Account::Disputes | Account::TimeoutAfterAuthorization => {
                order.standing = Standing::Authorized;
                order.authorization = Some(entries.fresh_paypal_id()?);
                entries.save_paypal_order(&order)?;
                self.tell(entries, &Told::Authorized(&order))?;
                let answer = answer::shown(201, &order, &[], &self.address);
                let silently = account == Account::TimeoutAfterAuthorization;
                Ok(if silently { Performed::DoneSilently(answer) } else { Performed::Done(answer) })
            }
        }
    }

    fn capture(
        &self,
        entries: &Entries<'_>,
        authorization: &str,
        (currency, amount): (String, i64),
    ) -> rusqlite::Result<Performed> {
        let Some(mut order) = entries.authorized_paypal_order(authorization)? else {
            return Ok(Performed::Refused(answer::not_found()));
        };
        if (&order.currency, order.amount) != (&currency, amount) {
            return Ok(Performed::Refused(answer::unprocessable("ONLY_WHOLE_CAPTURES_ARE_OFFERED_HERE")));
        }
        match order.standing.capture() {
            Ok(standing) => {
                order.standing = standing;
                order.capture = Some(entries.fresh_paypal_id()?);
                entries.save_paypal_order(&order)?;
                self.tell(entries, &Told::Captured(&order))?;
                if order.account == Some(Account::Disputes) {
                    self.open_dispute(entries, &order)?;
                }
                Ok(Performed::Done(answer::shown_capture(&order)))
            }
            Err(WrongStanding) if order.standing == Standing::Captured => {
                Ok(Performed::Refused(answer::unprocessable("AUTHORIZATION_ALREADY_CAPTURED")))
            }
            Err(WrongStanding) => Ok(Performed::Refused(answer::unprocessable("AUTHORIZATION_VOIDED"))),
        }
    }

    /// Gives a part of a capture back, or all of it, and never more.
    fn refund(&self, entries: &Entries<'_>, capture: &str, asked: Refunding) -> rusqlite::Result<Performed> {
        let Some(order) = entries.captured_paypal_order(capture)? else {
            return Ok(Performed::Refused(answer::not_found()));
        };
        if order.currency != asked.currency {
            return Ok(Performed::Refused(answer::unprocessable("REFUND_CAPTURE_CURRENCY_MISMATCH")));
        }
        if entries.withholds(&order.id)? {
            return Ok(Performed::Refused(answer::unprocessable("TRANSACTION_DISPUTED")));
        }
        let refund = Refund {
            id: entries.fresh_paypal_id()?,
            order: order.id,
            invoice_id: asked.invoice_id,
            currency: asked.currency,
            value: asked.value,
            amount: asked.amount,
        };
        if entries.give_paypal_back(&refund)? {
            self.tell(entries, &Told::Refunded(&refund, &asked.custom_id))?;
            Ok(Performed::Done(answer::shown_refund(&refund)))
        } else {
            Ok(Performed::Refused(answer::unprocessable("REFUND_AMOUNT_EXCEEDED")))
        }
    }

    fn void(&self, entries: &Entries<'_>, authorization: &str) -> rusqlite::Result<Performed> {
        let Some(mut order) = entries.authorized_paypal_order(authorization)? else {
            return Ok(Performed::Refused(answer::not_found()));
        };
        match order.standing.void() {
            Ok(standing) => {
                order.standing = standing;
                entries.save_paypal_order(&order)?;
                self.tell(entries, &Told::Voided(&order))?;
                Ok(Performed::Done(answer::shown_authorization(&order)))
            }
            Err(WrongStanding) if order.standing == Standing::Captured => {
                Ok(Performed::Refused(answer::unprocessable("PREVIOUSLY_CAPTURED")))
            }
            Err(WrongStanding) => Ok(Performed::Refused(answer::unprocessable("PREVIOUSLY_VOIDED"))),
        }
    }
}
