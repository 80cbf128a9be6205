//! What a gateway tells by itself, and what became of it.
//!
//! ```text
//! Received ──its order was seen to──▶ Settled(Applied)
//!   │    ▲
//!   │    └────────a person lets it be applied again─────────┐
//!   └──nobody's, or not for this deployment──▶ Settled(Quarantined) ──a person dismisses it──▶ Settled(Dismissed)
//! ```
//!
//! An event is a hint and no fact: it says of which object there is news, and the gateway is asked what that is. So
//! events may come twice, late, in any order or never. Where a gateway cannot be asked, what it told is kept as a
//! [`Fact`], and asking for it means reading those.

use core::fmt;
use core::str::FromStr;

mod fact; // what a gateway tells that cannot be asked

pub use fact::{DisputeStage, Fact, FactSubject};

use crate::order::Order;
use crate::payment::{Attempt, AttemptNumber, GatewayName, GatewayReference};
use crate::wake::{Queue, Wake};
use crate::work::{Work, WorkKind};
use crate::{EventId, Idempotent, OrderId, Timestamp};

/// Which event. A gateway's ids are its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey {
    /// Who told it.
    pub gateway: GatewayName,
    /// Its id there.
    pub id: EventId,
}

/// What a gateway told: only what is needed to find whom it concerns, and nothing about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which event.
    pub key: EventKey,
    /// What happened, in the gateway's word. It is for people: nothing is decided by it.
    pub kind: EventKind,
    /// What it is about.
    pub subject: EventSubject,
    /// The gateway's object that it happened to: the payment, also where a dispute of it is told of.
    pub reference: GatewayReference,
    /// What the object was opened for, as the event says; none where it says nothing that could be ours.
    pub purpose: Option<Purpose>,
    /// Whether real money is meant.
    pub mode: Mode,
    /// When it happened.
    pub created_at: Timestamp,
    /// What it proves, where its gateway cannot be asked.
    pub fact: Option<Fact>,
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventSubject {
    /// A payment, and what goes back of it.
    Payment,
    /// A payment whose shopper has approved it, where nothing is held before a confirm follows.
    Approval,
    /// A dispute of a payment. It may say nothing of what that was opened for: then the gateway is asked.
    Dispute,
    /// A capture or a refund that came to nothing after it had been told of as done.
    Reversal,
}

impl EventSubject {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Approval => "approval",
            Self::Dispute => "dispute",
            Self::Reversal => "reversal",
        }
    }

    /// The subject of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Payment, Self::Approval, Self::Dispute, Self::Reversal]
            .into_iter()
            .find(|subject| subject.as_str() == name)
    }
}

/// The attempt that a gateway's object was opened for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purpose {
    /// The order.
    pub order_id: OrderId,
    /// The attempt's number within the order.
    pub attempt: AttemptNumber,
}

/// Whether a gateway moves real money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// It does.
    Live,
    /// It plays.
    Test,
}

impl Mode {
    /// The word in settings and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// The mode of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Live, Self::Test].into_iter().find(|mode| mode.as_str() == name)
    }
}

/// A gateway's word for what happened, such as `payment_intent.succeeded`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventKind(String);

/// Text that is no word for what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a kind of event is 1 to 64 letters, digits, dots, underscores and hyphens")]
pub struct NoEventKind;

impl FromStr for EventKind {
    type Err = NoEventKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let is_kind = (1..=64).contains(&text.len()) && text.bytes().all(allowed);
        if is_kind { Ok(Self(text.to_owned())) } else { Err(NoEventKind) }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// An event that the shop keeps, and what became of it.
///
/// Adapters rebuild it from storage; everybody else moves it by its transitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// What was told.
    pub event: Event,
    /// Where it stands.
    pub state: WebhookState,
    /// When it was told first.
    pub received_at: Timestamp,
    /// What must happen next, and when.
    pub wake: Option<Wake>,
}

/// Where an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookState {
    /// It waits for its worker.
    Received,
    /// Nothing more will happen to it.
    Settled(Settlement),
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Its order was seen to, or had no more need of it.
    Applied {
        /// When.
        at: Timestamp,
    },
    /// It changed nothing, and a person must look.
    Quarantined {
        /// When.
        at: Timestamp,
        /// Why.
        reason: Quarantine,
    },
    /// A person has looked: it is nobody's here.
    Dismissed {
        /// When.
        at: Timestamp,
    },
}

impl Settlement {
    /// When.
    pub const fn at(&self) -> Timestamp {
        match *self {
            Self::Applied { at } | Self::Quarantined { at, .. } | Self::Dismissed { at } => at,
        }
    }

    /// The word in the database and in the log.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Applied { .. } => "applied",
            Self::Quarantined { .. } => "quarantined",
            Self::Dismissed { .. } => "dismissed",
        }
    }
}

