//! The gateways' side: what really happens to money there, as Stripe, PayPal and Adyen document it.
//!
//! Keys are honoured for a while: a repetition gets the first answer again, at Stripe even a failure, and another body
//! under a known key is refused. A cancel is final. A confirm happens once for each object; at PayPal it needs the
//! shopper's approval, and only what is held can be cancelled. Adyen takes a capture or a cancel on at first,
//! does it a while later, or finds then that it cannot; a look-up shows what it has told of.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::fraud::Risk;
use domain::invariant::ChargeEntry;
use domain::payment::{
    AttemptNumber, Charge, Decline, DisputeSeen, GatewayReference, Operation, Outcome, PaymentMethod,
    PaymentToken, RefundCharge, Retry,
};
use domain::{OrderId, Timestamp};

use crate::dice::Dice;

mod acting; // what shoppers do at its pages, and what comes of it
mod dashboard; // what a person sees and does there
mod disputes; // money that shoppers demand back over the shop's head
mod refunds; // money that goes back
mod silence; // first calls that are not answered

pub(crate) use acting::PROOF;
pub(crate) use silence::Silence;
mod transfers; // what is listed as moved

/// How long a key is honoured (<https://docs.stripe.com/api/idempotent_requests>,
/// <https://developer.paypal.com/api/orders/v2/orders-authorize>,
/// <https://docs.adyen.com/development-resources/api-idempotency>).
const fn key_life(method: &PaymentMethod) -> Duration {
    match method {
        PaymentMethod::Stripe { .. } => Duration::from_secs(24 * 60 * 60),
        PaymentMethod::PayPal => Duration::from_secs(6 * 60 * 60),
        PaymentMethod::Adyen { .. } => Duration::from_secs(7 * 24 * 60 * 60),
    }
}

/// What can be asked of the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Change(Operation),
    LookUp,
}

/// One request to the gateway, as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) asked: Asked,
    pub(crate) charge: Charge,
    pub(crate) reference: Option<GatewayReference>,
    pub(crate) key: String,
}

/// One object of the gateway.
#[derive(Clone, Debug)]
pub(crate) struct Intent {
    pub(crate) charge: Charge,
    pub(crate) status: Status,
    confirms: u32,
    /// Whether the gateway broke its word: it said no, or confirmed a cancel, and captured all the same.
    pub(crate) after_no: bool,
    /// What went back, by the number of its refund.
    refunds: Vec<(u32, i64)>,
    /// What its shopper demands back, or won back.
    disputes: Vec<DisputeSeen>,
}

/// Where an object stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    RequiresConfirmation,
    RequiresAction,
    RequiresApproval,
    Approved,
    RequiresCapture,
    Succeeded,
    Canceled,
    RequiresPaymentMethod(Decline),
}

#[derive(Clone, Debug)]
struct Kept {
    request: Request,
    at: Timestamp,
    answer: Outcome,
}

/// The gateway.
#[derive(Debug, Default)]
pub(crate) struct Bank {
    intents: Vec<Intent>,
    kept: BTreeMap<String, Kept>,
    late: Vec<(Timestamp, Request)>,
    kept_refunds: BTreeMap<String, refunds::Kept>,
    late_refunds: Vec<(Timestamp, RefundCharge)>,
    actions: Vec<(Timestamp, usize, bool)>,
    /// What was taken on, and when it is done: what to do with which object.
    received: Vec<(Timestamp, usize, Operation)>,
    list: transfers::List,
}

impl Bank {
    /// Executes a request, and says what its answer proves.
    pub(crate) fn execute(&mut self, request: &Request, now: Timestamp, dice: &mut Dice) -> Outcome {
        let answer = self.answer(request, now, dice);
        let seems_other = match token(&request.charge) {
            "seems_other_held" => answer == Outcome::Authorized,
            "seems_other" => answer == Outcome::Captured,
            _ => false,
        };
        if seems_other { Outcome::Mismatch } else { answer }
    }

