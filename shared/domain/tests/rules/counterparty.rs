use std::collections::BTreeMap;

use domain::OrderId;
use domain::invariant::ChargeEntry;
use domain::payment::{
    ActionResult, AttemptNumber, Charge, Decline, DisputeSeen, Operation, Outcome, PaymentMethod,
    RefundCharge, RefundOutcome, Retry,
};

mod disputes; // what its shopper demands back there

/// What a shopper brings back who proved to their bank who they are.
const AGREES: &str = "agrees";

/// What a shopper's card does when it is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Card {
    Good,
    NeedsAction,
    DeclinesSoftly,
    DeclinesHard,
}

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Answered,
    /// It arrives later, and nobody hears the answer.
    Delayed,
    /// It is executed, and nobody hears the answer.
    AnswerLost,
    /// It is refused unexecuted.
    Rejected,
    /// Not one byte leaves.
    NotSent,
}

/// A gateway that knows what really happened, whatever its caller came to hear.
#[derive(Default)]
pub(crate) struct Counterparty {
    objects: BTreeMap<AttemptNumber, Object>,
    delayed: Vec<(Charge, Operation, Card)>,
    /// What went back, by key.
    refunds: BTreeMap<String, RefundCharge>,
    delayed_refunds: Vec<RefundCharge>,
    /// Each of the attempt whose money it is about.
    disputes: Vec<(AttemptNumber, DisputeSeen)>,
}

struct Object {
    charge: Charge,
    truth: Truth,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Truth {
    Open,
    /// It waits for its shopper, and holds nothing before a confirm follows.
    NeedsApproval,
    Approved,
    /// The confirm was declined; the object itself still stands as approved.
    DeclinedThoughApproved(Retry),
    NeedsAction,
    Authorized,
    Captured,
    Declined(Retry),
    Voided,
}

impl Truth {
    fn outcome(self) -> Outcome {
        match self {
            Self::Open => Outcome::Unknown,
            Self::Approved | Self::DeclinedThoughApproved(_) => Outcome::Approved,
            Self::NeedsApproval | Self::NeedsAction => {
                Outcome::RequiresAction { url: "https://bank.example/3ds".to_owned() }
            }
            Self::Authorized => Outcome::Authorized,
            Self::Captured => Outcome::Captured,
            Self::Declined(retry) => Outcome::Declined(Decline { code: "declined".to_owned(), retry }),
            Self::Voided => Outcome::Voided,
        }
    }

    /// What a call hears; a look-up hears the outcome itself.
    fn answer_to(self, operation: Operation) -> Outcome {
        match (operation, self) {
            // Only a hold can be given up.
            (Operation::Void, Self::NeedsApproval | Self::Approved | Self::DeclinedThoughApproved(_)) => {
                Outcome::Unknown
            }
            (Operation::Confirm, Self::DeclinedThoughApproved(retry)) => Self::Declined(retry).outcome(),
            (_, truth) => truth.outcome(),
        }
    }
}

impl Counterparty {
    pub(crate) fn call(&mut self, charge: &Charge, operation: Operation, card: Card, fate: Fate) -> Outcome {
        match fate {
            Fate::Rejected => Outcome::Rejected,
            Fate::NotSent => Outcome::NotSent,
            Fate::Delayed => {
                self.delayed.push((charge.clone(), operation, card));
                Outcome::Unknown
            }
            Fate::AnswerLost => {
                self.execute(charge, operation, card);
                Outcome::Unknown
            }
            Fate::Answered => self.execute(charge, operation, card),
        }
    }

    pub(crate) fn look_up(&self, charge: &Charge, fate: Fate) -> Outcome {
        match fate {
            Fate::Answered => {
                let truth = self.objects.get(&charge.attempt).map(|object| object.truth);
                match truth {
                    // Who authorizes by a result cannot be asked whether one is awaited.
                    Some(Truth::NeedsAction) if charge.method.gateway().completes_by_result() => {
                        Outcome::Unknown
                    }
                    Some(truth) => truth.outcome(),
                    None => Outcome::Unknown,
                }
            }
            Fate::Rejected => Outcome::Rejected,
            Fate::NotSent => Outcome::NotSent,
            Fate::Delayed | Fate::AnswerLost => Outcome::Unknown,
        }
    }

    /// What was on its way for long arrives now.
    pub(crate) fn deliver_delayed(&mut self) {
        for (charge, operation, card) in std::mem::take(&mut self.delayed) {
            let _nobody_hears = self.execute(&charge, operation, card);
        }
        for refund in std::mem::take(&mut self.delayed_refunds) {
            let _nobody_hears = self.give_back(&refund);
        }
    }

    pub(crate) fn refund(&mut self, refund: &RefundCharge, fate: Fate) -> RefundOutcome {
        match fate {
            Fate::Rejected => RefundOutcome::Rejected,
            Fate::NotSent => RefundOutcome::NotSent,
            Fate::Delayed => {
                self.delayed_refunds.push(refund.clone());
                RefundOutcome::Unknown
            }
            Fate::AnswerLost => {
                self.give_back(refund);
                RefundOutcome::Unknown
            }
            Fate::Answered => self.give_back(refund),
        }
    }

