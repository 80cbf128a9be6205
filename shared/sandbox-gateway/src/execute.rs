use core::fmt::Debug;
use std::sync::Arc;

use axum::body::Bytes;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use crate::answer::{self, Answer, EventBody, IntentBody};
use crate::book::{Book, ChargeEntry, Entries, Event};
use crate::dispute::{self, disputes_of};
use crate::faults::Operation;
use crate::form::{self, Confirming, Opening, Refunding};
use crate::intent::{Confirmed, Intent, Status, UnexpectedState};
use crate::refund::{self, Refund};
use crate::transfers::{self, Taking};

mod disputes; // money that shoppers demand back over the shop's head

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Open,
    Confirm { id: String },
    Capture { id: String },
    Cancel { id: String },
    LookUp { id: String, expanded: bool },
    Refund,
    ListRefunds { intent: String },
    ListDisputes { intent: String },
    AnswerDispute { id: String },
    ListTransfers { query: String },
}

impl Call {
    pub(crate) const fn operation(&self) -> Operation {
        match self {
            Self::Open => Operation::Open,
            Self::Confirm { .. } => Operation::Confirm,
            Self::Capture { .. } => Operation::Capture,
            Self::Cancel { .. } => Operation::Cancel,
            Self::LookUp { .. } => Operation::LookUp,
            Self::Refund => Operation::Refund,
            Self::ListRefunds { .. } => Operation::ListRefunds,
            Self::ListDisputes { .. } => Operation::ListDisputes,
            Self::AnswerDispute { .. } => Operation::AnswerDispute,
            Self::ListTransfers { .. } => Operation::ListTransfers,
        }
    }
}

/// One authorized request.
#[derive(Clone, Debug)]
pub(crate) struct Request<C> {
    pub(crate) call: C,
    pub(crate) key: Option<String>,
    pub(crate) body: Bytes,
}

impl<C: Debug> Request<C> {
    /// What a repetition under the same key must agree in: the endpoint and the body.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        let endpoint = format!("{:?}\n", self.call);
        Sha256::new().chain_update(endpoint).chain_update(&self.body).finalize().into()
    }
}

/// What an execution does to the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Apply,
    /// It fails on the gateway's side, and the failure is kept under the key.
    FailForGood,
}

/// How a request ends.
#[derive(Debug)]
pub(crate) enum Executed {
    Answered(Answer),
    Replayed(Answer),
    /// Done, or not: whoever asked hears nothing.
    Unanswered(Silence),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    AfterItWasDone,
    InsteadOfDoingIt,
}

/// What a request did, before it is known under its key.
pub(crate) enum Performed {
    /// Refused before it began: the key stays free, as Stripe leaves it.
    Refused(Answer),
    Done(Answer),
    DoneSilently(Answer),
    Ignored,
}

/// Executes requests on the book, each in one transaction with the answer that is kept under its key.
pub(crate) struct Executor {
    book: Arc<Book>,
    address: String,
    /// Whether somebody is told of what happens.
    tells: bool,
    news: Notify,
}

impl Executor {
    pub(crate) fn new(book: Arc<Book>, address: String, tells: bool) -> Self {
        Self { book, address, tells, news: Notify::new() }
    }

    pub(crate) fn execute(&self, request: &Request<Call>, effect: Effect) -> Executed {
        let executed = self.book.transaction(|entries| self.run(entries, request, effect));
        self.news.notify_one();
        executed.unwrap_or_else(|failure| {
            tracing::error!(%failure, "the book refused a transaction");
            Executed::Answered(answer::server_error())
        })
    }

    /// The events after this place of which somebody must still be told, oldest first.
    pub(crate) fn events_after(&self, place: i64) -> rusqlite::Result<Vec<Event>> {
        self.book.events_after(place)
    }

    /// Says that there may be another one.
    pub(crate) fn has_news(&self) {
        self.news.notify_one();
    }

    /// Ends when there may be another one.
    pub(crate) async fn next_event(&self) {
        self.news.notified().await;
    }

    pub(crate) fn settle_event(&self, event: &Event) -> rusqlite::Result<()> {
        self.book.settle_event(event)
    }

    /// Moves an intent on, and notes the event of it in the same transaction.
    fn save(&self, entries: &Entries<'_>, intent: &Intent) -> rusqlite::Result<()> {
        entries.save(intent)?;
        match intent.status.event_type() {
            Some(event_type) => self.tell(entries, event_type, IntentBody::of(intent, &self.address)),
            None => Ok(()),
        }
    }

