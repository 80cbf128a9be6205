use core::time::Duration;

use super::{ActionResult, AttemptNumber, Decline, GatewayReference, Operation, PaymentMethod, Retry};
use crate::fraud::{Review, Screening};
use crate::{Fingerprint, IdempotencyKey, Timestamp};

mod acting; // what a shopper brings back from an action
mod answer; // what a gateway's answer makes of an attempt
mod screened; // what the fraud rules, and a person, make of an attempt

/// One try to charge an order at one gateway.
///
/// ```text
/// Ready(open) ─▶ Sending(confirm) ─▶ Sending(capture) ─▶ Captured
///      │           │  ├▶ RequiresAction ─▶ Sending(capture), or Sending(void) at its deadline
///      │           │  │        └▶ Sending(complete) ─▶ as a confirm, where the shopper brings a result back
///      │           │  ├▶ Ready(capture)               in review, until a person decides or its time is over
///      │           │  └▶ Declined | NotSent            a definite no
///      │           └▶ Unknown ─▶ look up, replay, Sending(void) ─▶ a fact, or ManualReview
///      │                                                 └▶ Voided   a definite no
///      └▶ RequiresAction ─▶ Ready(confirm), or Voided at its deadline   where the shopper approves first
/// ```
///
/// Adapters rebuild it from storage; everybody else moves it by its transitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its number within the order, from 1.
    pub number: AttemptNumber,
    /// What the shopper pays with.
    pub method: PaymentMethod,
    /// The gateway's object, once it exists.
    pub reference: Option<GatewayReference>,
    /// Where it stands.
    pub state: AttemptState,
    /// Whether every call that was meant to charge is known not to have been executed. While it is, "not sent"
    /// proves that nobody charged; after one lost answer it proves nothing.
    pub undoubted: bool,
    /// Whether it is to end without a charge: its order is cancelled, or its review was refused.
    pub given_up: bool,
    /// What the fraud rules said of it, once they were asked.
    pub screening: Option<Screening>,
    /// What the shopper brought back from an action, once they did.
    pub action_result: Option<ActionResult>,
    /// The review that its capture waits for, once it was authorized.
    pub review: Option<Review>,
    /// When it was made.
    pub started_at: Timestamp,
    /// The request that asked for it, when it was not the checkout itself.
    pub requested: Option<AttemptRequest>,
}

/// The request that asked for another attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRequest {
    /// The client's name for it.
    pub key: IdempotencyKey,
    /// What it asked for.
    pub fingerprint: Fingerprint,
}

/// Where an attempt stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptState {
    /// The next call can be made; none is outstanding.
    Ready {
        /// The call.
        operation: Operation,
        /// How often it was made without being executed.
        tries: u32,
    },
    /// A worker claimed this call, and its answer is outstanding.
    Sending {
        /// The call.
        operation: Operation,
        /// How often it was made before without being executed, or its outcome was unknown.
        tries: u32,
        /// Until then others leave it to that worker. Only courtesy: safety is the order's version.
        lease_until: Timestamp,
    },
    /// The outcome of this call is unknown. Only a fact ends this; age never does.
    Unknown {
        /// The call.
        operation: Operation,
        /// How often it was tried to find out.
        tries: u32,
    },
    /// The shopper must act at the gateway.
    RequiresAction {
        /// Where.
        url: String,
        /// After that the attempt is given up.
        until: Timestamp,
        /// How often it was looked up meanwhile.
        tries: u32,
    },
    /// The money has moved.
    Captured,
    /// The gateway said no.
    Declined(Decline),
    /// No call that could charge was ever executed, and none is outstanding.
    NotSent,
    /// A cancel was confirmed.
    Voided,
    /// A person must look. It still counts as "maybe charged".
    ManualReview,
}

