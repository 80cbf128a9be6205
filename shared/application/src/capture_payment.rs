//! Takes an order's payment as far as it goes now, and what goes back of it.
//!
//! Each round reads what is true, makes at most one call to the gateway, and writes what the call proved. A worker
//! that dies anywhere leaves a record from which the next one goes on.

use std::time::Duration;

use domain::OrderId;
use domain::order::{Order, OrderChange, OrderRefused};
use domain::payment::{Attempt, AttemptState, Operation, Outcome, Step};
use domain::wake::{Queue, Wake};

use crate::repeat::until_definite;
use crate::{Breaker, Budget, ChangeError, Clock, Failure, Gateways, OrderLedger, Velocity};

mod disputes; // a look at disputes whose end nobody told of
mod refunding; // the same for money that goes back
mod screening; // what the fraud rules are asked before the first call

/// How many rounds one message takes at the most: a payment with one fallback and one doubt needs fewer.
const ROUNDS_MAX: u32 = 12;

/// How far a worker's clock may lag behind the one that set a wake; if it lags further, the sweeper helps.
const CLOCK_LAG_MAX: Duration = Duration::from_secs(1);

/// What the use case needs.
pub struct Ports<'a> {
    /// Orders.
    pub orders: &'a dyn OrderLedger,
    /// What the fraud rules are told.
    pub velocity: &'a dyn Velocity,
    /// Payment gateways.
    pub gateways: &'a Gateways,
    /// What keeps charges from beginning at a gateway that is ill.
    pub breaker: Breaker<'a>,
    /// The time that is left for it.
    pub budget: Budget,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// Why an order is looked at.
#[derive(Clone, Copy)]
enum Woken {
    /// Its record said so.
    InTime,
    /// The gateway has news of it.
    ByNews,
    /// The gateway tells that its shopper has approved.
    ByApproval,
    /// This worker has just written it.
    ByWriting,
}

impl Woken {
    /// What is due within this counts as due. A clock that lags behind the sender's must not take the wake-up for an early
    /// one: a look-up too soon is harmless, a wake-up that is lost is not.
    const fn patience(self) -> Duration {
        match self {
            Self::InTime => CLOCK_LAG_MAX,
            Self::ByNews | Self::ByApproval => Duration::MAX,
            Self::ByWriting => Duration::ZERO,
        }
    }
}

/// What to do after a round.
enum Next {
    /// Go on with the order as it is now.
    GoOn(Box<Order>),
    /// Somebody else changed it: read it again.
    ReadAgain,
    /// There is nothing to do now; what must come later is recorded.
    Done,
}

/// Moves the payment of one order on. Safe to run any number of times, by any number of workers.
///
/// # Errors
/// When the store fails: the message must come again.
pub async fn capture_payment(ports: &Ports<'_>, id: &OrderId) -> Result<(), Failure> {
    let Some(order) = ports.orders.order(id).await? else {
        tracing::warn!(order = %id, "woken for an order that does not exist");
        return Ok(());
    };
    go_on(ports, order, Woken::InTime).await
}

/// The same at once from an order as it was just read, however long its record says to wait: somebody has heard that the
/// gateway knows more.
///
/// # Errors
/// As [`capture_payment`].
pub(crate) async fn capture_payment_now(ports: &Ports<'_>, order: Order) -> Result<(), Failure> {
    go_on(ports, order, Woken::ByNews).await
}

/// The same where the news is that the shopper has approved.
///
/// # Errors
/// As [`capture_payment`].
pub(crate) async fn capture_approved(ports: &Ports<'_>, order: Order) -> Result<(), Failure> {
    go_on(ports, order, Woken::ByApproval).await
}

/// Makes rounds until there is nothing to do now.
async fn go_on(ports: &Ports<'_>, mut order: Order, mut woken: Woken) -> Result<(), Failure> {
    let id = order.id.clone();
    for _ in 0..ROUNDS_MAX {
        if is_waiting(&order, ports.clock.now().plus(woken.patience())) {
            return Ok(());
        }
        order = match round(ports, order, woken).await? {
            Next::GoOn(order) => {
                woken = Woken::ByWriting;
                *order
            }
            Next::Done => return Ok(()),
            Next::ReadAgain => match ports.orders.order(&id).await? {
                Some(order) => order,
                None => return Ok(()),
            },
        };
    }
    Err(Failure::Throttled)
}

async fn round(ports: &Ports<'_>, order: Order, woken: Woken) -> Result<Next, Failure> {
    let now = ports.clock.now();
    if let Some(step) = order.next_refund_step(now).filter(|_| order.rests()) {
        return refunding::round(ports, order, step).await;
    }
    if let Some(attempt) = order.dispute_due(now) {
        return disputes::round(ports, order, attempt).await;
    }
    let Some(attempt) = order.attempt().cloned() else {
        return Ok(Next::Done);
    };
    let step = match woken {
        Woken::ByApproval => order.next_step_once_approved(now),
        Woken::InTime | Woken::ByNews | Woken::ByWriting => order.next_step(now),
    };
    match step {
        Step::Rest => {
            screening::count_declines(ports, &order).await?;
            Ok(Next::Done)
        }
        Step::Leave(until) => leave(ports, &order, until).await,
        Step::GiveUp => write(ports, order.give_up(now)).await,
        Step::Claim(_) | Step::Open | Step::LookUp if !ports.budget.allows_call(now) => {
            Err(out_of_time(&order))
        }
        Step::Claim(operation) => write_and_call(ports, order.claim(operation, now)).await,
        Step::Open => screening::open(ports, order).await,
        Step::LookUp => {
            let outcome = look_up(ports, &order, &attempt).await;
            let change = order.record_look_up(outcome, ports.clock.now());
            write_and_call(ports, change).await
        }
    }
}