    /// Notes an event about an object, where somebody is told of it.
    fn tell(
        &self,
        entries: &Entries<'_>,
        event_type: &'static str,
        shown: impl Serialize,
    ) -> rusqlite::Result<()> {
        if !self.tells {
            return Ok(());
        }
        let id = entries.fresh_id("evt")?;
        let event = EventBody::of(&id, event_type, entries.now()?, shown);
        match serde_json::to_string(&event) {
            Ok(body) => entries.add_event(&id, &body),
            Err(failure) => Err(rusqlite::Error::ToSqlConversionFailure(failure.into())),
        }
    }

    /// The shopper proves who they are. `None` when there is no such intent.
    pub(crate) fn authenticate(
        &self,
        id: &str,
    ) -> rusqlite::Result<Option<(Intent, Result<(), UnexpectedState>)>> {
        let authenticated = self.book.transaction(|entries| {
            let Some(mut intent) = entries.intent(id)? else { return Ok(None) };
            let moved = intent.status.authenticate();
            if let Ok(status) = moved {
                intent.status = status;
                intent.charge = Some(entries.fresh_id("ch")?);
                self.save(entries, &intent)?;
            }
            Ok(Some((intent, moved.map(|_| ()))))
        });
        self.news.notify_one();
        authenticated
    }

    pub(crate) fn intent(&self, id: &str) -> rusqlite::Result<Option<Intent>> {
        self.book.transaction(|entries| entries.intent(id))
    }

    /// Money moves without the shop's doing, and nobody is told. Answers the intent that it moved for.
    pub(crate) fn take(&self, taking: &Taking) -> rusqlite::Result<Option<String>> {
        self.book.transaction(|entries| entries.take(taking))
    }

    pub(crate) fn charges(&self) -> rusqlite::Result<Vec<ChargeEntry>> {
        self.book.charges()
    }

    fn run(
        &self,
        entries: &Entries<'_>,
        request: &Request<Call>,
        effect: Effect,
    ) -> rusqlite::Result<Executed> {
        let key = request.key.as_deref().map(|key| (key, request.fingerprint()));
        once(entries, key, answer::key_reused, || match effect {
            Effect::Apply => self.perform(entries, request),
            Effect::FailForGood => Ok(Performed::Done(answer::server_error())),
        })
    }

    fn perform(&self, entries: &Entries<'_>, request: &Request<Call>) -> rusqlite::Result<Performed> {
        let Request { call, body, .. } = request;
        match call {
            Call::Open => match Opening::parse(body) {
                Ok(opening) => self.open(entries, opening),
                Err(refusal) => Ok(Performed::Refused(refusal)),
            },
            Call::Confirm { id } => match form::confirming(body) {
                Ok(confirming) => self.confirm(entries, id, confirming),
                Err(refusal) => Ok(Performed::Refused(refusal)),
            },
            Call::Capture { id } => self.advance(entries, id, body, Status::capture),
            Call::Cancel { id } => self.advance(entries, id, body, Status::cancel),
            Call::LookUp { id, expanded } => Ok(match entries.intent(id)? {
                Some(intent) => Performed::Done(self.shown(&intent, *expanded)),
                None => Performed::Refused(answer::no_such_intent()),
            }),
            Call::Refund => match Refunding::parse(body) {
                Ok(asked) => Ok(Performed::Done(match Refund::make(entries, &asked)? {
                    Ok(refund) => refund.answer(),
                    Err(refused) => refused.answer(),
                })),
                Err(refusal) => Ok(Performed::Refused(refusal)),
            },
            Call::ListRefunds { intent } => Ok(Performed::Done(refund::list(&entries.refunds_of(intent)?))),
            Call::ListDisputes { intent } => {
                Ok(Performed::Done(dispute::list(&disputes_of(entries.connection(), intent)?)))
            }
            Call::AnswerDispute { id } => self.answer_dispute(entries, id, body),
            Call::ListTransfers { query } => {
                Ok(Performed::Done(match transfers::Asked::parse(query.as_bytes()) {
                    Ok(asked) => transfers::list(entries, &asked)?,
                    Err(refusal) => refusal,
                }))
            }
        }
    }

