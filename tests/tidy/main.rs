//! The laws of the repository: one word per operation wherever it stands, arrows that point one way, small files, and
//! a template that fits its functions. A failure names every place that breaks the law.

#![expect(clippy::expect_used, clippy::panic, reason = "a law that cannot be checked has to fail")]

mod catalogue; // the faults, by number
mod repository; // what is in the checkout, read once

mod coverage; // every fault is held by a test, or says what it waits for
mod functions; // folders = template = events = README = OpenAPI
mod layout; // the top level, sizes, names
mod metrics; // whether what is counted reaches the alarms
mod packages; // names, and which package may depend on which
mod problems; // what can go wrong, in the registry and in the OpenAPI document
mod wiring; // what must be true of queues, streams and policies in the template
