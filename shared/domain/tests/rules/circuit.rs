use std::time::Duration;

use domain::Timestamp;
use domain::payment::{Admission, Circuit, CircuitState, GatewayName, Health};
use proptest::prelude::*;

const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn at(seconds: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(seconds))
}

fn closed() -> Circuit {
    Circuit::new(GatewayName::Stripe)
}

/// A circuit that has been shown ill so often, all at once.
fn ill(circuit: Circuit, times: u32, now: Timestamp) -> Circuit {
    (0..times).fold(circuit, |circuit, _| circuit.observe(Health::Ill, now).unwrap())
}

fn open(now: Timestamp) -> Circuit {
    ill(closed(), Circuit::FAILURES_MAX, now)
}

fn open_time(circuit: Circuit, now: Timestamp) -> Duration {
    let CircuitState::Open { until, .. } = circuit.state else { panic!("it is {:?}", circuit.state) };
    until.since(now)
}

#[test]
fn fault_64_65_failures_in_a_row_open_a_circuit_before_anything_more_is_sent() {
    let almost = ill(closed(), Circuit::FAILURES_MAX - 1, NOON);
    assert_eq!(almost.admit(NOON), Admission::Send);
    let open = ill(almost, 1, NOON);
    assert_eq!(open.admit(NOON), Admission::HoldBack);
    assert_eq!(open_time(open, NOON), Circuit::OPEN_TIME);
    assert_eq!(open.admit(NOON.plus(Circuit::OPEN_TIME)), Admission::Probe);
}

#[test]
fn failures_that_are_far_apart_open_nothing() {
    let window = Circuit::WINDOW.as_secs();
    let mut circuit = closed();
    for nth in 0..20 {
        circuit = ill(circuit, 1, at(nth * window / 2));
        assert_eq!(circuit.admit(at(nth * window / 2)), Admission::Send, "{nth}");
    }
}

#[test]
fn a_success_begins_the_count_anew_and_is_written_only_where_that_matters() {
    assert_eq!(closed().observe(Health::Well, NOON), None);
    let few = ill(closed(), Circuit::FAILURES_DOUBTFUL - 1, NOON);
    assert_eq!(few.observe(Health::Well, NOON), None);
    let many = ill(closed(), Circuit::FAILURES_MAX - 1, NOON).observe(Health::Well, NOON).unwrap();
    assert_eq!(ill(many, Circuit::FAILURES_MAX - 1, NOON).admit(NOON), Admission::Send);
}

#[test]
fn a_probe_that_goes_well_closes_on_trial_and_one_that_does_not_opens_for_longer() {
    let now = NOON.plus(Circuit::OPEN_TIME);
    let probing = open(NOON).probe(now).unwrap();
    assert_eq!(probing.admit(now), Admission::HoldBack);
    let again = probing.probed(Health::Ill, now).unwrap();
    assert_eq!(open_time(again, now), Circuit::OPEN_TIME * 2);

    let trial = probing.probed(Health::Well, now).unwrap();
    assert_eq!(trial.admit(now), Admission::Send);
    let longer = trial.observe(Health::Ill, now).unwrap();
    assert_eq!(open_time(longer, now), Circuit::OPEN_TIME * 2);
    let passed = trial.observe(Health::Well, now).unwrap();
    assert_eq!(open_time(ill(passed, Circuit::FAILURES_MAX, now), now), Circuit::OPEN_TIME);
}

#[test]
fn whoever_probed_and_is_gone_is_followed_by_another() {
    let now = NOON.plus(Circuit::OPEN_TIME);
    let probing = open(NOON).probe(now).unwrap();
    assert_eq!(probing.probe(now), None);
    let later = now.plus(Circuit::PROBE_TIME);
    assert_eq!(probing.admit(later), Admission::Probe);
    assert!(probing.probe(later).is_some());
}

#[test]
fn only_the_probe_speaks_for_a_gateway_that_is_not_asked() {
    let now = NOON.plus(Circuit::OPEN_TIME);
    let probing = open(NOON).probe(now).unwrap();
    for health in [Health::Well, Health::Ill] {
        assert_eq!(open(NOON).observe(health, now), None);
        assert_eq!(probing.observe(health, now), None);
        assert_eq!(open(NOON).probed(health, now), None);
        assert_eq!(closed().probed(health, now), None);
    }
    assert_eq!(closed().probe(now), None);
    assert_eq!(open(NOON).probe(NOON), None);
}

#[test]
fn a_circuit_that_opens_for_days_is_still_probed_every_few_minutes() {
    let mut now = NOON;
    let mut circuit = open(now);
    for _ in 0..100 {
        let time = open_time(circuit, now);
        assert!(time <= Circuit::OPEN_TIME_MAX);
        now = now.plus(time);
        circuit = circuit.probe(now).unwrap().probed(Health::Ill, now).unwrap();
    }
    assert_eq!(open_time(circuit, now), Circuit::OPEN_TIME_MAX);
}

/// Something that may be tried on a circuit.
#[derive(Clone, Copy, Debug)]
enum Event {
    Observe(bool),
    Probe,
    Probed(bool),
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_course_of_events_keeps_a_circuit_open_for_ever_or_writes_a_version_twice(
        events in proptest::collection::vec(
            (
                0_u64..40,
                prop_oneof![
                    3 => any::<bool>().prop_map(Event::Observe),
                    1 => Just(Event::Probe),
                    1 => any::<bool>().prop_map(Event::Probed),
                ],
            ),
            0..60,
        )
    ) {
        let (mut circuit, mut now) = (closed(), NOON);
        for (wait, event) in events {
            now = now.plus(Duration::from_secs(wait));
            let health = |well| if well { Health::Well } else { Health::Ill };
            let turned = match event {
                Event::Observe(well) => circuit.observe(health(well), now),
                Event::Probe => circuit.probe(now),
                Event::Probed(well) => circuit.probed(health(well), now),
            };
            if let Some(turned) = turned {
                prop_assert_eq!(turned.version, circuit.version + 1);
                circuit = turned;
            }
            let later = now.plus(Circuit::OPEN_TIME_MAX.max(Circuit::PROBE_TIME));
            prop_assert_ne!(circuit.admit(later), Admission::HoldBack);
        }
    }
}
