//! The instances of one function, as Lambda keeps them.
//!
//! An instance serves one request at a time. The one that became free last is taken first, so what an instance
//! remembers behaves as it will in the cloud; a new one is built only while all are busy.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lambda::{Environment, Error, Function, Invocation};
use serde_json::value::RawValue;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::Instrument;

use crate::{clock, id};

/// How long Lambda lets an instance come up.
const LONGEST_INIT: Duration = Duration::from_secs(10);

type Building = Pin<Box<dyn Future<Output = Result<Arc<dyn Function>, Error>> + Send>>;

/// Builds an instance of a function.
#[derive(Clone)]
pub(crate) struct Constructor(Arc<dyn Fn(Environment) -> Building + Send + Sync>);

impl Constructor {
    /// Wraps a function crate's own `function`.
    pub(crate) fn new<F, Fut>(build: F) -> Self
    where
        F: Fn(Environment) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Arc<dyn Function>, Error>> + Send + 'static,
    {
        Self(Arc::new(move |environment| Box::pin(build(environment))))
    }
}

impl fmt::Debug for Constructor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Constructor")
    }
}

/// Why an invocation has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvocationError {
    /// It took longer than the function's timeout.
    #[error("timed out after {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The function, or its construction, answered an error.
    #[error("failed: {0}")]
    Failed(Error),
    /// The function panicked.
    #[error("panicked")]
    Panicked,
}

/// A function's idle instances, and how to build another.
pub(crate) struct Instances {
    name: String,
    constructor: Constructor,
    environment: Environment,
    timeout: Duration,
    runtime: Handle,
    ended: Arc<watch::Sender<u64>>,
    idle: Mutex<Vec<Arc<dyn Function>>>,
}

impl Instances {
    /// `ended` is told after every invocation: only functions write, so only then can there be something to read.
    pub(crate) fn new(
        function: &crate::template::Function,
        constructor: Constructor,
        environment: Environment,
        runtime: Handle,
        ended: Arc<watch::Sender<u64>>,
    ) -> Self {
        let (name, timeout) = (function.name.clone(), function.timeout);
        Self { name, constructor, environment, timeout, runtime, ended, idle: Mutex::default() }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Invokes the function once. The invocation ends by itself: a caller that goes away does not stop it, as a closed
    /// connection does not stop a Lambda function.
    pub(crate) async fn invoke(
        self: &Arc<Self>,
        event: Box<RawValue>,
    ) -> Result<Box<RawValue>, InvocationError> {
        let (instances, ended) = (Arc::clone(self), Ended(Arc::clone(&self.ended)));
        let span = tracing::info_span!("function", name = %self.name);
        let invocation = async move {
            let _ended = ended;
            instances.run(&event).await
        };
        let invocation = self.runtime.spawn(invocation.instrument(span));
        invocation.await.unwrap_or(Err(InvocationError::Panicked))
    }

    async fn run(&self, event: &RawValue) -> Result<Box<RawValue>, InvocationError> {
        let instance = match self.take() {
            Some(instance) => instance,
            None => self.build().await?,
        };
        let invocation = Invocation { request_id: id::uuid(), deadline: clock::now().plus(self.timeout) };
        // An instance whose invocation timed out or panicked is never given back: its environment was killed.
        match timeout(self.timeout, instance.invoke(event, invocation)).await {
            Ok(outcome) => {
                self.lock().push(instance);
                outcome.map_err(InvocationError::Failed)
            }
            Err(_) => Err(InvocationError::TimedOut(self.timeout)),
        }
    }

    async fn build(&self) -> Result<Arc<dyn Function>, InvocationError> {
        let building = (self.constructor.0)(self.environment.clone());
        timeout(LONGEST_INIT, building)
            .await
            .map_err(|_| InvocationError::TimedOut(LONGEST_INIT))?
            .map_err(InvocationError::Failed)
    }

    fn take(&self) -> Option<Arc<dyn Function>> {
        self.lock().pop()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<dyn Function>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells that an invocation has ended, however it did and whoever still waits for it.
struct Ended(Arc<watch::Sender<u64>>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }
}

#[cfg(test)]
pub(crate) mod fake; // a function that a test writes in place
#[cfg(test)]
mod tests;
