use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::instances::Instances;
use crate::shop::Stop;
use crate::template::ScheduleEvent;
use crate::{aws, clock, id};

/// How long Lambda waits before it tries a failed asynchronous invocation again.
const PAUSE_BEFORE_RETRY: Duration = Duration::from_secs(60);

/// Calls a function at a rate, and once at the start.
pub(crate) struct ScheduleSource {
    pub(crate) event: ScheduleEvent,
    pub(crate) retries: u32,
    pub(crate) function: Arc<Instances>,
}

impl ScheduleSource {
    /// Runs until told to stop. A call in work at that time is cut off with its function.
    pub(crate) async fn run(self, stop: Stop) {
        let mut ticks = interval(Duration::from_secs(self.event.every_seconds));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.call(&mut ticks) => {}
                () = stop.clone().wait() => return,
            }
        }
    }

    async fn call(&self, ticks: &mut tokio::time::Interval) {
        ticks.tick().await;
        let function = self.function.name();
        for attempt in 0..=self.retries {
            if attempt > 0 {
                sleep(PAUSE_BEFORE_RETRY).await;
            }
            let started = Instant::now();
            let outcome = match self.payload() {
                Ok(event) => self.function.invoke(event).await.map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match outcome {
                Ok(_) => {
                    let took = started.elapsed().as_millis();
                    tracing::info!("schedule {} → {function} done in {took} ms", self.event.name);
                    return;
                }
                Err(problem) => tracing::warn!("schedule {} → {function}: {problem}", self.event.name),
            }
        }
    }

    /// What EventBridge sends when the template gives no event of its own.
    fn payload(&self) -> serde_json::Result<Box<RawValue>> {
        if let Some(input) = &self.event.input {
            return RawValue::from_string(input.clone());
        }
        let (source, resource, detail) = match self.event.from_scheduler {
            true => ("aws.scheduler", "scheduler", Value::String("{}".to_owned())),
            false => ("aws.events", "events", json!({})),
        };
        let kind = if self.event.from_scheduler { "schedule/default" } else { "rule" };
        let resource =
            format!("arn:aws:{resource}:{}:{}:{kind}/{}", aws::REGION, aws::ACCOUNT, self.event.name);
        super::event(&json!({
            "version": "0",
            "id": id::uuid(),
            "detail-type": "Scheduled Event",
            "source": source,
            "account": aws::ACCOUNT,
            "time": clock::rfc3339(clock::now()),
            "region": aws::REGION,
            "resources": [resource],
            "detail": detail,
        }))
    }
}
