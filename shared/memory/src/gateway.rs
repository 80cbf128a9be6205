use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use application::{Failure, Gateway, Transfers};
use async_trait::async_trait;
use domain::invariant::ChargeEntry;
use domain::payment::{
    Charge, DisputeDecision, DisputeSeen, GatewayReference, Outcome, RefundCharge, RefundOutcome,
};
use domain::reconciliation::Transfer;
use domain::webhook::Purpose;
use domain::{OrderId, Timestamp};

mod book; // what really happened
mod list; // what it lists of that

use book::Book;

/// A gateway that does what its script says, and keeps a book of what really happened.
///
/// A call without a script is executed and answered. A repetition under the same key changes nothing and gets the
/// answer of what stands, and a cancel is final. Clones share one desk, so that a test keeps a hand on what it gave
/// to the shop.
#[derive(Clone, Debug, Default)]
pub struct ScriptedGateway {
    desk: Arc<Mutex<Desk>>,
}

#[derive(Debug, Default)]
struct Desk {
    book: Book,
    scripts: BTreeMap<Call, VecDeque<Fate>>,
    made: Vec<CallMade>,
    delayed: Vec<(Call, Charge)>,
    refund_scripts: BTreeMap<RefundCall, VecDeque<Fate<RefundOutcome>>>,
    delayed_refunds: Vec<RefundCharge>,
    disputes_asked: VecDeque<Failure>,
    purposes_asked: VecDeque<Failure>,
    listed: Vec<(Timestamp, Transfer)>,
    lists_lost: u32,
}

/// A call that can be scripted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// Create the object.
    Open,
    /// Authorize.
    Confirm,
    /// Authorize with what the shopper brought back.
    Complete,
    /// Move the money.
    Capture,
    /// Give the authorization up.
    Void,
    /// Read what became of it.
    LookUp,
}

/// A call about a refund that can be scripted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefundCall {
    /// Give money back.
    Refund,
    /// Read what became of it.
    LookUp,
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate<T = Outcome> {
    /// It is executed, and its caller hears the answer.
    Answered,
    /// It is executed, and its caller hears nothing.
    AnswerLost,
    /// Its caller hears nothing, and it is executed when [`ScriptedGateway::deliver_delayed`] says so.
    Delayed,
    /// It is not executed, and this is the answer.
    Refused(T),
}

/// A call that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallMade {
    /// Which.
    pub call: Call,
    /// What it sent.
    pub charge: Charge,
    /// What its caller heard.
    pub heard: Outcome,
}

impl ScriptedGateway {
    /// Adds what happens to the next calls of this kind, after those that have a script already.
    pub fn script(&self, call: Call, fates: impl IntoIterator<Item = Fate>) {
        self.lock().scripts.entry(call).or_default().extend(fates);
    }

    /// Adds what happens to the next calls of this kind about refunds.
    pub fn script_refund(&self, call: RefundCall, fates: impl IntoIterator<Item = Fate<RefundOutcome>>) {
        self.lock().refund_scripts.entry(call).or_default().extend(fates);
    }

    /// What a confirm of this payment token leads to, instead of an authorization: a decline, or an action of the
    /// shopper.
    pub fn card(&self, token: &str, decision: Outcome) {
        self.lock().book.card(token, decision);
    }

    /// What a complete with this result of an action leads to, instead of an authorization.
    pub fn action_result(&self, result: &str, decision: Outcome) {
        self.lock().book.card(result, decision);
    }

    /// What a confirm leads to where the shopper approved and brought no token.
    pub fn approved_account(&self, decision: Outcome) {
        self.lock().book.account(decision);
    }

    /// The shopper acts at the gateway, for every charge of this order that waits for it.
    pub fn shopper_acts(&self, order: &OrderId, decision: &Outcome) {
        self.lock().book.shopper_acts(order, decision);
    }

    /// What the gateway held for this order lapsed before anybody captured it.
    pub fn lets_lapse(&self, order: &OrderId) {
        self.lock().book.lets_lapse(order);
    }

    /// The gateway breaks its word: it captures what it had said no to, or had confirmed a cancel of, for this order.
    pub fn captures_after_no(&self, order: &OrderId) {
        self.lock().book.captures_after_no(order);
    }

    /// The shopper demands back what was captured for this order, under the gateway's id of that; or that is decided.
    pub fn dispute(&self, order: &OrderId, reference: &str, decision: Option<DisputeDecision>) {
        self.lock().book.dispute(order, reference, decision);
    }

