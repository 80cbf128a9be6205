use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use application::Gateway;
use async_trait::async_trait;
use domain::OrderId;
use domain::invariant::ChargeEntry;
use domain::payment::{Charge, GatewayReference, Outcome};

mod book; // what really happened

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
}

/// A call that can be scripted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// Create the object.
    Open,
    /// Authorize.
    Confirm,
    /// Move the money.
    Capture,
    /// Give the authorization up.
    Void,
    /// Read what became of it.
    LookUp,
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is executed, and its caller hears the answer.
    Answered,
    /// It is executed, and its caller hears nothing.
    AnswerLost,
    /// Its caller hears nothing, and it is executed when [`ScriptedGateway::deliver_delayed`] says so.
    Delayed,
    /// It is not executed, and this is the answer.
    Refused(Outcome),
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

    /// What a confirm of this payment token leads to, instead of an authorization: a decline, or an action of the
    /// shopper.
    pub fn card(&self, token: &str, decision: Outcome) {
        self.lock().book.card(token, decision);
    }

    /// What a confirm leads to where the shopper approved and brought no token.
    pub fn approved_account(&self, decision: Outcome) {
        self.lock().book.account(decision);
    }

    /// The shopper acts at the gateway, for every charge of this order that waits for it.
    pub fn shopper_acts(&self, order: &OrderId, decision: &Outcome) {
        self.lock().book.shopper_acts(order, decision);
    }

    /// What was on its way for long arrives now; nobody hears the answers.
    pub fn deliver_delayed(&self) {
        let mut desk = self.lock();
        for (call, charge) in std::mem::take(&mut desk.delayed) {
            let _nobody_hears = desk.book.execute(call, &charge);
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

    async fn capture(&self, charge: &Charge, _reference: &GatewayReference) -> Outcome {
        self.call(Call::Capture, charge)
    }

    async fn void(&self, charge: &Charge, _reference: &GatewayReference) -> Outcome {
        self.call(Call::Void, charge)
    }

    async fn look_up(&self, charge: &Charge, _reference: &GatewayReference) -> Outcome {
        self.call(Call::LookUp, charge)
    }
}

#[cfg(test)]
mod tests;
