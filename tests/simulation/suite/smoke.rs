use simulation::{Fault, Run, Scenario, Searched};

/// As many as an unoptimised build runs in a few seconds.
const SEEDS: u64 = 1_000;

/// What a failing search found, with everything that happened; nothing when all is well.
fn report(searched: Searched) -> Option<String> {
    let run = searched.failed?;
    let verdict = run.traced();
    let broken = verdict.broken.map(|broken| broken.to_string()).unwrap_or_default();
    Some(format!("{}\n\n{run} breaks {broken}\nagain: {}", verdict.trace.join("\n"), run.command()))
}

#[track_caller]
fn assert_sound(searched: Searched) {
    let report = report(searched);
    assert!(report.is_none(), "{}", report.unwrap_or_default());
}

/// Some of so many runs of the scenario has a line with these words: what never happens is not shown to be harmless.
#[track_caller]
#[expect(clippy::unwrap_used, reason = "a test names scenarios that there are")]
fn assert_comes_to(name: &str, expected: &str, seeds: u64) {
    let scenario = Scenario::named(name).unwrap();
    let mut lines = (0..seeds).flat_map(|seed| Run::seeded(seed, Some(scenario)).traced().trace);
    assert!(lines.any(|line| line.contains(expected)), "{name} never comes to `{expected}`");
}

#[test]
fn fault_35_36_37_54_56_60_61_63_64_86_nothing_breaks_when_any_one_call_fails_in_any_way() {
    // Every third, which is what a test has time for; `cargo sim` takes them all.
    for scenario in Scenario::USUAL.into_iter().step_by(3) {
        assert_sound(simulation::sweep(scenario));
    }
}

#[test]
fn fault_59_87_nothing_breaks_when_two_of_the_first_calls_fail() {
    for name in ["cart-given-up", "limit-two-carts"] {
        assert_sound(simulation::pairs(Scenario::named(name).unwrap(), 6));
    }
}

#[test]
fn fault_15_18_41_46_47_48_52_57_62_71_88_92_nothing_breaks_whatever_comes_first_and_whatever_fails() {
    assert_sound(simulation::seeds(0..SEEDS, None));
}

#[test]
fn fault_28_29_30_73_nothing_breaks_whatever_the_gateway_tells_and_whatever_fails() {
    for scenario in Scenario::TOLD {
        assert_sound(simulation::sweep(scenario));
        assert_sound(simulation::seeds(0..SEEDS / 4, Some(scenario)));
    }
}

#[test]
fn fault_60_61_70_71_nothing_breaks_whenever_a_shopper_comes_back_with_a_result_and_whatever_fails() {
    for scenario in Scenario::ACTED {
        assert_sound(simulation::sweep(scenario));
        assert_sound(simulation::seeds(0..SEEDS / 4, Some(scenario)));
    }
}

#[test]
fn a_result_is_handed_in_at_every_time_and_meets_cancels_and_lost_answers() {
    for (name, expected) in [
        ("adyen-three-d-secure", "order is paid"),
        ("adyen-three-d-secure-used-up", "hears of complete: Invalid"),
        ("adyen-three-d-secure", "attempt 1 complete unknown"),
        ("adyen-three-d-secure", "refused: the order does not wait for an action of its shopper"),
        ("adyen-three-d-secure-late", "attempt 1 voided"),
        ("adyen-three-d-secure-late", "attempt 1 sending complete"),
        ("adyen-three-d-secure-failed", "attempt 1 declined"),
        ("adyen-three-d-secure-abandoned", "attempt 1 voided"),
        ("cancel-adyen-three-d-secure", "cancelled, attempt 1 voided"),
        ("cancel-adyen-three-d-secure", "attempt 1 sending void"),
        ("cancel-adyen-three-d-secure", "attempt 1 captured"),
    ] {
        assert_comes_to(name, expected, SEEDS);
    }
}

#[test]
fn fault_79_nothing_breaks_whatever_is_disputed_and_whatever_fails() {
    for scenario in Scenario::DISPUTED {
        assert_sound(simulation::sweep(scenario));
        assert_sound(simulation::seeds(0..SEEDS / 4, Some(scenario)));
    }
}