    /// The next look at disputes, after those that fail already, fails so.
    pub fn fail_disputes(&self, failure: Failure) {
        self.lock().disputes_asked.push_back(failure);
    }

    /// The same with what an object was opened for.
    pub fn fail_purposes(&self, failure: Failure) {
        self.lock().purposes_asked.push_back(failure);
    }

    /// What was on its way for long arrives now; nobody hears the answers.
    pub fn deliver_delayed(&self) {
        let mut desk = self.lock();
        for (call, charge) in std::mem::take(&mut desk.delayed) {
            let _nobody_hears = desk.book.execute(call, &charge);
        }
        for refund in std::mem::take(&mut desk.delayed_refunds) {
            let _nobody_hears = desk.book.refund(&refund);
        }
    }

    /// Every call so far, in order.
    pub fn calls(&self) -> Vec<CallMade> {
        self.lock().made.clone()
    }

    /// The gateway's own book.
    pub fn entries(&self) -> Vec<ChargeEntry> {
        self.lock().book.entries()
    }

    fn call(&self, call: Call, charge: &Charge) -> Outcome {
        let mut desk = self.lock();
        let fate = desk.scripts.get_mut(&call).and_then(VecDeque::pop_front).unwrap_or(Fate::Answered);
        let heard = match fate {
            Fate::Answered => desk.book.execute(call, charge),
            Fate::AnswerLost => {
                let _nobody_hears = desk.book.execute(call, charge);
                Outcome::Unknown
            }
            Fate::Delayed => {
                desk.delayed.push((call, charge.clone()));
                Outcome::Unknown
            }
            Fate::Refused(answer) => answer,
        };
        desk.made.push(CallMade { call, charge: charge.clone(), heard: heard.clone() });
        heard
    }

    fn refund_call(&self, call: RefundCall, refund: &RefundCharge) -> RefundOutcome {
        let mut desk = self.lock();
        let fate = desk.refund_scripts.get_mut(&call).and_then(VecDeque::pop_front).unwrap_or(Fate::Answered);
        let execute = |desk: &mut Desk| match call {
            RefundCall::Refund => desk.book.refund(refund),
            RefundCall::LookUp => desk.book.look_up_refund(refund),
        };
        match fate {
            Fate::Answered => execute(&mut desk),
            Fate::AnswerLost => {
                let _nobody_hears = execute(&mut desk);
                RefundOutcome::Unknown
            }
            Fate::Delayed => {
                desk.delayed_refunds.push(refund.clone());
                RefundOutcome::Unknown
            }
            Fate::Refused(answer) => answer,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Gateway for ScriptedGateway {
    async fn open(&self, charge: &Charge) -> Outcome {
        self.call(Call::Open, charge)
    }

    async fn confirm(&self, charge: &Charge, _reference: &GatewayReference) -> Outcome {
        self.call(Call::Confirm, charge)
    }

    async fn complete(&self, charge: &Charge, _reference: &GatewayReference) -> Outcome {
        self.call(Call::Complete, charge)
    }

    async fn capture(&self, charge: &Charge, _reference: &GatewayReference) -> Outcome {
        self.call(Call::Capture, charge)
    }

    async fn void(&self, charge: &Charge, _reference: &GatewayReference) -> Outcome {
        self.call(Call::Void, charge)
    }

    async fn look_up(&self, charge: &Charge, _reference: &GatewayReference) -> Outcome {
        self.call(Call::LookUp, charge)
    }

    async fn refund(&self, refund: &RefundCharge) -> RefundOutcome {
        self.refund_call(RefundCall::Refund, refund)
    }

    async fn look_up_refund(&self, refund: &RefundCharge) -> RefundOutcome {
        self.refund_call(RefundCall::LookUp, refund)
    }

    async fn disputes(
        &self,
        charge: &Charge,
        _reference: &GatewayReference,
    ) -> Result<Vec<DisputeSeen>, Failure> {
        let mut desk = self.lock();
        let failure = desk.disputes_asked.pop_front();
        failure.map_or_else(|| Ok(desk.book.disputes(charge)), Err)
    }

    async fn purpose(&self, reference: &GatewayReference) -> Result<Option<Purpose>, Failure> {
        let mut desk = self.lock();
        let failure = desk.purposes_asked.pop_front();
        failure.map_or_else(|| Ok(desk.book.purpose(reference)), Err)
    }

    fn transfers(&self) -> Option<&dyn Transfers> {
        Some(self)
    }
}

#[cfg(test)]
mod tests;
