use std::collections::BTreeSet;

use simulation::{Circumstances, Mutation, Scenario, on_every_core};

/// The sweep finds most of them as well, but costs more where it finds nothing.
#[test]
fn every_deliberate_bug_is_caught() {
    let look =
        |mutation: &Mutation| mutation.caught_by_seeds().or_else(|| mutation.caught_by_sweep()).is_some();
    let caught = Mutation::ALL.iter().zip(on_every_core(&Mutation::ALL, look));
    let missed = caught.filter(|(_, is_caught)| !is_caught).map(|(mutation, _)| mutation.name);
    assert_eq!(missed.collect::<Vec<_>>(), Vec::<&str>::new());
}

/// What catches a bug must be the bug, and not the circumstances that it is looked for in.
#[test]
fn without_the_bug_the_same_circumstances_break_nothing() {
    for mutation in Mutation::ALL.iter().filter(|mutation| mutation.circumstances != Circumstances::USUAL) {
        for seed in 0..300 {
            let run = mutation.seeded(seed);
            assert_eq!(run.verdict().broken, None, "{} without its bug: {run}", mutation.name);
        }
    }
}

#[test]
fn a_bug_has_a_name_of_its_own() {
    let names: BTreeSet<&str> = Mutation::ALL.iter().map(|mutation| mutation.name).collect();
    assert_eq!(names.len(), Mutation::ALL.len());
}

#[test]
fn a_bug_is_looked_for_in_a_scenario_that_exists() {
    for scenario in Mutation::ALL.iter().filter_map(|mutation| mutation.scenario) {
        assert!(Scenario::named(scenario).is_some(), "{scenario}");
    }
}
