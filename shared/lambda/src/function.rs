use std::sync::Arc;

use async_trait::async_trait;
use domain::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::value::RawValue;

use crate::{Environment, Error, telemetry};

/// One Lambda function, as the runtime enters it: an event's JSON in, an answer's JSON out.
///
/// An environment serves one invocation at a time; what an instance remembers between two is a hint, never a fact.
#[async_trait]
pub trait Function: Send + Sync {
    /// Serves one invocation. An error fails the whole invocation; it is for an event that cannot be read at all.
    async fn invoke(&self, event: &RawValue, invocation: Invocation) -> Result<Box<RawValue>, Error>;
}

/// What the runtime tells about one invocation.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The runtime's id for it, in the logs of Lambda itself.
    pub request_id: String,
    /// When the runtime ends it, whatever it is at.
    pub deadline: Timestamp,
}

/// Enters a function: starts its logs, builds it once from the process's environment and serves events until the process ends.
///
/// # Errors
/// When a setting is missing, and when the Runtime API is lost.
pub async fn run<F, Fut>(build: F) -> Result<(), Error>
where
    F: FnOnce(Environment) -> Fut,
    Fut: Future<Output = Result<Arc<dyn Function>, Error>>,
{
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let function = build(environment).await?;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let function = Arc::clone(&function);
        async move {
            let deadline = Timestamp::from_millis(i64::try_from(event.context.deadline).unwrap_or(i64::MAX));
            let invocation = Invocation { request_id: event.context.request_id, deadline };
            function.invoke(&event.payload, invocation).await
        }
    }))
    .await
}