/// Why an event changes nothing, although it is authentic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quarantine {
    /// It is about real money and this deployment plays, or the other way round.
    OtherMode,
    /// It names no order, or one that does not exist.
    UnknownOrder,
    /// Its order has no attempt that could have its object.
    UnknownAttempt,
    /// It takes back what was told as done. What is posted stays posted, so a person sees to the money.
    Reversed,
}

impl Quarantine {
    /// The word in the database and in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OtherMode => "other_mode",
            Self::UnknownOrder => "unknown_order",
            Self::UnknownAttempt => "unknown_attempt",
            Self::Reversed => "reversed",
        }
    }

    /// The reason of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::OtherMode, Self::UnknownOrder, Self::UnknownAttempt, Self::Reversed]
            .into_iter()
            .find(|reason| reason.as_str() == name)
    }
}

/// Something became of the event before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event was settled before")]
pub struct AlreadySettled;

/// What a person decides about an event in quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuarantineDecision {
    /// What kept it from being applied is gone: it is received anew.
    ApplyAgain,
    /// It is nobody's here.
    Dismiss,
}

/// The event is not in quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event is not in quarantine")]
pub struct NotQuarantined;

impl Event {
    /// The attempt that this is about: the one that has the object, or else the one that the object was opened for,
    /// while our own call has not told us yet which object that made. A dispute may name its payment otherwise than our
    /// call was answered, so what it was opened for is enough.
    pub fn attempt_of<'a>(&self, order: &'a Order) -> Option<&'a Attempt> {
        let of_gateway =
            || order.attempts.iter().filter(|attempt| attempt.method.gateway() == self.key.gateway);
        let named = self.purpose.as_ref().filter(|purpose| purpose.order_id == order.id);
        let is_named = |attempt: &&Attempt| {
            (attempt.reference.is_none() || self.subject == EventSubject::Dispute)
                && named.is_some_and(|purpose| purpose.attempt == attempt.number)
        };
        of_gateway()
            .find(|attempt| attempt.reference.as_ref() == Some(&self.reference))
            .or_else(|| of_gateway().find(is_named))
    }
}

impl Webhook {
    /// Takes an event in, with the wake of the worker that applies it.
    pub const fn receive(event: Event, now: Timestamp) -> Self {
        let wake = Some(Wake { queue: Queue::ApplyWebhook, at: now });
        Self { event, state: WebhookState::Received, received_at: now, wake }
    }

    /// Whether nothing will change it any more.
    pub const fn is_settled(&self) -> bool {
        match self.state {
            WebhookState::Received => false,
            WebhookState::Settled(_) => true,
        }
    }

    /// Notes what became of it.
    ///
    /// # Errors
    /// Refuses when it was settled before: whoever did that first decides.
    pub fn settle(self, settlement: Settlement) -> Result<Self, AlreadySettled> {
        if self.is_settled() {
            return Err(AlreadySettled);
        }
        Ok(Self { state: WebhookState::Settled(settlement), wake: None, ..self })
    }

    /// What it waits for a person for.
    pub const fn work(&self) -> Option<Work> {
        match self.state {
            WebhookState::Settled(Settlement::Quarantined { at, .. }) => {
                Some(Work { kind: WorkKind::Webhook, since: at, until: None })
            }
            WebhookState::Received
            | WebhookState::Settled(Settlement::Applied { .. } | Settlement::Dismissed { .. }) => None,
        }
    }

    /// Takes a person's decision about an event in quarantine.
    ///
    /// # Errors
    /// Refuses where it is not in quarantine, unless it was dismissed before and is so again.
    pub fn decide(
        self,
        decision: QuarantineDecision,
        now: Timestamp,
    ) -> Result<Idempotent<Self>, NotQuarantined> {
        match (self.state, decision) {
            (WebhookState::Settled(Settlement::Dismissed { .. }), QuarantineDecision::Dismiss) => {
                Ok(Idempotent::AlreadyApplied(self))
            }
            (WebhookState::Settled(Settlement::Quarantined { .. }), QuarantineDecision::Dismiss) => {
                let state = WebhookState::Settled(Settlement::Dismissed { at: now });
                Ok(Idempotent::Executed(Self { state, ..self }))
            }
            (WebhookState::Settled(Settlement::Quarantined { .. }), QuarantineDecision::ApplyAgain) => {
                let wake = Some(Wake { queue: Queue::ApplyWebhook, at: now });
                Ok(Idempotent::Executed(Self { state: WebhookState::Received, wake, ..self }))
            }
            (WebhookState::Received | WebhookState::Settled(_), _) => Err(NotQuarantined),
        }
    }
}
