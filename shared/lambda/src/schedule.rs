//! How a function meets its schedule: the event says only that it is time.

use std::sync::Arc;

use application::Failure;
use async_trait::async_trait;
use serde_json::value::RawValue;

use crate::{Error, Function, Invocation};

/// What is done on a schedule. A run may be skipped, doubled or late.
#[async_trait]
pub trait Job: Send + Sync {
    /// One run, as far as it gets before the runtime ends it. A failure fails the invocation, so that it is counted and
    /// alarmed.
    async fn run(&self, invocation: &Invocation) -> Result<(), Failure>;
}

/// The function that serves a job.
pub fn job(job: impl Job + 'static) -> Arc<dyn Function> {
    Arc::new(Schedule(job))
}

struct Schedule<J>(J);

#[async_trait]
impl<J: Job> Function for Schedule<J> {
    async fn invoke(&self, _: &RawValue, invocation: Invocation) -> Result<Box<RawValue>, Error> {
        match self.0.run(&invocation).await {
            Ok(()) => {
                tracing::info!("job done");
                Ok(RawValue::NULL.to_owned())
            }
            Err(failure) => {
                tracing::error!(%failure, "job failed");
                Err(failure.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sample(Result<(), Failure>);

    #[async_trait]
    impl Job for Sample {
        async fn run(&self, _: &Invocation) -> Result<(), Failure> {
            self.0
        }
    }

    #[tokio::test]
    async fn a_run_that_fails_fails_its_invocation() {
        for outcome in [Ok(()), Err(Failure::Unavailable)] {
            let invocation =
                Invocation { request_id: "i-1".to_owned(), deadline: domain::Timestamp::from_millis(0) };
            let answer = job(Sample(outcome)).invoke(RawValue::NULL, invocation).await;
            assert_eq!(answer.is_ok(), outcome.is_ok());
        }
    }
}
