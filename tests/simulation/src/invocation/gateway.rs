use std::time::Duration;

use application::{Failure, Gateway, Transfers};
use async_trait::async_trait;
use domain::Timestamp;
use domain::payment::{
    Charge, DisputeSeen, GatewayName, GatewayReference, Operation, Outcome, RefundCharge, RefundOutcome,
};
use domain::webhook::Purpose;

use super::Invocation;
use crate::bank::{Asked, Request, Silence};
use crate::fault::{Call, Fault, Sort};
use crate::world::Desk;

#[async_trait]
impl Gateway for Invocation {
    async fn open(&self, charge: &Charge) -> Outcome {
        self.change(Operation::Open, charge, None).await
    }

    async fn confirm(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        if self.world.conduct.confirms_anew()
            && let Outcome::Opened(own) = self.change(Operation::Open, charge, None).await
        {
            return self.change(Operation::Confirm, charge, Some(&own)).await;
        }
        self.change(Operation::Confirm, charge, Some(reference)).await
    }

    async fn complete(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        self.change(Operation::Complete, charge, Some(&self.latest(charge, reference))).await
    }

    async fn capture(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        self.change(Operation::Capture, charge, Some(&self.latest(charge, reference))).await
    }

    async fn void(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        self.change(Operation::Void, charge, Some(&self.latest(charge, reference))).await
    }

    async fn look_up(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        let reference = self.latest(charge, reference);
        let request = Request {
            asked: Asked::LookUp,
            charge: charge.clone(),
            reference: Some(reference),
            key: String::new(),
        };
        self.send(Call { name: "look up", sort: Sort::GatewayRead }, request).await
    }

    async fn refund(&self, refund: &RefundCharge) -> RefundOutcome {
        let refund = &self.world.conduct.refunding(self.by, refund);
        let fault = self.world.gate(Call { name: "refund", sort: Sort::Gateway }).await;
        let answer = match fault {
            None => self.give_back(refund),
            Some(Fault::Rejected) => RefundOutcome::Rejected,
            Some(Fault::NotSent) => RefundOutcome::NotSent,
            Some(Fault::KeptFailure) => {
                let mut desk = self.world.desk();
                let now = desk.now;
                desk.bank.fail_refund(refund, now)
            }
            Some(Fault::Late) => {
                self.delay_refund(refund);
                RefundOutcome::Unknown
            }
            Some(Fault::KilledMeanwhile) => {
                self.delay_refund(refund);
                self.world.die().await;
                RefundOutcome::Unknown
            }
            Some(Fault::AnswerLost) => {
                let _nobody_hears = self.give_back(refund);
                RefundOutcome::Unknown
            }
            Some(Fault::KilledAfter) => {
                let _nobody_hears = self.give_back(refund);
                self.world.die().await;
                RefundOutcome::Unknown
            }
            Some(_) => RefundOutcome::Unknown,
        };
        self.world.note(|| format!("hears of refund: {answer:?}"));
        self.world.conduct.heard_of_refund(answer)
    }

    async fn look_up_refund(&self, refund: &RefundCharge) -> RefundOutcome {
        let fault = self.world.gate(Call { name: "look up refund", sort: Sort::GatewayRead }).await;
        let answer = match fault {
            None => self.world.desk().bank.look_up_refund(refund),
            Some(Fault::Rejected) => RefundOutcome::Rejected,
            Some(Fault::NotSent) => RefundOutcome::NotSent,
            Some(Fault::KilledAfter) => {
                self.world.die().await;
                RefundOutcome::Unknown
            }
            Some(_) => RefundOutcome::Unknown,
        };
        self.world.note(|| format!("hears of the refund's look-up: {answer:?}"));
        answer
    }

    async fn disputes(
        &self,
        _charge: &Charge,
        reference: &GatewayReference,
    ) -> Result<Vec<DisputeSeen>, Failure> {
        self.ask("disputes", |desk| {
            let lags = desk.is_seeded && desk.faults.is_some() && desk.dice.hits(LAGS_PER_MILLE);
            desk.bank.disputes(reference, lags)
        })
        .await
    }

    async fn purpose(&self, reference: &GatewayReference) -> Result<Option<Purpose>, Failure> {
        self.ask("purpose", |desk| desk.bank.purpose(reference)).await
    }

    fn transfers(&self) -> Option<&dyn Transfers> {
        Some(self)
    }
}

/// In a thousand: how many looks at disputes do not show yet how the last was decided.
const LAGS_PER_MILLE: u32 = 200;

impl Invocation {
    /// Asks the gateway what moves nothing. An answer that is lost is as good as none.
    async fn ask<T: core::fmt::Debug>(
        &self,
        name: &'static str,
        ask: impl FnOnce(&mut Desk) -> T + Send,
    ) -> Result<T, Failure> {
        let answer = match self.world.gate(Call { name, sort: Sort::GatewayRead }).await {
            None => Ok(ask(&mut self.world.desk())),
            Some(Fault::KilledAfter) => {
                self.world.die().await;
                Err(Failure::Unavailable)
            }
            Some(_) => Err(Failure::Unavailable),
        };
        self.world.note(|| format!("hears of {name}: {answer:?}"));
        answer
    }

