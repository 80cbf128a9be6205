use application::{Failure, Queues, WakeUp};
use async_trait::async_trait;
use domain::Timestamp;

use super::Invocation;
use crate::fault::{Call, Fault, Sort};

#[async_trait]
impl Queues for Invocation {
    async fn send(&self, wake_ups: &[WakeUp], now: Timestamp) -> Result<Vec<usize>, Failure> {
        let fault = self.world.gate(Call { name: "send", sort: Sort::Send }).await;
        match fault {
            None => {
                self.accept(wake_ups, now);
                Ok(Vec::new())
            }
            Some(Fault::PartlyRefused) => {
                self.accept(wake_ups.get(1..).unwrap_or_default(), now);
                Ok(vec![0])
            }
            Some(Fault::AnswerLost) => {
                self.accept(wake_ups, now);
                Err(Failure::OutcomeUnknown)
            }
            Some(Fault::KilledAfter) => {
                self.accept(wake_ups, now);
                self.world.die().await;
                Err(Failure::OutcomeUnknown)
            }
            Some(_) => Err(Failure::Unavailable),
        }
    }
}

impl Invocation {
    fn accept(&self, wake_ups: &[WakeUp], senders: Timestamp) {
        for wake_up in wake_ups {
            let ahead = wake_up.at.since(senders).as_secs();
            self.world.note(|| format!("send {:?}, {ahead} s ahead", wake_up.subject));
            let mut guard = self.world.desk();
            let desk = &mut *guard;
            let disorder = if desk.faults.is_some() { desk.disorder } else { Default::default() };
            desk.mail.accept(wake_up, senders, desk.now, disorder, &mut desk.dice);
            desk.stream.accepted(wake_up);
        }
    }
}
