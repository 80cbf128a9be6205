use core::time::Duration;

mod doubt; // what may have been done without an answer, and for how long that is borne

pub use doubt::RefundReview;

use super::attempt::backoff;
use super::{AttemptNumber, GatewayReference};
use crate::stock::PlannedHold;
use crate::{Money, OrderId, Reference, Timestamp};

/// Money of an order that goes back to its shopper.
///
/// ```text
/// Ready ─▶ Sending ─▶ Refunded
///   ▲ │      │  ├▶ Pending ─▶ look up ─▶ Refunded
///   └─│refused  └▶ Unknown ─▶ look up, replay ─▶ a fact, or ManualReview ─▶ Refunded | Withdrawn, as a person finds
///     └▶ Withdrawn                    a lost dispute left no money for it
/// ```
///
/// What was only ever rejected is in no doubt, however often: it is *unsent*, like one that was never asked for.
///
/// Adapters rebuild it from storage; everybody else moves it by its transitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Its number within the order, from 1.
    pub number: RefundNumber,
    /// How much.
    pub amount: Money,
    /// Why.
    pub cause: RefundCause,
    /// Where it stands.
    pub state: RefundState,
    /// The units that came back to the shop with it, by page. They are on sale again whatever becomes of the money.
    pub returned: Vec<PlannedHold>,
    /// When it was asked for, or when the last refund or dispute that held it up was over.
    pub started_at: Timestamp,
    /// Since when it may have been executed without our knowing: since the first call that was not answered. None while it
    /// is known of every call what became of it.
    pub doubtful_since: Option<Timestamp>,
}

/// The number of a refund within its order, from 1.
pub type RefundNumber = u32;

/// Why money goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundCause {
    /// The order was cancelled after it was paid for.
    Cancelled,
    /// This attempt was captured although it had been a definite no.
    Orphaned(AttemptNumber),
    /// An operator asked for it under this reference; the same reference is the same refund.
    Asked(Reference),
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// The call can be made; none is outstanding.
    Ready {
        /// How often it was made without being executed.
        tries: u32,
    },
    /// A worker claimed the call, and its answer is outstanding.
    Sending {
        /// How often it was made before.
        tries: u32,
        /// Until then others leave it to that worker. Only courtesy: safety is the order's version.
        lease_until: Timestamp,
    },
    /// The outcome of the call is unknown.
    Unknown {
        /// How often it was tried to find out.
        tries: u32,
    },
    /// The gateway took it on, and the money is under way.
    Pending {
        /// How often it was looked up.
        tries: u32,
    },
    /// The money has gone back.
    Refunded {
        /// When we learned it.
        at: Timestamp,
    },
    /// A person must look. It still counts as "maybe refunded".
    ManualReview(RefundReview),
    /// It does not go back and never will: its money was lost to a dispute, or a person has made sure of it.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
}

/// What one call about a refund proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundOutcome {
    /// The money has gone back.
    Refunded,
    /// It was taken on, and is under way.
    Pending,
    /// The gateway said no for good.
    Refused,
    /// Refused because the charge is disputed; once that is over it may be asked for again.
    Disputed,
    /// Refused unexecuted, as for a rate limit: the same call may be made again.
    Rejected,
    /// Not one byte left this process.
    NotSent,
    /// Everything else.
    Unknown,
}

/// What is frozen with a refund before its first send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundCharge {
    /// The order whose money goes back.
    pub order_id: OrderId,
    /// The attempt that charged.
    pub attempt: AttemptNumber,
    /// The gateway's object of that attempt.
    pub reference: GatewayReference,
    /// The refund's number within the order.
    pub number: RefundNumber,
    /// How much goes back.
    pub amount: Money,
    /// How often it was asked for in vain, where a repetition under another key can do no harm: Stripe replays even a
    /// kept 500 under its key (<https://docs.stripe.com/api/idempotent_requests>), and gives no more back than was
    /// captured, so only what gives back everything may be asked for anew.
    pub renewal: u32,
}

/// What a worker does next about a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundStep {
    /// Claim the call by a write, and then make it.
    Claim,
    /// Ask the gateway what became of it.
    LookUp,
    /// Leave it to whoever claimed it, until then.
    Leave(Timestamp),
}

