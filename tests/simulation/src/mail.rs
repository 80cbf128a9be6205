//! The queues: at least once, in any order, and not always soon.

use std::time::Duration;

use application::{Subject, WakeUp};
use domain::Timestamp;
use domain::wake::Queue;

use crate::dice::Dice;

/// The longest delay of a queue
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html>).
const DELAY_MAX: Duration = Duration::from_secs(900);

/// How many messages about deadlines come at once at most, as in `template.yaml`.
const BATCH_MAX: usize = 10;

/// After this many deliveries a message goes to the dead letters.
const DELIVERIES_MAX: u32 = 5;

/// A wake-up in its queue.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: u64,
    pub(crate) subject: Subject,
    due: Timestamp,
    deliveries: u32,
}

/// What goes wrong with messages.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Disorder {
    pub(crate) doubled: u32,
    pub(crate) delayed: u32,
    pub(crate) lost: u32,
}

/// The queues.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    waiting: Vec<Message>,
    sent: u64,
    /// Whether messages are delivered until they are done, however often that takes.
    pub(crate) has_no_dead_letters: bool,
}

impl Mail {
    /// Takes a wake-up. Its sender's clock says how long it is to wait, in whole seconds.
    pub(crate) fn accept(
        &mut self,
        wake_up: &WakeUp,
        senders: Timestamp,
        now: Timestamp,
        disorder: Disorder,
        dice: &mut Dice,
    ) {
        if wake_up.subject.queue() == Queue::StockAlerts {
            // Whoever takes it from there is outside the shop.
            return;
        }
        let seconds = wake_up.at.since(senders).as_millis().div_ceil(1_000);
        let delay = Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX)).min(DELAY_MAX);
        // A message that is given up on after its last delivery, or outlived its retention.
        if dice.hits(disorder.lost) {
            return;
        }
        let copies = if dice.hits(disorder.doubled) { 2 } else { 1 };
        for _ in 0..copies {
            let late = if dice.hits(disorder.delayed) { u64::from(dice.below(30_000)) } else { 0 };
            let due = now.plus(delay).plus(Duration::from_millis(late));
            let subject = wake_up.subject.clone();
            self.waiting.push(Message { id: self.sent, subject, due, deliveries: 0 });
            self.sent = self.sent.saturating_add(1);
        }
    }

    /// How many messages could be delivered now.
    pub(crate) fn deliverable(&self, now: Timestamp) -> usize {
        self.waiting.iter().filter(|message| message.due <= now).count()
    }

    /// Delivers one of them, and with it others that share a worker's batch. None stays behind where chance does not
    /// decide.
    pub(crate) fn deliver_batch(
        &mut self,
        nth: usize,
        now: Timestamp,
        mut comes_along: impl FnMut() -> bool,
    ) -> Vec<Message> {
        let mut batch: Vec<Message> = self.deliver(nth, now).into_iter().collect();
        if batch.iter().any(|message| message.subject.queue() != Queue::ExpireReservation) {
            return batch;
        }
        let mut next = 0;
        while batch.len() < BATCH_MAX
            && let Some((place, message)) = self.deliverable_from(next, now)
        {
            if message.subject.queue() == Queue::ExpireReservation && comes_along() {
                batch.extend(self.deliver(place, now));
            } else {
                next = place.saturating_add(1);
            }
        }
        batch
    }

    /// The first that could be delivered, from the nth on.
    fn deliverable_from(&self, nth: usize, now: Timestamp) -> Option<(usize, &Message)> {
        self.waiting.iter().filter(|message| message.due <= now).enumerate().nth(nth)
    }

    /// Delivers one of them. It stays hidden while it is worked on, and comes again unless it is deleted.
    pub(crate) fn deliver(&mut self, nth: usize, now: Timestamp) -> Option<Message> {
        let (place, message) =
            self.waiting.iter_mut().enumerate().filter(|(_, message)| message.due <= now).nth(nth)?;
        message.deliveries = message.deliveries.saturating_add(1);
        message.due = now.plus(match message.subject.queue() {
            Queue::CapturePayment | Queue::ApplyWebhook => Duration::from_secs(180),
            Queue::ExpireReservation | Queue::StockAlerts => Duration::from_secs(60),
        });
        if message.deliveries > DELIVERIES_MAX && !self.has_no_dead_letters {
            self.waiting.remove(place);
            return None;
        }
        Some(message.clone())
    }

    /// A message that failed is visible again soon.
    pub(crate) fn give_back(&mut self, id: u64, now: Timestamp) {
        if let Some(message) = self.waiting.iter_mut().find(|message| message.id == id) {
            message.due = message.due.min(now.plus(Duration::from_secs(60)));
        }
    }

    pub(crate) fn delete(&mut self, id: u64) {
        self.waiting.retain(|message| message.id != id);
    }

    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.waiting.iter().map(|message| message.due).min()
    }
}