/// What a worker does next about an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Create the gateway's object. It moves no money, so it needs no claim.
    Open,
    /// End it without a call: none that could charge was ever made.
    GiveUp,
    /// Claim this call by a write, and then make it.
    Claim(Operation),
    /// Ask the gateway what became of it.
    LookUp,
    /// Leave it to whoever claimed it, until then.
    Leave(Timestamp),
    /// Nothing: it is settled, or a person decides.
    Rest,
}

/// The attempt is not where this answer could reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("attempt {0} takes no answer now")]
pub struct AttemptRefused(pub AttemptNumber);

impl Attempt {
    /// How long a claimed call is left to its worker: longer than any call to a gateway lasts.
    pub const LEASE: Duration = Duration::from_secs(10);
    /// How long the shopper has to act at the gateway.
    pub const ACTION_TIME: Duration = Duration::from_secs(10 * 60);
    /// How often a call that is known not to have been executed is made again.
    pub const UNEXECUTED_TRIES_MAX: u32 = 4;
    /// From this age on an unknown is a person's business.
    pub const REVIEW_AGE: Duration = Duration::from_secs(24 * 60 * 60);

    /// A new attempt.
    pub const fn new(
        number: AttemptNumber,
        method: PaymentMethod,
        requested: Option<AttemptRequest>,
        now: Timestamp,
    ) -> Self {
        Self {
            number,
            method,
            reference: None,
            state: AttemptState::Ready { operation: Operation::Open, tries: 0 },
            undoubted: true,
            given_up: false,
            screening: None,
            action_result: None,
            review: None,
            started_at: now,
            requested,
        }
    }

    /// Whether it is proven that this attempt never charged and never will.
    pub const fn is_definite_no(&self) -> bool {
        match self.state {
            AttemptState::Declined(_) | AttemptState::NotSent | AttemptState::Voided => true,
            AttemptState::Ready { .. }
            | AttemptState::Sending { .. }
            | AttemptState::Unknown { .. }
            | AttemptState::RequiresAction { .. }
            | AttemptState::Captured
            | AttemptState::ManualReview => false,
        }
    }

    /// Whether nothing will change it any more.
    pub const fn is_settled(&self) -> bool {
        self.is_definite_no() || matches!(self.state, AttemptState::Captured | AttemptState::ManualReview)
    }

    /// What a worker does next.
    pub fn next_step(&self, now: Timestamp) -> Step {
        match self.state {
            AttemptState::Ready { operation: Operation::Open, .. } if self.given_up => Step::GiveUp,
            AttemptState::Ready { operation, .. } if self.is_ended_by_repeating(operation, now) => {
                Step::Claim(operation)
            }
            AttemptState::Ready { .. } | AttemptState::RequiresAction { .. } if self.given_up => {
                Step::Claim(Operation::Void)
            }
            AttemptState::Ready { .. } if self.is_held_for_review() => self.review_step(now),
            AttemptState::Ready { operation: Operation::Open, .. } => Step::Open,
            AttemptState::Ready { operation, .. } => Step::Claim(operation),
            AttemptState::Sending { lease_until, .. } if now < lease_until => Step::Leave(lease_until),
            AttemptState::Unknown { operation, tries } => self.resolve(operation, tries, now),
            AttemptState::RequiresAction { until, .. } if now >= until => Step::Claim(Operation::Void),
            // The worker that claimed a call is gone, and what it sent is unknown; or the shopper may have acted.
            AttemptState::Sending { .. } | AttemptState::RequiresAction { .. } => Step::LookUp,
            AttemptState::Captured
            | AttemptState::Declined(_)
            | AttemptState::NotSent
            | AttemptState::Voided
            | AttemptState::ManualReview => Step::Rest,
        }
    }

    /// The same for who has heard that the shopper approved: the confirm finds out by itself whether they did, and a
    /// look before it would find out no more.
    pub fn next_step_once_approved(&self, now: Timestamp) -> Step {
        let step = self.next_step(now);
        if step == Step::LookUp && self.awaits_approval() { Step::Claim(Operation::Confirm) } else { step }
    }