impl RefundCharge {
    /// The key under which the gateway recognises a repetition.
    pub fn idempotency_key(&self) -> String {
        let key = format!("refund:{}:{}", self.order_id, self.number);
        if self.renewal > 0 { format!("{key}:{}", self.renewal) } else { key }
    }
}

impl Refund {
    /// How long a claimed call is left to its worker: longer than any call to a gateway lasts.
    pub const LEASE: Duration = Duration::from_secs(10);
    /// When a refund is asked for again that the gateway refused for a dispute, where no dispute is seen that is open: its
    /// no may be kept under the key for a day.
    pub const DISPUTED_PAUSE: Duration = Duration::from_secs(60 * 60);
    /// From this age on such a refusal is a person's business: by then Stripe, which keeps what it refused for 24 hours
    /// (<https://docs.stripe.com/api/idempotent_requests>), would have decided anew.
    pub const DISPUTED_AGE: Duration = Duration::from_secs(25 * 60 * 60);
    /// Money that is under way may take days to arrive.
    pub const PENDING_AGE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

    pub(crate) const fn new(number: RefundNumber, amount: Money, cause: RefundCause, now: Timestamp) -> Self {
        let state = RefundState::Ready { tries: 0 };
        let returned = Vec::new();
        Self { number, amount, cause, state, returned, started_at: now, doubtful_since: None }
    }

    /// Whether nothing will change it any more.
    pub const fn is_settled(&self) -> bool {
        matches!(
            self.state,
            RefundState::Refunded { .. } | RefundState::ManualReview(_) | RefundState::Withdrawn { .. }
        )
    }

    /// Whether it is known that nothing of it is under way and nothing has gone back.
    pub const fn is_unsent(&self) -> bool {
        matches!(self.state, RefundState::Ready { .. }) && self.doubtful_since.is_none()
    }

    /// Whether a person must look.
    pub const fn is_with_a_person(&self) -> bool {
        matches!(self.state, RefundState::ManualReview(_))
    }

    /// Whether it will never go back.
    pub const fn is_withdrawn(&self) -> bool {
        matches!(self.state, RefundState::Withdrawn { .. })
    }

    /// Whether it gives back what came after a no, and nothing that was paid for the order.
    pub const fn is_of_orphan(&self) -> bool {
        matches!(self.cause, RefundCause::Orphaned(_))
    }

    /// Whether the money has gone back.
    pub const fn is_refunded(&self) -> bool {
        matches!(self.state, RefundState::Refunded { .. })
    }

    /// What a worker does next; nothing once it is settled.
    pub fn next_step(&self, now: Timestamp) -> Option<RefundStep> {
        let may_be_repeated = self.may_be_repeated(now);
        match self.state {
            RefundState::Ready { .. } if may_be_repeated => Some(RefundStep::Claim),
            RefundState::Sending { lease_until, .. } if now < lease_until => {
                Some(RefundStep::Leave(lease_until))
            }
            // Asked for once more under the same key: the gateway repeats its answer, or does it now.
            RefundState::Unknown { tries } if may_be_repeated && !tries.is_multiple_of(2) => {
                Some(RefundStep::Claim)
            }
            RefundState::Ready { .. }
            | RefundState::Sending { .. }
            | RefundState::Unknown { .. }
            | RefundState::Pending { .. } => Some(RefundStep::LookUp),
            RefundState::Refunded { .. } | RefundState::ManualReview(_) | RefundState::Withdrawn { .. } => {
                None
            }
        }
    }

    /// The same while a dispute holds its money: nothing is sent, also not again, and what may have been sent is looked up.
    pub(crate) fn next_step_if_held(&self, now: Timestamp) -> Option<RefundStep> {
        match self.next_step(now) {
            Some(RefundStep::Claim) if self.is_unsent() => None,
            Some(RefundStep::Claim) => Some(RefundStep::LookUp),
            step @ (Some(RefundStep::LookUp | RefundStep::Leave(_)) | None) => step,
        }
    }

    /// What held it up is over: what was not sent begins anew.
    pub(crate) fn begin_anew(&mut self, now: Timestamp) {
        if self.is_unsent() {
            self.state = RefundState::Ready { tries: 0 };
            self.started_at = now;
        }
    }

    /// Nothing is left that it could give back.
    pub(crate) fn withdraw(&mut self, now: Timestamp) {
        self.state = RefundState::Withdrawn { at: now };
    }