    pub(crate) fn look_up_refund(&self, refund: &RefundCharge, fate: Fate) -> RefundOutcome {
        let is_made = self.refunds.values().any(|made| made.number == refund.number);
        match fate {
            Fate::Answered if is_made => RefundOutcome::Refunded,
            Fate::Rejected => RefundOutcome::Rejected,
            Fate::NotSent => RefundOutcome::NotSent,
            Fate::Answered | Fate::Delayed | Fate::AnswerLost => RefundOutcome::Unknown,
        }
    }

    /// Never more than was captured, and under one key once.
    fn give_back(&mut self, refund: &RefundCharge) -> RefundOutcome {
        let key = refund.idempotency_key();
        if let Some(made) = self.refunds.get(&key) {
            assert_eq!(made, refund, "what a refund sends has changed");
            return RefundOutcome::Refunded;
        }
        if self.withholds(refund.attempt) {
            return RefundOutcome::Disputed;
        }
        let captured = self.objects.get(&refund.attempt).map_or(0, Object::captured);
        if self.refunded(refund.attempt) + refund.amount.amount() > captured {
            return RefundOutcome::Unknown;
        }
        self.refunds.insert(key, refund.clone());
        RefundOutcome::Refunded
    }

    fn refunded(&self, attempt: AttemptNumber) -> i64 {
        self.refunds.values().filter(|refund| refund.attempt == attempt).map(|one| one.amount.amount()).sum()
    }

    /// The shopper acts at the gateway, in every object that waits for it, and comes back with a result.
    pub(crate) fn shopper_acts(&mut self, agrees: bool) -> ActionResult {
        for object in self.objects.values_mut() {
            object.truth = match (object.truth, agrees) {
                (Truth::NeedsAction, _) if object.charge.method.gateway().completes_by_result() => {
                    Truth::NeedsAction
                }
                (Truth::NeedsAction, true) => Truth::Authorized,
                (Truth::NeedsAction, false) => Truth::Declined(Retry::OtherMethod),
                (Truth::NeedsApproval, true) => Truth::Approved,
                (unchanged, _) => unchanged,
            };
        }
        if agrees { AGREES } else { "refuses" }.parse().unwrap()
    }

    /// Whether this attempt's money is held or was moved.
    pub(crate) fn has_money(&self, attempt: AttemptNumber) -> bool {
        let truth = self.objects.get(&attempt).map(|object| object.truth);
        matches!(truth, Some(Truth::Authorized | Truth::Captured))
    }

    pub(crate) fn entries(&self, order: &OrderId) -> Vec<ChargeEntry> {
        let entry = |object: &Object| ChargeEntry {
            order_id: order.clone(),
            amount: object.charge.amount.amount(),
            currency: object.charge.amount.currency(),
            captured: object.captured(),
            disputes: self.disputes(object.charge.attempt),
            after_no: false,
            refunded: self.refunded(object.charge.attempt),
        };
        self.objects.values().map(entry).collect()
    }

    /// Keyed by attempt and operation: a repetition changes nothing and gets the same answer, and a cancel is final.
    fn execute(&mut self, charge: &Charge, operation: Operation, card: Card) -> Outcome {
        if operation == Operation::Open {
            let reference = format!("pi_{}", charge.attempt).parse().unwrap();
            let (truth, answer) = match charge.method {
                PaymentMethod::Stripe { .. } | PaymentMethod::Adyen { .. } => {
                    (Truth::Open, Outcome::Opened(reference))
                }
                PaymentMethod::PayPal => {
                    let url = "https://gateway.example/approve".to_owned();
                    (Truth::NeedsApproval, Outcome::ApprovalNeeded { reference, url })
                }
            };
            self.objects.entry(charge.attempt).or_insert(Object { charge: charge.clone(), truth });
            return answer;
        }
        let object = self.objects.get_mut(&charge.attempt).expect("only an opened attempt is charged");
        let frozen = Charge { action_result: None, renewal: 0, ..charge.clone() };
        assert_eq!(object.charge, frozen, "what an attempt sends has changed");
        object.truth = match (operation, object.truth) {
            (Operation::Confirm, Truth::Open) => match card {
                Card::Good => Truth::Authorized,
                Card::NeedsAction => Truth::NeedsAction,
                Card::DeclinesSoftly => Truth::Declined(Retry::OtherMethod),
                Card::DeclinesHard => Truth::Declined(Retry::None),
            },
            (Operation::Confirm, Truth::Approved) => match card {
                Card::Good | Card::NeedsAction => Truth::Authorized,
                Card::DeclinesSoftly => Truth::DeclinedThoughApproved(Retry::OtherMethod),
                Card::DeclinesHard => Truth::DeclinedThoughApproved(Retry::None),
            },
            (Operation::Complete, Truth::NeedsAction) => {
                let result = charge.action_result.as_ref().expect("a complete sends what was brought back");
                if result.expose() == AGREES {
                    Truth::Authorized
                } else {
                    Truth::Declined(Retry::OtherMethod)
                }
            }
            (Operation::Capture, Truth::Authorized) => Truth::Captured,
            // Nothing is there before a confirm, so nothing is ended.
            (Operation::Void, unheld @ (Truth::Open | Truth::NeedsAction))
                if charge.method.gateway().voids_only_what_is_held() =>
            {
                unheld
            }
            (Operation::Void, Truth::Open | Truth::NeedsAction | Truth::Authorized) => Truth::Voided,
            (_, unchanged) => unchanged,
        };
        object.truth.answer_to(operation)
    }
}
