//! Turns what changed in the store into messages for the workers, and for whoever hears of stock alerts.

use crate::{Clock, Failure, Queues, WakeUp};

/// What the use case needs.
pub struct Ports<'a> {
    /// Where the messages go.
    pub queues: &'a dyn Queues,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// The relay got so far and no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The place of the first change that was not relayed. The stream comes again from there.
    pub place: usize,
    /// Why.
    pub failure: Failure,
}

/// Sends the wake-ups of a batch of changes, oldest first, up to the first change that cannot be read.
///
/// A wake-up that is sent twice is harmless, one that is not sent is not: so whatever comes after the first that was
/// not accepted is sent again.
///
/// # Errors
/// Where it stopped, and why.
pub async fn relay(
    ports: &Ports<'_>,
    changes: impl Iterator<Item = Result<Option<WakeUp>, Failure>> + Send,
) -> Result<(), Stopped> {
    let mut wake_ups = Vec::new();
    let mut places = Vec::new();
    let mut outcome = Ok(());
    for (place, change) in changes.enumerate() {
        match change {
            Ok(Some(wake_up)) => {
                wake_ups.push(wake_up);
                places.push(place);
            }
            Ok(None) => {}
            Err(failure) => {
                outcome = Err(Stopped { place, failure });
                break;
            }
        }
    }
    send(ports, &wake_ups, &places).await.and(outcome)
}

async fn send(ports: &Ports<'_>, wake_ups: &[WakeUp], places: &[usize]) -> Result<(), Stopped> {
    if wake_ups.is_empty() {
        return Ok(());
    }
    let stopped =
        |refused: usize, failure| Stopped { place: places.get(refused).copied().unwrap_or(0), failure };
    match ports.queues.send(wake_ups, ports.clock.now()).await {
        Ok(refused) => {
            refused.into_iter().min().map_or(Ok(()), |first| Err(stopped(first, Failure::Unavailable)))
        }
        Err(failure) => Err(stopped(0, failure)),
    }
}
