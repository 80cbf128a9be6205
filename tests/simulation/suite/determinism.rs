use simulation::{Planned, Run, Scenario};

#[test]
fn two_runs_of_one_seed_are_the_same_to_the_last_call() {
    for seed in 0..200 {
        let run = Run::seeded(seed, None);
        let (first, second) = (run.traced(), run.traced());
        assert_eq!(first.trace, second.trace, "{run}");
        assert_eq!(first.calls, run.verdict().calls, "{run}: writing a trace changes the run");
    }
}

#[test]
fn two_runs_with_the_same_faults_are_the_same_to_the_last_call() {
    for scenario in Scenario::USUAL {
        for call in 0..12 {
            let run = Run::planned(scenario, [Some(Planned { call, way: 1 }), None]);
            assert_eq!(run.traced().trace, run.traced().trace, "{run}");
        }
    }
}

#[test]
fn another_seed_is_another_run() {
    let scenario = Scenario::named("double");
    let trace = |seed| Run::seeded(seed, scenario).traced().trace;
    assert_ne!(trace(1), trace(2));
}
