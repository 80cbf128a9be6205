//! Looking for a run that breaks something: one fault at every call, pairs of them, or seeds.

use crate::checker::Broken;
use crate::fault::Planned;
use crate::run::{Run, Verdict};
use crate::scenario::Scenario;

/// What a search came to.
#[derive(Clone, Copy, Debug)]
pub struct Searched {
    /// How many runs it made.
    pub runs: u64,
    /// The run that broke something.
    pub failed: Option<Run>,
}

/// The faults of a failing run, and what does not hold in it.
type Failure = ([Option<Planned>; 2], Broken);

/// One fault of each kind at every call of a scenario.
pub fn sweep(scenario: Scenario) -> Searched {
    counted(scenario, |run| first_failure(run))
}

/// Every pair of faults, the first among so many calls, the second among twice as many.
pub fn pairs(scenario: Scenario, calls_max: u32) -> Searched {
    counted(scenario, |run| first_pair_failure(calls_max, run))
}

/// These seeds, of one scenario or each of the scenario that is its turn.
pub fn seeds(seeds: impl IntoIterator<Item = u64>, scenario: Option<Scenario>) -> Searched {
    let mut runs = 0;
    let failed = seeds.into_iter().find_map(|seed| {
        runs += 1;
        let run = Run::seeded(seed, scenario);
        run.verdict().broken.map(|_| run)
    });
    Searched { runs, failed }
}

fn counted(
    scenario: Scenario,
    search: impl FnOnce(&mut dyn FnMut([Option<Planned>; 2]) -> Verdict) -> Option<Failure>,
) -> Searched {
    let mut runs = 0;
    let failed = search(&mut |faults| {
        runs += 1;
        Run::planned(scenario, faults).verdict()
    });
    Searched { runs, failed: failed.map(|(faults, _)| Run::planned(scenario, faults)) }
}

/// Runs without a fault, and then with one of each kind at every call. Answers the first run that fails.
pub(crate) fn first_failure(run: &mut dyn FnMut([Option<Planned>; 2]) -> Verdict) -> Option<Failure> {
    let plain = run([None, None]);
    if let Some(broken) = plain.broken {
        return Some(([None, None], broken));
    }
    faults_from(0, &plain).find_map(|fault| {
        let faults = [Some(fault), None];
        Some((faults, run(faults).broken?))
    })
}

fn first_pair_failure(
    calls_max: u32,
    run: &mut dyn FnMut([Option<Planned>; 2]) -> Verdict,
) -> Option<Failure> {
    let plain = run([None, None]);
    faults_from(0, &plain).filter(|first| first.call < calls_max).find_map(|first| {
        // What the first fault leads to is what the second one hits.
        let single = run([Some(first), None]);
        let seconds = faults_from(first.call.saturating_add(1), &single)
            .filter(|second| second.call < calls_max.saturating_mul(2));
        let found = seconds.map(|second| [Some(first), Some(second)]);
        found.into_iter().find_map(|faults| Some((faults, run(faults).broken?)))
    })
}

/// Every way in which every call from this one on can fail.
fn faults_from(from: u32, verdict: &Verdict) -> impl Iterator<Item = Planned> {
    (0..).zip(&verdict.ways).filter(move |(call, _)| *call >= from).flat_map(|(call, ways)| {
        let ways = *ways;
        (0..ways).map(move |way| Planned { call, way })
    })
}
