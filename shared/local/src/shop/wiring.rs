use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use lambda::Environment;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::environment::{self, Addresses};
use super::{StartError, Stop};
use crate::dynamodb::DynamoDb;
use crate::front::{CorsRules, Front, Routes};
use crate::functions::Functions;
use crate::instances::Instances;
use crate::sign_in::CustomerTokens;
use crate::sources::{Checkpoints, QueueSource, ScheduleSource, StreamSource};
use crate::sqs::Store;
use crate::template::Template;

/// How long a stream's consumer pauses before it tries failed changes again.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// Everything that events come from.
pub(super) struct Wiring {
    pub(super) template: Template,
    pub(super) addresses: Addresses,
    pub(super) tables: Arc<DynamoDb>,
    pub(super) queues: Arc<Store>,
    pub(super) checkpoints: Arc<Checkpoints>,
    pub(super) customers: CustomerTokens,
}

/// Everything that takes events to functions by itself.
#[derive(Default)]
pub(super) struct Sources {
    queues: Vec<QueueSource>,
    streams: Vec<StreamSource>,
    schedules: Vec<ScheduleSource>,
}

impl Wiring {
    /// Connects the template's functions with what calls them.
    pub(super) fn connect(
        self,
        functions: &Functions,
        runtime: &Handle,
    ) -> Result<(Sources, Front), StartError> {
        let ended = Arc::new(watch::Sender::new(0));
        let consumers = consumers(&self.template);
        let mut sources = Sources::default();
        let mut routes = vec![];
        for function in &self.template.functions {
            let constructor = functions.get(&function.name).cloned();
            let constructor = constructor.ok_or_else(|| StartError::NoFunction(function.name.clone()))?;
            let environment = Environment::of(environment::of_function(function, &self.addresses));
            let told = Arc::clone(&ended);
            let instances =
                Arc::new(Instances::new(function, constructor, environment, runtime.clone(), told));

            routes.extend(function.routes.iter().map(|route| (route.clone(), Arc::clone(&instances))));
            sources.queues.extend(function.queues.iter().map(|event| QueueSource {
                event: event.clone(),
                store: Arc::clone(&self.queues),
                function: Arc::clone(&instances),
            }));
            sources.streams.extend(function.streams.iter().map(|event| StreamSource {
                event: event.clone(),
                consumers: consumers.get(&event.table).cloned().unwrap_or_default(),
                dynamodb: Arc::clone(&self.tables),
                checkpoints: Arc::clone(&self.checkpoints),
                queues: Arc::clone(&self.queues),
                function: Arc::clone(&instances),
                ended: ended.subscribe(),
                first_pause: FIRST_PAUSE,
            }));
            sources.schedules.extend(function.schedules.iter().map(|event| ScheduleSource {
                event: event.clone(),
                retries: function.asynchronous_retries,
                function: Arc::clone(&instances),
            }));
        }
        let cors = self.template.cors.map(CorsRules::of);
        Ok((sources, Front { routes: Routes::of(routes), cors, customers: self.customers }))
    }
}

/// The functions that read each table's stream.
fn consumers(template: &Template) -> BTreeMap<String, Vec<String>> {
    let mut consumers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for function in &template.functions {
        for event in &function.streams {
            consumers.entry(event.table.clone()).or_default().push(function.name.clone());
        }
    }
    consumers
}

impl Sources {
    /// Runs every source until told to stop.
    pub(super) async fn run(self, stop: Stop) -> Result<(), String> {
        let mut running = JoinSet::new();
        for source in self.queues {
            let stop = stop.clone();
            running.spawn(async move { source.run(stop).await.map_err(|refusal| refusal.to_string()) });
        }
        for source in self.streams {
            let stop = stop.clone();
            running.spawn(async move {
                source.run(stop).await;
                Ok(())
            });
        }
        for source in self.schedules {
            let stop = stop.clone();
            running.spawn(async move {
                source.run(stop).await;
                Ok(())
            });
        }
        while let Some(ended) = running.join_next().await {
            ended.map_err(|error| error.to_string())??;
        }
        // A shop whose template has no sources is not broken.
        stop.wait().await;
        Ok(())
    }
}
