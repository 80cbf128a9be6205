use domain::Timestamp;
use domain::fraud::{Day, Screening, Signals, Verdict, screen};
use domain::order::Order;

use super::{Next, Ports, record, write};
use crate::repeat::until_definite;
use crate::{CountError, Failure};

/// Makes the first call about an attempt, unless the fraud rules refuse it: then nothing is sent at all.
pub(super) async fn open(ports: &Ports<'_>, order: Order) -> Result<Next, Failure> {
    let order = match order.attempt() {
        Some(attempt) if attempt.screening.is_none() => {
            let now = ports.clock.now();
            let screening = ask(ports, &order, now).await?;
            report(&order, &screening);
            if screening.verdict == Verdict::Refuse {
                return write(ports, order.refuse(screening, now)).await;
            }
            order.screened(screening)
        }
        Some(_) | None => order,
    };
    let Some(attempt) = order.attempt() else { return Ok(Next::Done) };
    let charge = order.charge(attempt);
    let (name, gateway) = (attempt.method.gateway(), ports.gateways.of(attempt));
    if !name.opens_by_call() {
        let opened = gateway.open(&charge).await;
        return record(ports, order, opened).await;
    }
    match ports.breaker.begin(name, gateway.open(&charge)).await {
        Some(outcome) => record(ports, order, outcome).await,
        // Nobody has confirmed anything yet, so that this is a definite no.
        None => write(ports, order.give_up(ports.clock.now())).await,
    }
}

/// Counts what a gateway declined, for those who come next. The message comes again until that is done.
pub(super) async fn count_declines(ports: &Ports<'_>, order: &Order) -> Result<(), Failure> {
    if order.attempt().is_some_and(domain::payment::Attempt::was_declined_by_gateway) {
        count(ports, order, ports.clock.now()).await?;
    }
    Ok(())
}

/// Counts first and reads second, so that of two at once at least one sees the other.
async fn ask(ports: &Ports<'_>, order: &Order, now: Timestamp) -> Result<Screening, Failure> {
    count(ports, order, now).await?;
    let subjects = order.count(now).subjects;
    let currency = order.totals.total.currency();
    let known = ports.velocity.known(&subjects, Day::with_eve(now), currency).await?;
    Ok(screen(&Signals::of(order, known, now)))
}

/// Counts an order for all its subjects but those of which enough was counted.
async fn count(ports: &Ports<'_>, order: &Order, now: Timestamp) -> Result<(), Failure> {
    let mut count = order.count(now);
    while !count.subjects.is_empty() {
        match until_definite(|| ports.velocity.count(&count)).await {
            Ok(()) => return Ok(()),
            Err(CountError::Full(full)) => {
                let subjects = count.subjects.len();
                count.subjects.retain(|subject| !full.contains(subject));
                if count.subjects.len() == subjects {
                    return Err(Failure::Unreadable("subjects"));
                }
            }
            Err(CountError::Failure(failure)) => return Err(failure),
        }
    }
    Ok(())
}

fn report(order: &Order, screening: &Screening) {
    let (verdict, rules) = (screening.verdict.as_str(), screening.fired.join(" "));
    if screening.verdict != Verdict::Allow {
        tracing::warn!(order = %order.id, verdict, rules, "the fraud rules object");
    }
}
