use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use application::{Failure, WakeUp};
use async_trait::async_trait;
use domain::Timestamp;

/// Wake-ups that wait for their time. Every one arrives exactly once here; a test repeats or drops what it takes.
#[derive(Debug, Default)]
pub struct Queues {
    waiting: Mutex<Vec<Sent>>,
}

/// A wake-up on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What was sent.
    pub wake_up: WakeUp,
    /// When it arrives.
    pub due: Timestamp,
}

impl Queues {
    /// The longest delay of a queue, as that of SQS
    /// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html>).
    pub const DELAY_MAX: Duration = Duration::from_secs(900);

    /// What has not arrived yet, in the order in which it was sent.
    pub fn waiting(&self) -> Vec<Sent> {
        self.lock().clone()
    }

    /// When the next one arrives.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.lock().iter().map(|sent| sent.due).min()
    }

    /// Takes what has arrived by now: the earliest first, and what was due together as it was sent.
    pub fn take_due(&self, now: Timestamp) -> Vec<WakeUp> {
        let mut waiting = self.lock();
        let (mut due, later): (Vec<Sent>, Vec<Sent>) = waiting.drain(..).partition(|sent| sent.due <= now);
        *waiting = later;
        due.sort_by_key(|sent| sent.due);
        due.into_iter().map(|sent| sent.wake_up).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Sent>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl application::Queues for Queues {
    async fn send(&self, wake_ups: &[WakeUp], now: Timestamp) -> Result<Vec<usize>, Failure> {
        let sent = wake_ups.iter().map(|wake_up| Sent {
            wake_up: wake_up.clone(),
            due: wake_up.at.clamp(now, now.plus(Self::DELAY_MAX)),
        });
        self.lock().extend(sent);
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use application::{Queues as _, Subject};

    use super::*;

    const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn at(at: Timestamp, id: &str) -> WakeUp {
        WakeUp { subject: Subject::ExpireReservation(id.parse().unwrap()), at }
    }

    #[tokio::test]
    async fn a_wake_up_arrives_at_its_time_or_after_the_longest_delay() {
        let queues = Queues::default();
        let soon = at(NOON.plus(Duration::from_secs(5)), "soon");
        let far = at(NOON.plus(Duration::from_secs(5_000)), "far");
        let late = at(NOON.minus(Duration::from_secs(5)), "late");
        let sent = [far.clone(), soon.clone(), late.clone()];
        assert_eq!(queues.send(&sent, NOON).await, Ok(vec![]));
        assert_eq!(queues.take_due(NOON), [late]);
        assert_eq!(queues.next_due(), Some(soon.at));
        assert_eq!(queues.take_due(NOON.plus(Queues::DELAY_MAX)), [soon, far]);
        assert_eq!(queues.waiting(), []);
    }
}