    fn answer(&mut self, request: &Request, now: Timestamp, dice: &mut Dice) -> Outcome {
        if request.asked == Asked::LookUp {
            return self.look_up(request);
        }
        let life = key_life(&request.charge.method);
        if let Some(kept) = self.kept.get(&request.key).filter(|kept| now.since(kept.at) < life) {
            return if kept.request == *request { kept.answer.clone() } else { Outcome::Unknown };
        }
        let answer = self.perform(request, now, dice);
        if !acting::is_unapproved(request, &answer) {
            self.keep(request, now, answer.clone());
        }
        answer
    }

    /// Fails, and keeps the failure under the key; PayPal and Adyen execute a repetition of it. Adyen fails a complete
    /// once it has used up what was brought back.
    pub(crate) fn fail(&mut self, request: &Request, now: Timestamp, dice: &mut Dice) -> Outcome {
        if request.asked == Asked::Change(Operation::Complete) && !self.kept.contains_key(&request.key) {
            let _nobody_hears = self.perform(request, now, dice);
        }
        let keeps = matches!(request.charge.method, PaymentMethod::Stripe { .. });
        if keeps && !self.kept.contains_key(&request.key) {
            self.keep(request, now, Outcome::Unknown);
        }
        Outcome::Unknown
    }

    fn keep(&mut self, request: &Request, at: Timestamp, answer: Outcome) {
        self.kept.insert(request.key.clone(), Kept { request: request.clone(), at, answer });
    }

    /// A request that is still on its way when its sender has given up.
    pub(crate) fn delay(&mut self, request: Request, until: Timestamp) {
        self.late.push((until, request));
    }

    fn perform(&mut self, request: &Request, now: Timestamp, dice: &mut Dice) -> Outcome {
        let operation = match request.asked {
            Asked::Change(Operation::Open) => return self.open(request, now, dice),
            Asked::Change(operation) => operation,
            Asked::LookUp => return Outcome::Unknown,
        };
        let Some(at) = place(request.reference.as_ref()) else { return Outcome::Unknown };
        let Some(intent) = self.intents.get_mut(at) else { return Outcome::Unknown };
        let is_adyen = matches!(intent.charge.method, PaymentMethod::Adyen { .. });
        if is_adyen && matches!(operation, Operation::Capture | Operation::Void) {
            let wait = Duration::from_millis(u64::from(dice.below(RECEIVED_MAX)));
            self.received.push((now.plus(wait), at, operation));
            return Outcome::Received;
        }
        let (status, answer) = match (operation, &intent.status) {
            (Operation::Confirm, Status::RequiresConfirmation | Status::Approved) => decide(&intent.charge),
            (Operation::Confirm, Status::RequiresApproval) => return acting::required(),
            (Operation::Complete, status) => acting::complete(&intent.charge, request, status),
            (Operation::Capture, Status::RequiresCapture) => (Status::Succeeded, Outcome::Captured),
            (
                Operation::Void,
                Status::RequiresConfirmation
                | Status::RequiresAction
                | Status::RequiresCapture
                | Status::RequiresPaymentMethod(_),
            ) => (Status::Canceled, Outcome::Voided),
            // Asked for in a state that forbids it: only a look-up tells where the object stands.
            (Operation::Open | Operation::Confirm | Operation::Capture | Operation::Void, unmoved) => {
                (unmoved.clone(), Outcome::Unknown)
            }
        };
        intent.status = status;
        if matches!(answer, Outcome::RequiresAction { .. }) {
            self.expect_the_shopper(at, now, dice);
        }
        answer
    }

    fn open(&mut self, request: &Request, now: Timestamp, dice: &mut Dice) -> Outcome {
        let at = self.intents.len();
        let charge = request.charge.clone();
        let Ok(reference) = format!("pi_{at}").parse::<GatewayReference>() else { return Outcome::Unknown };
        let by_redirect = charge.method.gateway().approves_by_redirect();
        let status = if by_redirect { Status::RequiresApproval } else { Status::RequiresConfirmation };
        self.intents.push(Intent::new(charge, status));
        if !by_redirect {
            return Outcome::Opened(reference);
        }
        self.expect_the_shopper(at, now, dice);
        Outcome::ApprovalNeeded { reference, url: acting::PAGE.to_owned() }
    }