    /// Whether nothing is held before a confirm, for which the shopper must approve.
    fn awaits_approval(&self) -> bool {
        matches!(self.state, AttemptState::RequiresAction { .. })
            && self.method.gateway().approves_by_redirect()
    }

    /// Looks up first, and acts when that proved nothing: an authorization is replayed once while its key lives and
    /// voided after that; a capture or a void is simply asked for again. Where a void could not end what was not
    /// authorized yet, the authorization is replayed for as long as its key lives: a result of the shopper's is good for
    /// one use, and under its key a repetition gets the answer to that one.
    fn resolve(&self, operation: Operation, tries: u32, now: Timestamp) -> Step {
        if tries.is_multiple_of(2) {
            return Step::LookUp;
        }
        match operation {
            Operation::Open => Step::Open,
            _ if self.is_ended_by_repeating(operation, now) => Step::Claim(operation),
            Operation::Confirm | Operation::Complete | Operation::Capture if self.given_up => {
                Step::Claim(Operation::Void)
            }
            Operation::Confirm | Operation::Complete if self.may_replay(now) && tries == 1 => {
                Step::Claim(operation)
            }
            Operation::Confirm | Operation::Complete | Operation::Void => Step::Claim(Operation::Void),
            Operation::Capture => Step::Claim(Operation::Capture),
        }
    }

    /// Asks the gateway once more about what was a person's business.
    pub(crate) fn look_again(mut self) -> Option<Self> {
        let AttemptState::ManualReview = self.state else { return None };
        self.state = AttemptState::Unknown { operation: Operation::Confirm, tries: 0 };
        Some(self)
    }

    /// Ends it where no call that could charge was ever made.
    pub(crate) fn give_up(mut self) -> Option<Self> {
        let AttemptState::Ready { operation: Operation::Open, .. } = self.state else { return None };
        self.state = AttemptState::NotSent;
        Some(self)
    }

    /// Whether only a repetition of what authorizes tells what became of it, also where it is given up: there may be
    /// nothing to void before it.
    fn is_ended_by_repeating(&self, operation: Operation, now: Timestamp) -> bool {
        let voids_held = self.method.gateway().voids_only_what_is_held();
        operation.authorizes() && voids_held && !self.undoubted && self.may_replay(now)
    }

    /// Whether the gateway is sure to recognise a repetition of what authorizes.
    fn may_replay(&self, now: Timestamp) -> bool {
        now.since(self.started_at) < self.method.gateway().replay_age_max()
    }

    /// Claims a call. The write of this claim is the fence: whoever read an older version cannot send any more.
    ///
    /// Where nothing can be held, a void has nothing to ask the gateway for: the write that claims it ends the attempt,
    /// and nobody can confirm it any more.
    #[must_use]
    pub fn claim(mut self, operation: Operation, now: Timestamp) -> Self {
        self.leave_review(now);
        if operation == Operation::Void && self.holds_nothing() {
            self.state = AttemptState::Voided;
            return self;
        }
        let tries = match self.state {
            AttemptState::Unknown { tries, .. } => tries,
            AttemptState::Ready { operation: ready, tries } if ready == operation => tries,
            AttemptState::Ready { .. }
            | AttemptState::Sending { .. }
            | AttemptState::RequiresAction { .. }
            | AttemptState::Captured
            | AttemptState::Declined(_)
            | AttemptState::NotSent
            | AttemptState::Voided
            | AttemptState::ManualReview => 0,
        };
        self.state = AttemptState::Sending { operation, tries, lease_until: now.plus(Self::LEASE) };
        self
    }