#[test]
fn fault_79_a_dispute_comes_to_each_of_its_ends_and_meets_refunds_in_every_state() {
    for (name, expected) in [
        ("disputed", "captured, dispute won 1"),
        ("disputed", "captured, dispute lost 1"),
        ("disputed-while-refunding", "hears of refund: Disputed"),
        ("disputed-while-refunding", "ready to refund 1, dispute open 1"),
        ("disputed-while-refunding", "sending refund 1, dispute open 1"),
        ("disputed-while-refunding", "refund unknown 1, dispute open 1"),
        ("disputed-while-refunding", "nothing goes back while a dispute is open"),
        ("disputed-and-cancelled", "refund withdrawn 1, dispute lost 1"),
        ("disputed-and-cancelled", "cancelled, attempt 1 captured, refunded 1, dispute won 1"),
        ("disputed-orphans", "attempt 1 declined: insufficient_funds, ready to refund 1, dispute open 1"),
        ("disputed-orphans", "attempt 1 declined: insufficient_funds, refunded 1, dispute won 1"),
        ("disputed-orphans", "attempt 1 declined: insufficient_funds, refund withdrawn 1, dispute lost 1"),
    ] {
        assert_comes_to(name, expected, SEEDS);
    }
}

#[test]
fn nothing_breaks_whatever_the_fraud_rules_ask_for_and_whatever_fails() {
    for scenario in Scenario::SCREENED {
        assert_sound(simulation::sweep(scenario));
        assert_sound(simulation::seeds(0..SEEDS / 4, Some(scenario)));
    }
}

#[test]
fn nothing_breaks_whatever_a_person_finds_out_and_whatever_fails() {
    for scenario in Scenario::RESOLVED {
        assert_sound(simulation::sweep(scenario));
        assert_sound(simulation::seeds(0..SEEDS / 4, Some(scenario)));
    }
}

#[test]
fn nothing_breaks_whatever_comes_back_to_the_shop_and_whatever_fails() {
    for scenario in Scenario::RETURNED {
        assert_sound(simulation::sweep(scenario));
        assert_sound(simulation::seeds(0..SEEDS / 4, Some(scenario)));
    }
}

#[test]
fn what_a_person_finds_out_ends_what_was_unknown() {
    for (name, expected) in [
        ("resolved-captured", "paid, attempt 1 captured"),
        ("resolved-voided", "payment_failed, attempt 1 voided"),
        ("resolved-refund", "cancelled, attempt 1 captured"),
    ] {
        let scenario = Scenario::named(name).unwrap();
        let ends = |seed| Run::seeded(seed, Some(scenario)).traced().trace;
        let ended = (0..SEEDS / 10).filter(|seed| ends(*seed).iter().any(|line| line.contains(expected)));
        assert!(ended.count() > 50, "{name} hardly ever comes to `{expected}`");
    }
}

#[test]
fn fault_30_100_what_waits_for_a_person_is_decided_once_whoever_decides_at_the_same_time() {
    for (name, expected) in [
        // Applied again: its attempt is there by now, or it is not; and dismissed; each by one of two people.
        ("resolved-webhooks", "Received -> done"),
        ("resolved-webhooks", "Applied {"),
        ("resolved-webhooks", "UnknownOrder"),
        ("resolved-webhooks", "UnknownAttempt"),
        ("resolved-webhooks", "Dismissed { at"),
        ("resolved-webhooks", "-> was done before"),
        ("resolved-webhooks", "refused: the event is not in quarantine"),
        ("resolved-differences", "resolve difference ch_stranger_0 -> done"),
        ("resolved-differences", "resolve difference ch_stranger_0 -> was done before"),
        ("resolved-differences", "difference ch_stranger_0 is resolved"),
    ] {
        assert_comes_to(name, expected, SEEDS / 10);
    }
}

#[test]
fn a_review_comes_to_each_of_its_ends_and_a_card_tester_is_refused() {
    for (name, expected) in [
        ("review-approved", "captured, review approved"),
        ("review-refused", "cancelled, attempt 1 voided, review refused"),
        ("review-lapsed", "cancelled, attempt 1 voided, review lapsed"),
        ("review-cancelled", "cancelled, attempt 1 voided, review withdrawn"),
        ("card-testing", "declined: refused_by_shop"),
    ] {
        assert_comes_to(name, expected, SEEDS / 10);
    }
}

