//! Finds what a lost message left behind, and wakes its worker.
//!
//! It decides nothing: its indexes may be stale, so it only nominates, and the workers read the truth.

use std::time::Duration;

use domain::Timestamp;
use domain::order::Order;
use domain::stock::StockPage;
use domain::wake::Queue;

use crate::{Clock, Failure, Orders, Overdue, Queues, SWEEP_SHARDS, Stock, Subject, SweepIndex, WakeUp};

/// How late a worker may be before it is woken again: a message in time needs no second one.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the use case needs.
pub struct Ports<'a> {
    /// What is due.
    pub index: &'a dyn SweepIndex,
    /// Stock pages.
    pub stock: &'a dyn Stock,
    /// Orders.
    pub orders: &'a dyn Orders,
    /// Where the workers are woken.
    pub queues: &'a dyn Queues,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// What one sweep did.
#[derive(Debug, Default)]
struct Round {
    wake_ups: Vec<WakeUp>,
    /// The first thing that failed. One that cannot be read must not keep the sweeper from the others.
    failure: Option<Failure>,
}

/// Looks at every part of the indexes once. Answers how many workers it woke.
///
/// # Errors
/// When the store or a queue failed anywhere. Everything else was seen to all the same, and what was not is seen to
/// by the next sweep.
pub async fn sweep(ports: &Ports<'_>) -> Result<usize, Failure> {
    let now = ports.clock.now();
    let mut round = Round::default();
    for shard in 0..SWEEP_SHARDS {
        let overdue = overdue_holds(ports, shard, now, &mut round).await;
        round.note(overdue);
        let overdue = overdue_records(ports, shard, now, &mut round).await;
        round.note(overdue);
    }
    let woken = round.wake_ups.len();
    if woken > 0 {
        match ports.queues.send(&round.wake_ups, now).await {
            Ok(refused) if refused.is_empty() => {}
            Ok(_) => round.note(Err(Failure::Unavailable)),
            Err(failure) => round.note(Err(failure)),
        }
    }
    round.failure.map_or(Ok(woken), Err)
}

impl Round {
    fn note(&mut self, outcome: Result<(), Failure>) {
        if let Err(failure) = outcome {
            tracing::error!(%failure, "the sweeper could not see to something");
            self.failure.get_or_insert(failure);
        }
    }
}

async fn overdue_holds(
    ports: &Ports<'_>,
    shard: u32,
    now: Timestamp,
    round: &mut Round,
) -> Result<(), Failure> {
    let due = ports.index.pages_due(shard, now).await?;
    for page in ports.stock.pages(&due).await? {
        let overdue = overdue_on(&page, now);
        if overdue.is_empty() {
            round.note(ports.index.postpone_page(&page, page.next_sweep(now, PATIENCE)).await);
        }
        round.wake_ups.extend(overdue);
    }
    Ok(())
}

fn overdue_on(page: &StockPage, now: Timestamp) -> Vec<WakeUp> {
    let overdue = page.holds.iter().filter(|(_, hold)| hold.is_overdue(now));
    overdue.map(|(id, _)| WakeUp { subject: Subject::ExpireReservation(id.clone()), at: now }).collect()
}

async fn overdue_records(
    ports: &Ports<'_>,
    shard: u32,
    now: Timestamp,
    round: &mut Round,
) -> Result<(), Failure> {
    for overdue in ports.index.overdue(shard, now.minus(PATIENCE)).await? {
        match overdue {
            Overdue::Order(id) => match ports.orders.order(&id).await {
                Ok(order) => round.wake_ups.extend(order.and_then(|order| wake_up(&order, now))),
                Err(failure) => round.note(Err(failure)),
            },
            // Its worker reads it anyway, and nobody else wakes it.
            Overdue::Webhook(key) => {
                round.wake_ups.push(WakeUp { subject: Subject::ApplyWebhook(key), at: now });
            }
        }
    }
    Ok(())
}

fn wake_up(order: &Order, now: Timestamp) -> Option<WakeUp> {
    let subject = match order.wake?.queue {
        Queue::CapturePayment => Subject::CapturePayment(order.id.clone()),
        Queue::ExpireReservation => Subject::ExpireReservation(order.reservation_id.clone()),
        // An order is neither an event nor an alert.
        Queue::ApplyWebhook | Queue::StockAlerts => return None,
    };
    Some(WakeUp { subject, at: now })
}