    /// Whether it is proven that the gateway holds nothing: it holds nothing without a confirm of ours, or a complete
    /// where that asked for an action, and each one that was sent is known not to have been executed.
    fn holds_nothing(&self) -> bool {
        let gateway = self.method.gateway();
        let unconfirmed = match self.state {
            AttemptState::Ready {
                operation: Operation::Open | Operation::Confirm | Operation::Complete,
                ..
            } => true,
            // Elsewhere it was a confirm that asked for the action, and that authorizes once the shopper acts.
            AttemptState::RequiresAction { .. } => {
                gateway.approves_by_redirect() || gateway.completes_by_result()
            }
            AttemptState::Ready { .. }
            | AttemptState::Sending { .. }
            | AttemptState::Unknown { .. }
            | AttemptState::Captured
            | AttemptState::Declined(_)
            | AttemptState::NotSent
            | AttemptState::Voided
            | AttemptState::ManualReview => false,
        };
        unconfirmed && self.undoubted && gateway.voids_only_what_is_held()
    }

    /// How often a look-up has shown that the claimed capture or void had not happened. Tries go up in pairs, of
    /// which the first is the look-up.
    pub const fn renewal(&self) -> u32 {
        match self.state {
            AttemptState::Sending { operation: Operation::Capture | Operation::Void, tries, .. } => tries / 2,
            AttemptState::Ready { .. }
            | AttemptState::Sending { .. }
            | AttemptState::Unknown { .. }
            | AttemptState::RequiresAction { .. }
            | AttemptState::Captured
            | AttemptState::Declined(_)
            | AttemptState::NotSent
            | AttemptState::Voided
            | AttemptState::ManualReview => 0,
        }
    }

    /// How long to wait before the next step; nothing when it can follow at once.
    pub fn pause(&self) -> Duration {
        match self.state {
            // The look-up proved nothing, so the action that follows it need not wait.
            AttemptState::Unknown { tries, .. } if !tries.is_multiple_of(2) => Duration::ZERO,
            AttemptState::Unknown { tries, .. } => backoff(tries.saturating_div(2), 300),
            AttemptState::Ready { tries, .. } if tries > 0 => backoff(tries, 60),
            AttemptState::RequiresAction { tries, .. } => backoff(tries.saturating_div(4), 15),
            AttemptState::Ready { .. }
            | AttemptState::Sending { .. }
            | AttemptState::Captured
            | AttemptState::Declined(_)
            | AttemptState::NotSent
            | AttemptState::Voided
            | AttemptState::ManualReview => Duration::ZERO,
        }
    }

    /// The gateway's no, where it gave one, or what stands for it when the attempt ended without a charge.
    pub fn decline(&self) -> Option<Decline> {
        match &self.state {
            AttemptState::Declined(decline) => Some(decline.clone()),
            AttemptState::NotSent => {
                Some(Decline { code: "gateway_unreachable".to_owned(), retry: Retry::SameMethod })
            }
            AttemptState::Voided if self.is_refused() => {
                Some(Decline { code: Self::REFUSED_BY_SHOP.to_owned(), retry: Retry::None })
            }
            AttemptState::Voided => {
                Some(Decline { code: "payment_not_confirmed".to_owned(), retry: Retry::SameMethod })
            }
            AttemptState::Ready { .. }
            | AttemptState::Sending { .. }
            | AttemptState::Unknown { .. }
            | AttemptState::RequiresAction { .. }
            | AttemptState::Captured
            | AttemptState::ManualReview => None,
        }
    }
}

/// 2, 4, 8 … seconds, up to a bound.
pub(super) fn backoff(tries: u32, seconds_max: u64) -> Duration {
    Duration::from_secs(2_u64.saturating_pow(tries.saturating_add(1)).min(seconds_max))
}

impl AttemptState {
    /// The word in an order's history.
    pub fn word(&self) -> String {
        match self {
            Self::Ready { operation, .. } => format!("ready to {}", operation.as_str()),
            Self::Sending { operation, .. } => format!("sending {}", operation.as_str()),
            Self::Unknown { operation, .. } => format!("{} unknown", operation.as_str()),
            Self::RequiresAction { .. } => "requires action".to_owned(),
            Self::Captured => "captured".to_owned(),
            Self::Declined(decline) => format!("declined: {}", decline.code),
            Self::NotSent => "not sent".to_owned(),
            Self::Voided => "voided".to_owned(),
            Self::ManualReview => "manual review".to_owned(),
        }
    }
}
