//! Finds what a lost message left behind, and wakes its worker.
//!
//! It decides nothing: its indexes may be stale, so it only nominates, and the workers read the truth.

use std::time::Duration;

use domain::Timestamp;
use domain::order::Order;
use domain::stock::StockPage;
use domain::wake::Queue;

use crate::{Clock, Failure, Orders, Queues, SWEEP_SHARDS, Stock, Subject, SweepIndex, WakeUp};

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

/// Looks at every part of the indexes once. Answers how many workers it woke.
///
/// # Errors
/// When the store or a queue fails; what was not seen to is seen to by the next sweep.
pub async fn sweep(ports: &Ports<'_>) -> Result<usize, Failure> {
    let now = ports.clock.now();
    let mut woken = 0_usize;
    for shard in 0..SWEEP_SHARDS {
        let mut wake_ups = overdue_holds(ports, shard, now).await?;
        wake_ups.extend(overdue_orders(ports, shard, now).await?);
        if wake_ups.is_empty() {
            continue;
        }
        let refused = ports.queues.send(&wake_ups, now).await?;
        if !refused.is_empty() {
            return Err(Failure::Unavailable);
        }
        woken = woken.saturating_add(wake_ups.len());
    }
    Ok(woken)
}

async fn overdue_holds(ports: &Ports<'_>, shard: u32, now: Timestamp) -> Result<Vec<WakeUp>, Failure> {
    let due = ports.index.pages_due(shard, now).await?;
    let pages = ports.stock.pages(&due).await?;
    let mut wake_ups = Vec::new();
    for page in &pages {
        let overdue = overdue_on(page, now);
        if overdue.is_empty() {
            ports.index.postpone_page(page, page.next_sweep(now, PATIENCE)).await?;
        }
        wake_ups.extend(overdue);
    }
    Ok(wake_ups)
}

fn overdue_on(page: &StockPage, now: Timestamp) -> Vec<WakeUp> {
    let overdue = page.holds.iter().filter(|(_, hold)| hold.is_overdue(now));
    overdue.map(|(id, _)| WakeUp { subject: Subject::ExpireReservation(id.clone()), at: now }).collect()
}

async fn overdue_orders(ports: &Ports<'_>, shard: u32, now: Timestamp) -> Result<Vec<WakeUp>, Failure> {
    let mut wake_ups = Vec::new();
    for id in ports.index.orders_due(shard, now.minus(PATIENCE)).await? {
        if let Some(order) = ports.orders.order(&id).await? {
            wake_ups.extend(wake_up(&order, now));
        }
    }
    Ok(wake_ups)
}

fn wake_up(order: &Order, now: Timestamp) -> Option<WakeUp> {
    let subject = match order.wake?.queue {
        Queue::CapturePayment => Subject::CapturePayment(order.id.clone()),
        Queue::ExpireReservation => Subject::ExpireReservation(order.reservation_id.clone()),
    };
    Some(WakeUp { subject, at: now })
}
