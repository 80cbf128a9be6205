use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

/// The steps of a purchase, by name.
pub(crate) struct Names {
    pub(crate) list: &'static str,
    pub(crate) product: &'static str,
    pub(crate) hold: &'static str,
    pub(crate) checkout: &'static str,
    pub(crate) status: &'static str,
    pub(crate) paid: &'static str,
    pub(crate) path: &'static str,
}

/// The one list of them. `paid` is from the accepted checkout to the status that says so; `path` is all of it.
pub(crate) const STEPS: Names = Names {
    list: "list",
    product: "product",
    hold: "hold",
    checkout: "checkout",
    status: "status",
    paid: "accepted_to_paid",
    path: "path",
};

/// How long each step took, each time.
#[derive(Default)]
pub(crate) struct Steps(BTreeMap<&'static str, Vec<Duration>>);

impl Steps {
    /// Times one step.
    pub(crate) async fn timed<T>(&mut self, step: &'static str, work: impl Future<Output = T>) -> T {
        let started = Instant::now();
        let done = work.await;
        self.add(step, started.elapsed());
        done
    }

    /// Adds one time.
    pub(crate) fn add(&mut self, step: &'static str, took: Duration) {
        self.0.entry(step).or_default().push(took);
    }

    /// The times of two shoppers.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        for (step, mut times) in other.0 {
            self.0.entry(step).or_default().append(&mut times);
        }
        self
    }

    /// How many purchases there were.
    pub(crate) fn orders(&self) -> usize {
        self.0.get(STEPS.path).map_or(0, Vec::len)
    }

    /// p50, p95 and p99 of each step, in milliseconds.
    pub(crate) fn summary(&self) -> Map<String, Value> {
        self.0.iter().map(|(step, times)| ((*step).to_owned(), percentiles(times))).collect()
    }
}

fn percentiles(times: &[Duration]) -> Value {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let at = |part: f64| {
        let place = ((sorted.len() as f64 * part).ceil() as usize).clamp(1, sorted.len());
        super::round(sorted.get(place - 1).map_or(0.0, Duration::as_secs_f64) * 1000.0)
    };
    json!({"p50": at(0.50), "p95": at(0.95), "p99": at(0.99)})
}