    async fn change(
        &self,
        operation: Operation,
        charge: &Charge,
        reference: Option<&GatewayReference>,
    ) -> Outcome {
        let name = operation.as_str();
        let request = Request {
            asked: Asked::Change(operation),
            charge: charge.clone(),
            reference: reference.cloned(),
            key: self.world.conduct.key(self.by, charge, operation),
        };
        self.send(Call { name, sort: Sort::Gateway }, request).await
    }

    /// The object that an attempt is about: the one it refers to, unless confirms open objects of their own.
    fn latest(&self, charge: &Charge, reference: &GatewayReference) -> GatewayReference {
        if !self.world.conduct.confirms_anew() {
            return reference.clone();
        }
        let desk = self.world.desk();
        let of = |charge: &Charge| (charge.order_id.clone(), charge.attempt);
        let ours = |intent: &crate::bank::Intent| of(&intent.charge) == of(charge);
        let last = desk.bank.intents().iter().rposition(ours);
        last.and_then(|place| format!("pi_{place}").parse().ok()).unwrap_or_else(|| reference.clone())
    }

    async fn send(&self, call: Call, request: Request) -> Outcome {
        let planned = self.world.gate(call).await;
        let asked = request.asked;
        let fault = {
            let mut desk = self.world.desk();
            let silent = desk.bank.silence(&request);
            desk.bank.note_confirm(&request);
            match silent {
                Some(Silence::AfterItWasDone) => Some(Fault::AnswerLost),
                Some(Silence::InsteadOfDoingIt) => Some(Fault::RequestLost),
                Some(Silence::FailingAfterItWasDone) => Some(Fault::KeptFailure),
                None => planned.or_else(|| desk.illness(&request)),
            }
        };
        let outcome = match fault {
            None => self.execute(&request),
            Some(Fault::Rejected) => Outcome::Rejected,
            Some(Fault::NotSent) => Outcome::NotSent,
            Some(Fault::KeptFailure) => {
                let mut guard = self.world.desk();
                let desk = &mut *guard;
                desk.bank.fail(&request, desk.now, &mut desk.dice)
            }
            Some(Fault::Late) => {
                self.delay(request);
                Outcome::Unknown
            }
            Some(Fault::KilledMeanwhile) => {
                self.delay(request);
                self.world.die().await;
                Outcome::Unknown
            }
            Some(Fault::AnswerLost) => {
                let _nobody_hears = self.execute(&request);
                Outcome::Unknown
            }
            Some(Fault::KilledAfter) => {
                let _nobody_hears = self.execute(&request);
                self.world.die().await;
                Outcome::Unknown
            }
            Some(_) => Outcome::Unknown,
        };
        self.world.note(|| format!("hears of {}: {outcome:?}", call.name));
        self.world.conduct.heard(asked, outcome)
    }

    fn execute(&self, request: &Request) -> Outcome {
        let mut guard = self.world.desk();
        let desk = &mut *guard;
        let outcome = desk.bank.execute(request, desk.now, &mut desk.dice);
        desk.note(|| format!("the gateway does {:?} {} -> {outcome:?}", request.asked, request.key));
        desk.check_charges();
        outcome
    }

    fn give_back(&self, refund: &RefundCharge) -> RefundOutcome {
        let mut guard = self.world.desk();
        let desk = &mut *guard;
        let outcome = desk.bank.refund(refund, desk.now);
        desk.note(|| format!("the gateway does {} -> {outcome:?}", refund.idempotency_key()));
        desk.check_charges();
        outcome
    }

    fn delay_refund(&self, refund: &RefundCharge) {
        let mut desk = self.world.desk();
        let until = desk.landing();
        desk.bank.delay_refund(refund.clone(), until);
    }

    /// The request is still on its way, and lands within five minutes.
    fn delay(&self, request: Request) {
        let mut desk = self.world.desk();
        let until = desk.landing();
        desk.bank.delay(request, until);
    }
}

/// What becomes of most calls to a gateway that is ill.
const ILLNESSES: [Fault; 4] = [Fault::RequestLost, Fault::NotSent, Fault::Rejected, Fault::Late];

/// How many of a thousand calls to a gateway that is ill fail.
const ILL_PER_MILLE: u32 = 900;

impl Desk {
    /// What becomes of a request because the gateway is ill, if anything.
    fn illness(&mut self, request: &Request) -> Option<Fault> {
        let is_ill = request.charge.method.gateway() == GatewayName::Stripe
            && self.faults.is_some()
            && self.now < self.ill_until;
        if !is_ill || self.is_seeded && !self.dice.hits(ILL_PER_MILLE) {
            return None;
        }
        let place = if self.is_seeded { self.dice.place(ILLNESSES.len()) } else { 0 };
        ILLNESSES.get(place).copied().filter(|fault| request.asked != Asked::LookUp || *fault != Fault::Late)
    }

    /// When a request arrives that is late: within five minutes.
    fn landing(&mut self) -> Timestamp {
        let wait = self.some_millis(300_000);
        let wait = if self.is_seeded { wait } else { Duration::from_secs(20) };
        self.now.plus(wait)
    }
}
