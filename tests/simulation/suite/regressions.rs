//! Runs that broke something once, each with the rule that was missing.

use std::time::Duration;

use simulation::{Fault, Planned, Run, Scenario, Verdict};

/// The last way in which a call that changes something at a gateway can fail: the failure is kept under its key.
const KEPT_FAILURE: usize = 8;

#[track_caller]
#[expect(clippy::unwrap_used, reason = "a test names scenarios that there are")]
fn run(scenario: &str, call: u32, way: usize, expected: (&str, Fault)) -> Verdict {
    let run = Run::planned(Scenario::named(scenario).unwrap(), [Some(Planned { call, way }), None]);
    let verdict = run.traced();
    let (name, fault) = expected;
    let hit = format!("{name}: {}", fault.words());
    assert!(verdict.trace.iter().any(|line| line.contains(&hit)), "{run}: the fault hits another call now");
    assert_eq!(verdict.broken, None, "{run}");
    verdict
}

/// A gateway repeats a failure for as long as it knows the key, so a capture that asked again under the same key
/// stayed unknown for a day, and then needed a person although nothing had happened.
#[test]
fn fault_63_a_capture_whose_failure_the_gateway_keeps_is_made_under_another_key() {
    let verdict = run("single-line", 13, KEPT_FAILURE, ("capture", Fault::KeptFailure));
    assert!(verdict.trace.iter().any(|line| line.contains("paid, attempt 1 captured")));
    assert!(verdict.took < Duration::from_secs(60 * 60), "it took {:?}", verdict.took);
}

/// The same for a void, which left a shopper who never acted with units that nobody could sell.
#[test]
fn fault_63_70_a_void_whose_failure_the_gateway_keeps_is_made_under_another_key() {
    let verdict = run("three-d-secure-abandoned", 211, KEPT_FAILURE, ("void", Fault::KeptFailure));
    assert!(verdict.trace.iter().any(|line| line.contains("payment_failed, attempt 1 voided")));
    assert!(verdict.took < Duration::from_secs(60 * 60), "it took {:?}", verdict.took);
}