    pub(crate) fn claim(mut self, now: Timestamp) -> Self {
        self.state = RefundState::Sending { tries: self.tries(), lease_until: now.plus(Self::LEASE) };
        self
    }

    /// Takes a gateway's answer to the call that was claimed.
    pub(crate) fn apply(mut self, outcome: RefundOutcome, now: Timestamp) -> Self {
        let tries = self.tries();
        let (age, tried) = (now.since(self.started_at), tries.saturating_add(1));
        self.doubtful_since = self.doubtful_after(outcome, now);
        self.state = match (outcome, self.overdue(now)) {
            (RefundOutcome::Refunded, _) => RefundState::Refunded { at: now },
            (RefundOutcome::Pending, _) if age >= Self::PENDING_AGE => {
                RefundState::ManualReview(RefundReview::UnderWay)
            }
            (RefundOutcome::Pending, _) => RefundState::Pending { tries: tried },
            (RefundOutcome::Refused, _) => RefundState::ManualReview(RefundReview::Refused),
            (RefundOutcome::Disputed, _) if age >= Self::DISPUTED_AGE => {
                RefundState::ManualReview(RefundReview::Disputed)
            }
            // Its key stands for this no, so nothing that was sent under it is under way.
            (RefundOutcome::Disputed, _) => RefundState::Ready { tries: 0 },
            (_, Some(review)) => RefundState::ManualReview(review),
            // It is made again under the same key, so whatever an earlier call did is not done twice.
            (RefundOutcome::Rejected | RefundOutcome::NotSent, None) => RefundState::Ready { tries: tried },
            (RefundOutcome::Unknown, None) => RefundState::Unknown { tries: tried },
        };
        self
    }

    /// Takes a gateway's answer to a look-up. That it found nothing proves nothing.
    pub(crate) fn apply_look_up(self, outcome: RefundOutcome, now: Timestamp) -> Self {
        let seen = match outcome {
            fact @ (RefundOutcome::Refunded | RefundOutcome::Pending | RefundOutcome::Refused) => fact,
            RefundOutcome::Disputed
            | RefundOutcome::Rejected
            | RefundOutcome::NotSent
            | RefundOutcome::Unknown => RefundOutcome::Unknown,
        };
        match (self.state, seen) {
            // It was taken on before; a look-up that fails changes nothing about that.
            (RefundState::Pending { .. }, RefundOutcome::Unknown) => self.apply(RefundOutcome::Pending, now),
            _ => self.apply(seen, now),
        }
    }

    /// How long to wait before the next step after an answer; nothing when it can follow at once.
    pub(crate) fn pause(&self) -> Duration {
        match self.state {
            RefundState::Unknown { tries } if tries.is_multiple_of(2) => {
                backoff(tries.saturating_div(2), 300)
            }
            RefundState::Ready { tries: 0 } => Self::DISPUTED_PAUSE,
            // With nothing in doubt there is time.
            RefundState::Ready { tries } if self.is_unsent() => backoff(tries, 3_600),
            RefundState::Ready { tries } => backoff(tries, 300),
            RefundState::Pending { tries } => backoff(tries, 3_600),
            RefundState::Sending { .. }
            | RefundState::Unknown { .. }
            | RefundState::Refunded { .. }
            | RefundState::ManualReview(_)
            | RefundState::Withdrawn { .. } => Duration::ZERO,
        }
    }

    /// How often it was tried so far.
    pub(crate) const fn tries(&self) -> u32 {
        match self.state {
            RefundState::Ready { tries }
            | RefundState::Sending { tries, .. }
            | RefundState::Unknown { tries }
            | RefundState::Pending { tries } => tries,
            RefundState::Refunded { .. } | RefundState::ManualReview(_) | RefundState::Withdrawn { .. } => 0,
        }
    }
}

impl RefundState {
    /// The word in an order's history.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Ready { .. } => "ready to refund",
            Self::Sending { .. } => "sending refund",
            Self::Unknown { .. } => "refund unknown",
            Self::Pending { .. } => "refund pending",
            Self::Refunded { .. } => "refunded",
            Self::ManualReview(review) => review.word(),
            Self::Withdrawn { .. } => "refund withdrawn",
        }
    }
}
