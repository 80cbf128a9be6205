use tokio::runtime::{Builder, Runtime};

use crate::case::{Case, Client, Playing};
use crate::fault::Fault;
use crate::scenario::{SCENARIOS, Scenario, meaning};
use crate::world::{Opened, World};

/// Where cases are played, one after the other.
struct Stage {
    runtime: Runtime,
    opened: Opened,
}

impl Stage {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        let opened = runtime.block_on(Opened::new());
        Self { runtime, opened }
    }

    /// Plays one case to its end and checks what came of it. Answers every call that was made.
    fn play(&self, scenario: &Scenario, case: &Case, is_traced: bool) -> Vec<String> {
        let playing = Playing(case);
        let operations = self.runtime.block_on(async {
            let world = World::of(&self.opened, case, is_traced);
            (scenario.play)(&world).await;
            world.run_out().await;
            let operations = world.line.operations();
            assert_eq!(meaning(&world.books().await), scenario.outcome);
            operations
        });
        drop(playing);
        operations
    }
}

/// Every call of every scenario goes wrong in this way once.
fn sweep(fault: Fault) {
    let stage = Stage::new();
    if let Some(case) = Case::wanted() {
        if case.faults.first() == Some(&fault) {
            let scenario = SCENARIOS.iter().find(|scenario| scenario.name == case.scenario).unwrap();
            stage.play(scenario, &case, true);
        }
        return;
    }
    for scenario in &SCENARIOS {
        let operations = stage.play(scenario, &Case::calm(scenario.name, Client::Once), false);
        let calls = (0..operations.len()).filter(|call| fault.concerns(&operations[*call]));
        for call in calls.filter(|call| !is_amid_queries(&operations, *call)) {
            for (client, faults) in outages(fault) {
                let case = Case { scenario: scenario.name.to_owned(), client, call, faults };
                stage.play(scenario, &case, false);
            }
        }
    }
}

/// The sweeper asks one part of its indexes after the other. Of questions in a row the first and the last will do.
fn is_amid_queries(operations: &[String], call: usize) -> bool {
    operations.get(call.saturating_sub(1)..call + 2).is_some_and(|row| row.iter().all(|name| name == "Query"))
}

/// The fault alone; and in a row, for as long as it takes to outlast whoever tries again by himself: the adapter makes
/// a write six times when it meets transactions, the use case twice when its outcome is unknown. Of the SDK's attempts
/// the adapter hears the last one only, and an earlier one may have been executed.
fn outages(fault: Fault) -> Vec<(Client, Vec<Fault>)> {
    let alone = (Client::Once, vec![fault]);
    let in_a_row = |times| (Client::Once, vec![fault; times]);
    match fault {
        Fault::Refused | Fault::RequestLost | Fault::Throttled | Fault::Broken => vec![alone],
        Fault::Unprocessed => vec![alone, in_a_row(3)],
        Fault::Conflict => vec![alone, in_a_row(6)],
        Fault::BrokenAfter | Fault::InProgress => vec![alone, (Client::Thrice, vec![fault])],
        Fault::AnswerLost => {
            vec![alone, in_a_row(2), (Client::Thrice, vec![fault, Fault::Throttled, Fault::Throttled])]
        }
    }
}

#[test]
fn every_scenario_ends_as_it_should_on_a_calm_day() {
    let stage = Stage::new();
    for scenario in &SCENARIOS {
        for client in Client::ALL {
            stage.play(scenario, &Case::calm(scenario.name, client), false);
        }
    }
}

#[test]
fn fault_44_a_store_that_nobody_reaches_costs_time_and_nothing_else() {
    sweep(Fault::Refused);
}

#[test]
fn fault_36_a_request_that_never_arrives_is_made_again() {
    sweep(Fault::RequestLost);
}

#[test]
fn fault_37_a_write_whose_answer_is_lost_happens_once() {
    sweep(Fault::AnswerLost);
}

#[test]
fn fault_35_a_throttled_request_leaves_nothing_half_done() {
    sweep(Fault::Throttled);
}

#[test]
fn fault_44_a_store_that_breaks_before_it_executes_costs_time_and_nothing_else() {
    sweep(Fault::Broken);
}

#[test]
fn fault_37_a_write_that_a_breaking_store_executed_happens_once() {
    sweep(Fault::BrokenAfter);
}

#[test]
fn fault_34_a_write_that_meets_another_transaction_is_made_again() {
    sweep(Fault::Conflict);
}

#[test]
fn fault_34_a_transaction_that_is_said_to_be_under_way_happens_once() {
    sweep(Fault::InProgress);
}

#[test]
fn fault_40_a_batch_that_brings_nothing_is_never_taken_for_absence() {
    sweep(Fault::Unprocessed);
}
