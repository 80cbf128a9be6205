//! A reservation being paid for, or paid.
//!
//! ```text
//! PendingPayment ──captured──▶ Paid ──cancelled, and everything has gone back──▶ Cancelled
//!      │    ▲
//!      │    └──another method──┐
//!      ├──every attempt a definite no──▶ PaymentFailed ──cancelled, or its time is over──▶ Cancelled
//!      └──cancelled, and the attempt a definite no──▶ Cancelled
//! ```
//!
//! Every transition gives an [`OrderChange`]: the order as it will be, the version that it must still have, what its
//! holds do, and the line that its history gains. The store writes all of it at once or nothing.

use core::time::Duration;

use crate::payment::{
    Attempt, AttemptRequest, AttemptState, Charge, Dispute, GatewayName, Operation, Outcome, PaymentMethod,
    Refund, Retry, ReturnUrl, Step,
};
use crate::reservation::{Line, NotHeld, Reservation, Totals};
use crate::stock::{HoldMove, PlannedHold};
use crate::wake::{Queue, Wake};
use crate::work::Work;
use crate::{Caller, Fingerprint, Money, OrderId, RequestKey, ReservationId, Timestamp};

mod acting; // what its shopper brings back from an action
mod change; // one write, and what it does to the units
mod customer; // who pays, and where it goes
mod disputing; // money that its shopper demands back over the shop's head
mod ending; // what ends it: a cancel, and money that goes back
mod history; // one line for each write, and what they tell
mod ledger; // what moved, as double entries
mod orphan; // money that came although the attempt was a definite no
mod reading; // what its shopper reads of its payment
mod resolving; // what a person finds out about it
mod retrying; // another payment method, after the ones so far were declined
mod returning; // units that came back to the shop
mod reviewing; // what the fraud screen and the person behind it make of it
mod state; // where an order stands

pub use acting::NoActionAwaited;
pub use change::{HoldsChange, OrderChange, seen_hold};
pub use customer::{Address, Contact};
pub use disputing::DisputeRefused;
pub use ending::{CancelRefused, RefundRefused, RefundRequest};
pub use history::{AuditEntry, OrderRecord, TimelineStep};
pub use ledger::{Account, Ledger, NoSeal, Posting, PostingCause, Seal};
pub use reading::PaymentWord;
pub use retrying::RetryRefused;
pub use returning::ReturnedLine;
pub use reviewing::ReviewRefused;
pub use state::OrderState;

/// A reservation being paid for, or paid.
///
/// Adapters rebuild it from storage; everybody else moves it by its transitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its id, which follows from the request that made it.
    pub id: OrderId,
    /// The reservation that it pays for. A reservation has at most one order.
    pub reservation_id: ReservationId,
    /// Who made it. Nobody else can see it.
    pub caller: Caller,
    /// What the checkout asked for.
    pub fingerprint: Fingerprint,
    /// Whom to tell.
    pub contact: Contact,
    /// Where it goes.
    pub shipping_address: Address,
    /// What is bought.
    pub lines: Vec<Line>,
    /// What is charged.
    pub totals: Totals,
    /// The units, by page.
    pub holds: Vec<PlannedHold>,
    /// The deadline that the holds had when the payment began.
    pub held_until: Timestamp,
    /// Where it stands.
    pub state: OrderState,
    /// Every try to charge it, oldest first; never empty.
    pub attempts: Vec<Attempt>,
    /// Every refund, oldest first.
    pub refunds: Vec<Refund>,
    /// Every dispute, in the order in which we learned of them.
    pub disputes: Vec<Dispute>,
    /// What moved because of it.
    pub ledger: Ledger,
    /// When its shopper or an operator cancelled it. It is over once that is confirmed.
    pub cancel_requested_at: Option<Timestamp>,
    /// Methods that the shopper offered and that were not tried yet.
    pub fallbacks: Vec<PaymentMethod>,
    /// Where the shopper comes back to.
    pub return_url: Option<ReturnUrl>,
    /// Counts the writes. Every write requires the version it read: the fence against slow workers.
    pub version: u64,
    /// What must happen next, and when.
    pub wake: Option<Wake>,
    /// What it waits for a person for.
    pub work: Option<Work>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What a checkout asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// Who asks, under which key.
    pub request: RequestKey,
    /// What was asked for.
    pub fingerprint: Fingerprint,
    /// Whom to tell.
    pub contact: Contact,
    /// Where it goes.
    pub shipping_address: Address,
    /// How it is paid: the first is tried, the others are for when it declines softly. Never empty.
    pub payment_methods: Vec<PaymentMethod>,
    /// Where the shopper comes back to.
    pub return_url: Option<ReturnUrl>,
}

/// The order does not move that way from where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the order does not move that way")]
pub struct OrderRefused;

impl Order {
    /// How many tries an order takes in all.
    pub const ATTEMPTS_MAX: usize = 5;
    /// How long a failed payment keeps its units at the least, so that the shopper can take another card.
    pub const RETRY_TIME: Duration = Duration::from_secs(2 * 60);

