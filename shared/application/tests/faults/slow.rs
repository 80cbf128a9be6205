use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use application::{Failure, Gateway, Gateways};
use async_trait::async_trait;
use domain::payment::{Charge, DisputeSeen, GatewayReference, Outcome, RefundCharge, RefundOutcome};
use domain::webhook::Purpose;
use memory::{Call, ScriptedGateway};

/// Where a slow call hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hangs {
    /// On its way to the gateway.
    BeforeItIsExecuted,
    /// On its way back.
    WithItsAnswer,
}

/// A gateway whose calls of one kind end when the test says so.
#[derive(Clone)]
pub(crate) struct SlowGateway {
    desk: ScriptedGateway,
    slow: Call,
    hangs: Hangs,
    goes_on: Arc<AtomicBool>,
}

impl SlowGateway {
    pub(crate) fn new(desk: &ScriptedGateway, slow: Call, hangs: Hangs) -> Self {
        Self { desk: desk.clone(), slow, hangs, goes_on: Arc::default() }
    }

    /// The gateways of the worker whose call hangs.
    pub(crate) fn gateways(&self) -> Gateways {
        Gateways::new(Box::new(self.clone()), Box::new(self.clone()), Box::new(self.clone()))
    }

    /// What hangs goes on.
    pub(crate) fn go_on(&self) {
        self.goes_on.store(true, Ordering::SeqCst);
    }

    async fn hang(&self, call: Call, hangs: Hangs) {
        if (call, hangs) == (self.slow, self.hangs) {
            let state = |_: &mut Context<'_>| match self.goes_on.load(Ordering::SeqCst) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            };
            std::future::poll_fn(state).await;
        }
    }
}

#[async_trait]
impl Gateway for SlowGateway {
    async fn open(&self, charge: &Charge) -> Outcome {
        self.hang(Call::Open, Hangs::BeforeItIsExecuted).await;
        let outcome = self.desk.open(charge).await;
        self.hang(Call::Open, Hangs::WithItsAnswer).await;
        outcome
    }

    async fn confirm(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        self.hang(Call::Confirm, Hangs::BeforeItIsExecuted).await;
        let outcome = self.desk.confirm(charge, reference).await;
        self.hang(Call::Confirm, Hangs::WithItsAnswer).await;
        outcome
    }

    async fn complete(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        self.hang(Call::Complete, Hangs::BeforeItIsExecuted).await;
        let outcome = self.desk.complete(charge, reference).await;
        self.hang(Call::Complete, Hangs::WithItsAnswer).await;
        outcome
    }

    async fn capture(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        self.hang(Call::Capture, Hangs::BeforeItIsExecuted).await;
        let outcome = self.desk.capture(charge, reference).await;
        self.hang(Call::Capture, Hangs::WithItsAnswer).await;
        outcome
    }

    async fn void(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        self.hang(Call::Void, Hangs::BeforeItIsExecuted).await;
        let outcome = self.desk.void(charge, reference).await;
        self.hang(Call::Void, Hangs::WithItsAnswer).await;
        outcome
    }

    async fn look_up(&self, charge: &Charge, reference: &GatewayReference) -> Outcome {
        self.hang(Call::LookUp, Hangs::BeforeItIsExecuted).await;
        let outcome = self.desk.look_up(charge, reference).await;
        self.hang(Call::LookUp, Hangs::WithItsAnswer).await;
        outcome
    }

    async fn refund(&self, refund: &RefundCharge) -> RefundOutcome {
        self.desk.refund(refund).await
    }

    async fn look_up_refund(&self, refund: &RefundCharge) -> RefundOutcome {
        self.desk.look_up_refund(refund).await
    }

    async fn disputes(
        &self,
        charge: &Charge,
        reference: &GatewayReference,
    ) -> Result<Vec<DisputeSeen>, Failure> {
        self.desk.disputes(charge, reference).await
    }

    async fn purpose(&self, reference: &GatewayReference) -> Result<Option<Purpose>, Failure> {
        self.desk.purpose(reference).await
    }
}

/// Runs a worker until its call hangs.
#[track_caller]
pub(crate) fn run_until_it_hangs<W: Future>(worker: &mut Pin<Box<W>>) {
    let polled = worker.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending(), "the worker did not hang");
}