    fn look_up(&self, request: &Request) -> Outcome {
        match self.intent(request.reference.as_ref()).map(|intent| &intent.status) {
            None | Some(Status::RequiresConfirmation) => Outcome::Unknown,
            // It has told of nothing yet.
            Some(Status::RequiresAction) if request.charge.method.gateway().completes_by_result() => {
                Outcome::Unknown
            }
            Some(Status::Approved) => Outcome::Approved,
            Some(Status::RequiresAction | Status::RequiresApproval) => acting::required(),
            Some(Status::RequiresCapture) => self
                .intent(request.reference.as_ref())
                .map_or(Outcome::Unknown, |intent| authorized(&intent.charge)),
            Some(Status::Succeeded) => Outcome::Captured,
            Some(Status::Canceled) => Outcome::Voided,
            Some(Status::RequiresPaymentMethod(decline)) => Outcome::Declined(decline.clone()),
        }
    }

    fn intent(&self, reference: Option<&GatewayReference>) -> Option<&Intent> {
        self.intents.get(place(reference)?)
    }

    /// When something happens here by itself.
    pub(crate) fn next_event(&self) -> Option<Timestamp> {
        let late = self.late.iter().map(|(at, _)| *at);
        let refunds = self.late_refunds.iter().map(|(at, _)| *at);
        let received = self.received.iter().map(|(at, _, _)| *at);
        late.chain(refunds).chain(received).chain(self.actions.iter().map(|(at, _, _)| *at)).min()
    }

    /// What is due happens: a request that was under way for long lands, or a shopper acts. Answers what it was.
    pub(crate) fn next_happens(&mut self, now: Timestamp, dice: &mut Dice) -> Option<String> {
        if let Some(at) = self.late.iter().position(|(at, _)| *at <= now) {
            let (_, request) = self.late.swap_remove(at);
            let answer = self.execute(&request, now, dice);
            return Some(format!("a late request lands: {} -> {answer:?}, unheard", request.key));
        }
        if let Some(at) = self.late_refunds.iter().position(|(at, _)| *at <= now) {
            // It landed when it was due, however long nobody has looked since: its key was still known then.
            let (landed, refund) = self.late_refunds.swap_remove(at);
            let answer = self.refund(&refund, landed);
            let key = refund.idempotency_key();
            return Some(format!("a late request lands: {key} -> {answer:?}, unheard"));
        }
        if let Some(at) = self.received.iter().position(|(at, _, _)| *at <= now) {
            let (_, intent, operation) = self.received.swap_remove(at);
            return self.do_received(intent, operation);
        }
        let at = self.actions.iter().position(|(at, _, _)| *at <= now)?;
        let (_, intent, proves) = self.actions.swap_remove(at);
        let intent = self.intents.get_mut(intent)?;
        intent.status = match (&intent.status, proves) {
            (Status::RequiresAction, true) => Status::RequiresCapture,
            (Status::RequiresAction, false) => Status::RequiresPaymentMethod(soft_decline()),
            (Status::RequiresApproval, _) => Status::Approved,
            _ => return None,
        };
        Some(format!("the shopper acts at the gateway: {:?}", intent.status))
    }

    /// Does what was taken on, where the object still allows it: of two that contradict each other, the first wins.
    fn do_received(&mut self, at: usize, operation: Operation) -> Option<String> {
        let intent = self.intents.get_mut(at)?;
        intent.status = match (operation, &intent.status) {
            (Operation::Capture, Status::RequiresCapture) => Status::Succeeded,
            (Operation::Void, Status::RequiresCapture) => Status::Canceled,
            (_, unmoved) => unmoved.clone(),
        };
        Some(format!("the gateway does the {} that it took on: {:?}", operation.as_str(), intent.status))
    }

