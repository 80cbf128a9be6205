use async_trait::async_trait;
use serde_json::Value;

use super::*;

type Answer = dyn Fn(Value) -> Result<Box<RawValue>, Error> + Send + Sync;

struct Fake(Arc<Answer>);

#[async_trait]
impl Function for Fake {
    async fn invoke(&self, event: &RawValue, _: Invocation) -> Result<Box<RawValue>, Error> {
        (self.0)(serde_json::from_str(event.get())?)
    }
}

/// Builds a function that answers as told.
pub(crate) fn constructor<F>(answer: F) -> Constructor
where
    F: Fn(Value) -> Result<Box<RawValue>, Error> + Send + Sync + 'static,
{
    let answer: Arc<Answer> = Arc::new(answer);
    Constructor::new(move |_| {
        let function: Arc<dyn Function> = Arc::new(Fake(Arc::clone(&answer)));
        async move { Ok(function) }
    })
}

/// The instances of a function that answers as told.
pub(crate) fn instances<F>(name: &str, answer: F) -> Arc<Instances>
where
    F: Fn(Value) -> Result<Box<RawValue>, Error> + Send + Sync + 'static,
{
    built_by(name, constructor(answer))
}

/// The instances of a function that is built in this way.
pub(crate) fn built_by(name: &str, constructor: Constructor) -> Arc<Instances> {
    let function = crate::template::Function {
        name: name.to_owned(),
        timeout: Duration::from_millis(50),
        memory: 128,
        environment: std::collections::BTreeMap::new(),
        asynchronous_retries: 0,
        routes: vec![],
        queues: vec![],
        streams: vec![],
        schedules: vec![],
    };
    let ended = Arc::new(watch::Sender::new(0));
    Arc::new(Instances::new(&function, constructor, Environment::default(), Handle::current(), ended))
}