/// No call begins that the worker might not live to hear answered: the message comes again.
fn out_of_time(order: &Order) -> Failure {
    tracing::warn!(order = %order.id, "no time is left for a call to the gateway");
    Failure::Throttled
}

/// Whether the record says to wait longer: then this message came twice, and another one comes in time.
fn is_waiting(order: &Order, now: domain::Timestamp) -> bool {
    order.wake.is_some_and(|wake| wake.queue == Queue::CapturePayment && now < wake.at)
}

/// Makes the call that the order's present version claimed, and writes what it proved.
async fn call_claimed(ports: &Ports<'_>, order: Order) -> Result<Next, Failure> {
    let Some(attempt) = order.attempt().cloned() else {
        return Ok(Next::Done);
    };
    let AttemptState::Sending { operation, .. } = attempt.state else {
        return Ok(Next::GoOn(Box::new(order)));
    };
    let outcome = send(ports, &order, &attempt, operation).await;
    record(ports, order, outcome).await
}

async fn send(ports: &Ports<'_>, order: &Order, attempt: &Attempt, operation: Operation) -> Outcome {
    let name = attempt.method.gateway();
    let gateway = ports.gateways.of(attempt);
    let charge = order.charge(attempt);
    if !ports.budget.allows_call(ports.clock.now()) {
        // It was not executed, and is made again under its key.
        return Outcome::Rejected;
    }
    // Only an opened attempt is ever claimed.
    let Some(reference) = &attempt.reference else { return Outcome::Unknown };
    let call = match operation {
        Operation::Open => gateway.open(&charge),
        Operation::Confirm => gateway.confirm(&charge, reference),
        Operation::Complete => gateway.complete(&charge, reference),
        Operation::Capture => gateway.capture(&charge, reference),
        Operation::Void => gateway.void(&charge, reference),
    };
    // Whatever may have been made before is made again however ill the gateway is: only that can tell.
    if !operation.authorizes() || !attempt.undoubted {
        return ports.breaker.go_through(name, call).await;
    }
    match ports.breaker.begin(name, call).await {
        Some(outcome) => outcome,
        // The shopper has approved, or acted: the call waits for the gateway.
        None if name.approves_by_redirect() || operation == Operation::Complete => Outcome::Rejected,
        None => Outcome::NotSent,
    }
}

async fn look_up(ports: &Ports<'_>, order: &Order, attempt: &Attempt) -> Outcome {
    match &attempt.reference {
        Some(reference) => ports.gateways.of(attempt).look_up(&order.charge(attempt), reference).await,
        None => Outcome::Unknown,
    }
}

async fn record(ports: &Ports<'_>, order: Order, outcome: Outcome) -> Result<Next, Failure> {
    let change = order.record(outcome, ports.clock.now());
    write_and_call(ports, change).await
}

/// Writes a change, and makes the call that this very write claimed, if it claimed one.
async fn write_and_call(
    ports: &Ports<'_>,
    change: Result<OrderChange, OrderRefused>,
) -> Result<Next, Failure> {
    match write(ports, change).await? {
        Next::GoOn(written) => Box::pin(call_claimed(ports, *written)).await,
        other @ (Next::ReadAgain | Next::Done) => Ok(other),
    }
}

async fn write(ports: &Ports<'_>, change: Result<OrderChange, OrderRefused>) -> Result<Next, Failure> {
    let Ok(change) = change else {
        return Ok(Next::ReadAgain);
    };
    match until_definite(|| ports.orders.record(&change)).await {
        Ok(()) => {
            report(&change.order);
            Ok(Next::GoOn(Box::new(change.order)))
        }
        // The claim of another worker stands, or this very write was applied and its answer lost. In both cases
        // only what is stored tells, and a call that may not be ours is not made.
        Err(ChangeError::Conflict) => Ok(Next::ReadAgain),
        Err(ChangeError::Failure(failure)) => Err(failure),
    }
}

/// Leaves a claimed call to its worker, but makes sure that somebody looks again should that worker be gone.
async fn leave(ports: &Ports<'_>, order: &Order, until: domain::Timestamp) -> Result<Next, Failure> {
    let wake = Wake { queue: Queue::CapturePayment, at: until };
    match until_definite(|| ports.orders.postpone(order, wake)).await {
        Ok(()) => Ok(Next::Done),
        Err(ChangeError::Conflict) => Ok(Next::ReadAgain),
        Err(ChangeError::Failure(failure)) => Err(failure),
    }
}

fn report(order: &Order) {
    let Some(attempt) = order.attempt() else { return };
    let (number, payment) = (attempt.number, attempt.word());
    let state = order.word();
    // Said once, by the write that made it so.
    if let Some(work) = order.work.filter(|work| work.since == order.updated_at) {
        let kind = work.kind.as_str();
        tracing::error!(order = %order.id, attempt = number, kind, "an order needs a person");
    }
    if let Some(refund) = order.refunds.last() {
        let (number, refund) = (refund.number, refund.state.word());
        tracing::info!(order = %order.id, state, number, refund, "refund moved");
    } else {
        tracing::info!(order = %order.id, state, attempt = number, payment, "payment moved");
    }
}