    /// Turns an open reservation into an order with its first attempt, in one write with the reservation's own end.
    ///
    /// # Errors
    /// Refuses when the reservation is not open, from its deadline on, and without a payment method.
    pub fn place(
        reservation: Reservation,
        checkout: Checkout,
        now: Timestamp,
    ) -> Result<(Reservation, OrderChange), NotHeld> {
        let id = checkout.request.order_id();
        let ordered = reservation.check_out(id.clone(), now)?;
        let mut methods = checkout.payment_methods.into_iter();
        let first = methods.next().ok_or(NotHeld)?;
        let order = Self {
            id,
            reservation_id: ordered.id.clone(),
            caller: ordered.caller.clone(),
            fingerprint: checkout.fingerprint,
            contact: checkout.contact,
            shipping_address: checkout.shipping_address,
            lines: ordered.lines.clone(),
            totals: ordered.totals,
            holds: ordered.holds.clone(),
            held_until: ordered.expires_at,
            state: OrderState::PendingPayment,
            attempts: vec![Attempt::new(1, first, None, now)],
            refunds: Vec::new(),
            disputes: Vec::new(),
            ledger: Ledger::default(),
            cancel_requested_at: None,
            fallbacks: methods.collect(),
            return_url: checkout.return_url,
            version: 1,
            wake: Some(Wake { queue: Queue::CapturePayment, at: now }),
            work: None,
            created_at: now,
            updated_at: now,
        };
        let holds = HoldsChange::Moved { held_until: Some(order.held_until), target: HoldMove::ToPaying };
        Ok((ordered, OrderChange { order, seen_version: None, holds: Some(holds) }))
    }