    /// The objects for an attempt of an order.
    pub(crate) fn intents_of<'a>(
        &'a self,
        order: &'a OrderId,
        attempt: AttemptNumber,
    ) -> impl Iterator<Item = &'a Intent> {
        self.intents
            .iter()
            .filter(move |intent| intent.charge.order_id == *order && intent.charge.attempt == attempt)
    }

    /// Every object for an order.
    pub(crate) fn intents(&self) -> &[Intent] {
        &self.intents
    }

    /// The gateway breaks its word about the first object that it said no to and that the shop knows to be one. Answers
    /// its place.
    pub(crate) fn captures_after_no(&mut self, is_known: impl Fn(&Charge) -> bool) -> Option<usize> {
        let is_no = |intent: &Intent| {
            let said_no = matches!(intent.status, Status::RequiresPaymentMethod(_) | Status::Canceled);
            said_no && is_known(&intent.charge)
        };
        let place = self.intents.iter().position(is_no)?;
        let intent = self.intents.get_mut(place)?;
        (intent.status, intent.after_no) = (Status::Succeeded, true);
        Some(place)
    }

    /// The gateway's own book.
    pub(crate) fn entries(&self) -> Vec<ChargeEntry> {
        self.intents.iter().map(Intent::entry).collect()
    }
}

impl Intent {
    fn new(charge: Charge, status: Status) -> Self {
        let (refunds, disputes) = (Vec::new(), Vec::new());
        Self { charge, status, confirms: 0, after_no: false, refunds, disputes }
    }

    /// Whether money of the shopper's is held here, or was moved and has not gone back, with the gateway keeping its word.
    pub(crate) fn has_money(&self) -> bool {
        !self.after_no && self.has_any_money()
    }

    /// The same whether or not it kept its word.
    pub(crate) fn has_any_money(&self) -> bool {
        self.status == Status::RequiresCapture || self.entry().kept() > 0
    }

    fn entry(&self) -> ChargeEntry {
        ChargeEntry {
            order_id: self.charge.order_id.clone(),
            amount: self.charge.amount.amount(),
            currency: self.charge.amount.currency(),
            captured: self.captured(),
            refunded: self.refunded(),
            disputes: self.disputes.clone(),
            after_no: self.after_no,
        }
    }
}

/// What stands for the token of a shopper who brings none.
pub(crate) const PAYPAL: &str = "paypal";

/// Before the token of a shopper who pays at Adyen.
pub(crate) const ADYEN: &str = "adyen_";

/// How long what was taken on waits at the most, in milliseconds.
const RECEIVED_MAX: u32 = 60_000;

fn soft_decline() -> Decline {
    Decline { code: "insufficient_funds".to_owned(), retry: Retry::OtherMethod }
}

/// What a confirm of this charge leads to: its token says.
fn decide(charge: &Charge) -> (Status, Outcome) {
    let declined =
        |decline: Decline| (Status::RequiresPaymentMethod(decline.clone()), Outcome::Declined(decline));
    match token(charge) {
        "declined" => declined(soft_decline()),
        "stolen" => declined(Decline { code: "stolen_card".to_owned(), retry: Retry::None }),
        token if token.starts_with("three_d_secure") => (Status::RequiresAction, acting::required()),
        _ => (Status::RequiresCapture, authorized(charge)),
    }
}

/// What the gateway thinks of a charge, where it has doubts.
pub(crate) fn risk(charge: &Charge) -> Option<Risk> {
    match token(charge) {
        "elevated_risk" => Some(Risk::Elevated),
        "highest_risk" => Some(Risk::Highest),
        _ => None,
    }
}

fn authorized(charge: &Charge) -> Outcome {
    risk(charge).map_or(Outcome::Authorized, Outcome::AuthorizedAtRisk)
}

/// What stands for the shopper's card.
fn token(charge: &Charge) -> &str {
    let token = charge.method.token().map_or(PAYPAL, PaymentToken::expose);
    token.strip_prefix(ADYEN).unwrap_or(token)
}

/// References are `pi_` and the object's place.
fn place(reference: Option<&GatewayReference>) -> Option<usize> {
    reference?.as_str().strip_prefix("pi_")?.parse().ok()
}