#[test]
fn what_the_gateway_tells_is_kept_applied_put_aside_and_known_when_it_comes_again() {
    let mut missing = vec!["Ok(Executed", "Ok(AlreadyApplied", "settle event", "Quarantined"];
    for seed in 0..SEEDS / 4 {
        for scenario in Scenario::TOLD {
            let trace = Run::seeded(seed, Some(scenario)).traced().trace;
            missing.retain(|words| !trace.iter().any(|line| line.contains(words)));
        }
    }
    assert_eq!(missing, Vec::<&str>::new(), "these seeds never meet it");
}

#[test]
fn fault_100_nothing_breaks_when_lists_are_compared_again_and_again_and_whatever_fails() {
    for scenario in Scenario::RECONCILED {
        assert_sound(simulation::sweep(scenario));
        assert_sound(simulation::seeds(0..SEEDS / 4, Some(scenario)));
    }
}

#[test]
fn fault_100_lists_agree_are_asked_about_bring_orphans_back_and_differ() {
    let mut missing = vec![
        "orphans: 1",
        "in_flight: 1",
        "differences: 1",
        "hears of the list: Err(Unavailable)",
        "says nothing",
        "note difference ch_stranger_0 -> was done before",
        "disputes: 1",
        "captured, dispute open 1",
        "captured, dispute won 1",
        "captured, dispute lost 1",
    ];
    for seed in 0..SEEDS {
        for scenario in Scenario::RECONCILED {
            let trace = Run::seeded(seed, Some(scenario)).traced().trace;
            missing.retain(|words| !trace.iter().any(|line| line.contains(words)));
        }
    }
    assert_eq!(missing, Vec::<&str>::new(), "these seeds never meet it");
}

#[test]
fn fault_58_64_nothing_breaks_while_a_gateway_is_ill_and_whatever_fails_besides() {
    for scenario in Scenario::ILL {
        assert_sound(simulation::seeds(0..SEEDS / 4, Some(scenario)));
    }
}

#[test]
fn fault_64_a_gateway_that_is_ill_is_asked_no_more_then_probed_and_asked_again() {
    let mut missing = vec![
        "turn circuit stripe open, the 1. time -> done",
        "turn circuit stripe open, the 2. time -> done",
        "turn circuit stripe probing -> done",
        "turn circuit stripe probing -> the order has changed",
        "turn circuit stripe closed, 4 failures -> done",
        "turn circuit stripe closed, 0 failures -> done",
    ];
    for seed in 0..SEEDS / 2 {
        for scenario in Scenario::ILL {
            let trace = Run::seeded(seed, Some(scenario)).traced().trace;
            missing.retain(|words| !trace.iter().any(|line| line.contains(words)));
        }
    }
    assert_eq!(missing, Vec::<&str>::new(), "these seeds never meet it");
}

#[test]
fn scenarios_have_names_of_their_own() {
    for scenario in Scenario::every() {
        assert_eq!(Scenario::named(scenario.name).map(|found| found.name), Some(scenario.name));
    }
}

#[test]
fn each_scenario_comes_to_what_it_is_about() {
    for (name, expected) in [
        ("three-gateways", "paid, attempt 3 captured"),
        ("before-the-sale", "is not on sale yet"),
        ("before-the-sale", "the reservation is Open"),
        ("returned-and-bought-again", "a customer bought again"),
        ("cancel-and-buy-again", "a customer bought again"),
        ("limit-many-pages", "would have more than 1 units"),
    ] {
        assert_comes_to(name, expected, SEEDS);
    }
}

#[test]
fn a_purchase_without_trouble_is_paid() {
    let scenario = Scenario::named("single-line").unwrap();
    let trace = Run::planned(scenario, [None, None]).traced().trace.join("\n");
    assert!(trace.contains("the order is paid"), "{trace}");
}

#[test]
fn every_kind_of_trouble_comes_up() {
    let mut missing: Vec<&str> = Fault::ALL.map(Fault::words).into();
    missing.extend(["a late request lands", "the shopper acts", "the sweep woke Ok(1)", "manual review"]);
    missing.extend([
        "a late write lands",
        "hold 0 on",
        "turn 2",
        "alert 2 back_in_stock",
        "the supply has changed",
    ]);
    for seed in 0..SEEDS {
        let trace = Run::seeded(seed, None).traced().trace;
        missing.retain(|words| !trace.iter().any(|line| line.contains(words)));
    }
    assert_eq!(missing, Vec::<&str>::new(), "these seeds never meet it");
}