    fn open(&self, entries: &Entries<'_>, opening: Opening) -> rusqlite::Result<Performed> {
        let intent = Intent {
            id: entries.fresh_id("pi")?,
            created: entries.now()?,
            order_id: opening.order_id,
            attempt: opening.attempt,
            amount: opening.amount,
            currency: opening.currency,
            token: opening.token,
            status: Status::RequiresConfirmation,
            return_url: None,
            charge: None,
        };
        self.save(entries, &intent)?;
        Ok(Performed::Done(self.shown(&intent, false)))
    }

    fn confirm(
        &self,
        entries: &Entries<'_>,
        id: &str,
        confirming: Confirming,
    ) -> rusqlite::Result<Performed> {
        let Some(mut intent) = entries.intent(id)? else {
            return Ok(Performed::Refused(answer::no_such_intent()));
        };
        let (status, silently) = match intent.status.confirm(intent.token) {
            Ok(Confirmed::Answered(status)) => (status, false),
            Ok(Confirmed::Unanswered(status)) => (status, true),
            Ok(Confirmed::Ignored) => return Ok(Performed::Ignored),
            Err(UnexpectedState) => {
                return Ok(Performed::Done(answer::unexpected_state(&intent, &self.address)));
            }
        };
        intent.status = status;
        intent.return_url = confirming.return_url;
        if matches!(status, Status::RequiresCapture | Status::RequiresPaymentMethod) {
            intent.charge = Some(entries.fresh_id("ch")?);
        }
        self.save(entries, &intent)?;
        if status == Status::RequiresPaymentMethod {
            let declined = answer::card_declined(&intent, &self.address);
            if intent.token.on_confirm().captures_after_no() {
                intent.status = Status::Succeeded;
                self.save(entries, &intent)?;
            }
            return Ok(Performed::Done(declined));
        }
        let answer = self.shown(&intent, confirming.expanded);
        Ok(if silently { Performed::DoneSilently(answer) } else { Performed::Done(answer) })
    }

    fn advance(
        &self,
        entries: &Entries<'_>,
        id: &str,
        body: &[u8],
        to: fn(Status) -> Result<Status, UnexpectedState>,
    ) -> rusqlite::Result<Performed> {
        if let Err(refusal) = form::nothing(body) {
            return Ok(Performed::Refused(refusal));
        }
        let Some(mut intent) = entries.intent(id)? else {
            return Ok(Performed::Refused(answer::no_such_intent()));
        };
        Ok(Performed::Done(match to(intent.status) {
            Ok(status) => {
                intent.status = status;
                self.save(entries, &intent)?;
                if status == Status::Succeeded && intent.token.is_disputed() {
                    self.open_dispute(entries, &intent)?;
                }
                self.shown(&intent, false)
            }
            Err(UnexpectedState) => answer::unexpected_state(&intent, &self.address),
        }))
    }

    fn shown(&self, intent: &Intent, expanded: bool) -> Answer {
        let body = IntentBody::of(intent, &self.address);
        Answer::of(200, &if expanded { body.expanded(intent) } else { body })
    }
}

/// Does a request once for its key, and keeps its answer there. A repetition gets the answer again; another request
/// under the key is refused.
pub(crate) fn once(
    entries: &Entries<'_>,
    key: Option<(&str, [u8; 32])>,
    key_reused: fn() -> Answer,
    perform: impl FnOnce() -> rusqlite::Result<Performed>,
) -> rusqlite::Result<Executed> {
    if let Some((key, fingerprint)) = key
        && let Some(kept) = entries.kept_answer(key)?
    {
        return Ok(if kept.fingerprint == fingerprint {
            Executed::Replayed(kept.answer)
        } else {
            Executed::Answered(key_reused())
        });
    }
    let (answer, executed): (_, fn(Answer) -> Executed) = match perform()? {
        Performed::Refused(answer) => return Ok(Executed::Answered(answer)),
        Performed::Ignored => return Ok(Executed::Unanswered(Silence::InsteadOfDoingIt)),
        Performed::Done(answer) => (answer, Executed::Answered),
        Performed::DoneSilently(answer) => (answer, |_| Executed::Unanswered(Silence::AfterItWasDone)),
    };
    if let Some((key, fingerprint)) = key {
        entries.keep_answer(key, fingerprint, &answer)?;
    }
    Ok(executed(answer))
}
