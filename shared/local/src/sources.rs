//! Lambda's event source mappings: what takes messages, changes and the time of day to functions.

mod checkpoints; // how far each consumer of a stream has come
mod failures; // what a function says about the parts of a batch
mod queue; // messages of a queue, several events at once
mod schedule; // calls at a rate
mod stream; // changes of a table, in order

pub(crate) use checkpoints::Checkpoints;
pub(crate) use queue::QueueSource;
pub(crate) use schedule::ScheduleSource;
pub(crate) use stream::StreamSource;

use serde_json::Value;
use serde_json::value::RawValue;

/// An event as its JSON text.
fn event(event: &Value) -> serde_json::Result<Box<RawValue>> {
    serde_json::value::to_raw_value(event)
}