    /// The attempt that counts now.
    pub fn attempt(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// What a worker does next about the payment.
    pub fn next_step(&self, now: Timestamp) -> Step {
        self.in_flight().map_or(Step::Rest, |attempt| attempt.next_step(now))
    }

    /// The same for who has heard that the shopper approved.
    pub fn next_step_once_approved(&self, now: Timestamp) -> Step {
        self.in_flight().map_or(Step::Rest, |attempt| attempt.next_step_once_approved(now))
    }

    /// The attempt that may still take the order on.
    fn in_flight(&self) -> Option<&Attempt> {
        match self.state {
            OrderState::PendingPayment => self.attempt(),
            OrderState::Paid { .. } | OrderState::PaymentFailed { .. } | OrderState::Cancelled { .. } => None,
        }
    }

    /// What an attempt sends, frozen since it began but for the renewal of its last steps.
    pub fn charge(&self, attempt: &Attempt) -> Charge {
        Charge {
            order_id: self.id.clone(),
            caller: self.caller.clone(),
            attempt: attempt.number,
            amount: self.totals.total,
            method: attempt.method.clone(),
            return_url: self.return_url.clone(),
            action_result: attempt.action_result.clone(),
            renewal: attempt.renewal(),
        }
    }

    /// Claims a call to the gateway. The call may be made once this is written, and not before.
    ///
    /// # Errors
    /// Refuses when no payment is in flight, and once it is a person's business.
    pub fn claim(self, operation: Operation, now: Timestamp) -> Result<OrderChange, OrderRefused> {
        self.with_attempt(now, |attempt| (!attempt.is_settled()).then(|| attempt.claim(operation, now)))
    }

    /// Takes the gateway's answer to the call that this version claimed.
    ///
    /// # Errors
    /// Refuses when no payment is in flight: facts stay.
    pub fn record(self, outcome: Outcome, now: Timestamp) -> Result<OrderChange, OrderRefused> {
        self.with_attempt(now, |attempt| attempt.apply(outcome, now).ok())
    }

    /// Takes the gateway's answer to a look-up.
    ///
    /// # Errors
    /// Refuses when no payment is in flight: facts stay.
    pub fn record_look_up(self, outcome: Outcome, now: Timestamp) -> Result<OrderChange, OrderRefused> {
        self.with_attempt(now, |attempt| attempt.apply_look_up(outcome, now).ok())
    }

    /// Gives the order up once the time to try another method is over.
    ///
    /// # Errors
    /// Refuses before that time, and while a payment is in flight or was made.
    pub fn expire(mut self, now: Timestamp) -> Result<OrderChange, OrderRefused> {
        match self.state {
            OrderState::PaymentFailed { retry_until } if now >= retry_until => {
                self.state = OrderState::Cancelled { at: now };
                self.wake = self.resting_wake(now);
                let holds = HoldsChange::Moved { held_until: Some(retry_until), target: HoldMove::Free };
                Ok(self.next_version(now, Some(holds)))
            }
            OrderState::PaymentFailed { .. }
            | OrderState::PendingPayment
            | OrderState::Paid { .. }
            | OrderState::Cancelled { .. } => Err(OrderRefused),
        }
    }

    /// Whether nothing more will happen to it by itself.
    pub fn is_final(&self) -> bool {
        self.holds_nothing() && self.open_refund().is_none()
    }

    /// Whether none of its units is set aside any more: they are sold, or back on sale.
    pub const fn holds_nothing(&self) -> bool {
        matches!(self.state, OrderState::Paid { .. } | OrderState::Cancelled { .. })
    }

    /// Whether nothing more will happen to its payment by itself, so that what goes back can go.
    pub fn rests(&self) -> bool {
        let is_with_a_person = |attempt: &Attempt| attempt.state == AttemptState::ManualReview;
        self.holds_nothing() || self.attempt().is_some_and(is_with_a_person)
    }

    /// Moves the current attempt, and the order with it where the attempt settled.
    fn with_attempt(
        mut self,
        now: Timestamp,
        step: impl FnOnce(Attempt) -> Option<Attempt>,
    ) -> Result<OrderChange, OrderRefused> {
        if self.state != OrderState::PendingPayment {
            return Err(OrderRefused);
        }
        let attempt = self.attempts.pop().and_then(step).ok_or(OrderRefused)?;
        let settled = attempt.state.clone();
        let (number, gateway) = (attempt.number, attempt.method.gateway());
        let (is_ready, is_refused) = (matches!(settled, AttemptState::Ready { .. }), attempt.is_refused());
        let (pause, review) = (attempt.pause(), attempt.review.filter(|_| attempt.is_held_for_review()));
        self.attempts.push(attempt);
        let holds = match settled {
            AttemptState::Captured => {
                self.state = OrderState::Paid { at: now };
                self.post(PostingCause::Captured(number), gateway, self.totals.total, now);
                self.wake = self.resting_wake(now);
                if self.cancel_requested_at.is_some() {
                    self.give_back_the_rest(now).map_err(|_| OrderRefused)?;
                }
                Some(HoldsChange::Moved { held_until: None, target: HoldMove::ToSold })
            }
            AttemptState::Declined(decline) => self.fall_back(decline.retry, now),
            AttemptState::Voided if is_refused => self.fall_back(Retry::None, now),
            AttemptState::NotSent | AttemptState::Voided => self.fall_back(Retry::OtherMethod, now),
            // An alarm calls a person; no message could bring a fact.
            AttemptState::ManualReview => {
                self.wake = self.resting_wake(now);
                None
            }
            // Whoever goes on at once still has the message that woke it; should it die, that comes back.
            AttemptState::Sending { .. } => None,
            AttemptState::Ready { .. }
            | AttemptState::Unknown { .. }
            | AttemptState::RequiresAction { .. } => {
                if let Some(review) = review {
                    self.wake = Some(Wake { queue: Queue::CapturePayment, at: review.until });
                } else if !pause.is_zero() {
                    self.wake = Some(Wake { queue: Queue::CapturePayment, at: now.plus(pause) });
                } else if is_ready {
                    // Whoever was told of it before the planned look need not wait for that.
                    self.wake = self.wake.map(|wake| Wake { at: wake.at.min(now), ..wake });
                }
                None
            }
        };
        Ok(self.next_version(now, holds))
    }

    /// After a definite no: another gateway at once, where the shopper offered one and the no was not a hard one;
    /// otherwise the shopper decides.
    fn fall_back(&mut self, retry: Retry, now: Timestamp) -> Option<HoldsChange> {
        let refused =
            self.attempt().and_then(|attempt| attempt.review).is_some_and(|review| review.ended_its_order());
        if self.cancel_requested_at.is_some() || refused {
            self.close(now);
            return Some(HoldsChange::Moved { held_until: None, target: HoldMove::Free });
        }
        let untried = |method: &PaymentMethod| {
            self.attempts.iter().all(|attempt| attempt.method.gateway() != method.gateway())
        };
        let fallback = match retry {
            Retry::SameMethod | Retry::OtherMethod => self.fallbacks.iter().position(untried),
            Retry::None => None,
        };
        if let Some(position) = fallback
            && self.attempts.len() < Self::ATTEMPTS_MAX
        {
            let method = self.fallbacks.remove(position);
            self.begin_attempt(method, None, now);
            return None;
        }
        let retry_until = self.held_until.max(now.plus(Self::RETRY_TIME));
        self.state = OrderState::PaymentFailed { retry_until };
        self.wake = Some(Wake { queue: Queue::ExpireReservation, at: retry_until });
        Some(HoldsChange::Moved { held_until: None, target: HoldMove::BackToHeld { until: retry_until } })
    }

    fn begin_attempt(&mut self, method: PaymentMethod, requested: Option<AttemptRequest>, now: Timestamp) {
        let number = self.attempts.last().map_or(0, |attempt| attempt.number).saturating_add(1);
        self.attempts.push(Attempt::new(number, method, requested, now));
    }

    /// Adds a posting to the ledger, with the write of the next version.
    fn post(&mut self, cause: PostingCause, gateway: GatewayName, amount: Money, at: Timestamp) {
        let version = self.version.saturating_add(1);
        self.ledger.post(&self.id, ledger::Entry { version, at, cause, gateway, amount });
    }

    fn next_version(mut self, now: Timestamp, holds: Option<HoldsChange>) -> OrderChange {
        let seen_version = Some(self.version);
        self.version = self.version.saturating_add(1);
        self.updated_at = now;
        self.work = Work::going_on(self.work, self.needs(), now);
        OrderChange { order: self, seen_version, holds }
    }
}
