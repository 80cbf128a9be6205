//! The wiring: what `template.yaml` says, as far as it has a meaning on one machine.
//!
//! Everything in the file is either understood, or named here as having no meaning outside the cloud, or refused.
//! Nothing is skipped in silence, so the local shop cannot drift from what SAM deploys.

mod conditions; // !Equals, !Not, !And, !Or
mod events; // what calls a function: routes, queues, streams, schedules
mod functions; // functions, their settings and environments
mod intrinsics; // !Ref, !GetAtt, !Sub, !If, … to local names
mod resources; // tables, queues, secrets, the HTTP API
mod section; // one part of the file: known keys, cloud-only keys, and nothing else
mod tree; // YAML with its tags as one plain tree

use std::collections::BTreeMap;

pub use events::{QueueEvent, Route, ScheduleEvent, StreamEvent};
pub use functions::Function;
pub use resources::{Cors, DeadLetters, Queue, Secret, Table};

use intrinsics::Scope;
use section::Section;

/// What the template declares, in local names.
#[derive(Debug)]
pub struct Template {
    /// Every function, by the name of its folder.
    pub functions: Vec<Function>,
    /// Every table.
    pub tables: Vec<Table>,
    /// Every queue.
    pub queues: Vec<Queue>,
    /// Every secret.
    pub secrets: Vec<Secret>,
    /// What browsers of other origins may do.
    pub cors: Option<Cors>,
}

/// What the local shop decides where the cloud has its own answer.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Where queues are served, such as `http://127.0.0.1:4000`.
    pub queues: String,
    /// Parameters with a local value instead of their default.
    pub parameters: BTreeMap<String, String>,
}

/// Something in the template that the local shop does not understand.
#[derive(Debug, thiserror::Error)]
#[error("template.yaml: {place}: {problem}")]
pub struct TemplateError {
    place: String,
    problem: String,
}

impl TemplateError {
    fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }
}

/// Resources that only watch, name or permit what runs in the cloud.
const CLOUD_ONLY_RESOURCES: [&str; 12] = [
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SQS::QueuePolicy",
];

impl Template {
    /// Reads a template's text.
    ///
    /// # Errors
    /// Names the first construct that is not understood.
    pub fn read(text: &str, surroundings: &Surroundings) -> Result<Self, TemplateError> {
        let document = tree::read(text)?;
        let scope = Scope::of(&document, surroundings)?;
        let globals = functions::globals(&document)?;
        let mut template =
            Self { functions: vec![], tables: vec![], queues: vec![], secrets: vec![], cors: None };
        for (id, resource) in scope.resources()? {
            let section = Section::of(format!("resource {id}"), resource.properties, &scope);
            match resource.kind.as_str() {
                "AWS::Serverless::Function" => {
                    template.functions.push(functions::read(id, resource.properties, &globals, &scope)?);
                }
                "AWS::Serverless::HttpApi" => template.cors = resources::http_api(&section)?,
                "AWS::DynamoDB::Table" => template.tables.push(resources::table(id, &section)?),
                "AWS::SQS::Queue" => template.queues.push(resources::queue(id, &section)?),
                "AWS::SecretsManager::Secret" => template.secrets.push(resources::secret(id, &section)?),
                kind if CLOUD_ONLY_RESOURCES.contains(&kind) => {}
                kind => {
                    let problem = format!("the local shop has no {kind}");
                    return Err(TemplateError::new(format!("resource {id}"), problem));
                }
            }
        }
        template.check_targets()?;
        Ok(template)
    }

    /// The queue of this name.
    pub fn queue(&self, name: &str) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.name == name)
    }

    /// Every event source must lead from something that exists, and every redrive to it.
    fn check_targets(&self) -> Result<(), TemplateError> {
        let queue_exists = |place: &str, name: &str| match self.queue(name) {
            Some(_) => Ok(()),
            None => Err(TemplateError::new(place, format!("there is no queue {name}"))),
        };
        for queue in &self.queues {
            if let Some(dead_letters) = &queue.dead_letters {
                queue_exists(&queue.name, &dead_letters.queue)?;
            }
        }
        for function in &self.functions {
            for event in &function.queues {
                queue_exists(&function.name, &event.queue)?;
            }
            for event in &function.streams {
                if let Some(queue) = &event.on_failure {
                    queue_exists(&function.name, queue)?;
                }
                if !self.tables.iter().any(|table| table.name == event.table && table.has_stream) {
                    let problem = format!("table {} has no stream", event.table);
                    return Err(TemplateError::new(&function.name, problem));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
