use std::collections::BTreeMap;

use domain::invariant;
use domain::payment::Outcome;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestError, TestRunner};

use crate::world::World;

mod any; // any command, and the few records that commands are about
mod party; // who gives the commands: what it knows, and what it only remembers

use any::{Command, Copy, OrderStep, SupplyCommand, any_command};
use party::Party;

/// Everything that can be read back, as text.
async fn reading(world: &World, party: &Party) -> [String; 7] {
    let books = world.books().await;
    let skus = ["sku-0", "sku-1", "sku-2", "sku-3"].map(|sku| sku.parse().unwrap());
    let mut owners = Vec::new();
    for sku in &skus {
        owners.push(world.catalog.products_of(std::slice::from_ref(sku)).await.unwrap());
    }
    let mut lists = Vec::new();
    for category in [None, Some("category-0"), Some("category-1")] {
        lists.push(world.catalog.list(category, 2, None).await.unwrap());
    }
    let stock_lists = world.stock.lists(&["scarf", "shirt"].map(|sku| sku.parse().unwrap())).await.unwrap();
    let stock_lists: BTreeMap<_, _> = stock_lists.into_iter().map(|list| (list.sku.clone(), list)).collect();
    let due = party.in_seconds(300);
    let nominated = (world.pages_due(due).await, world.overdue(due).await);
    [
        format!("{books:#?}"),
        format!("{owners:#?}"),
        format!("{lists:#?}"),
        format!("{stock_lists:#?}"),
        format!("{:#?}", world.alerts().await),
        format!("{nominated:#?}"),
        format!("{:#?}", world.wake_ups().await),
    ]
}

/// Everything holds, whatever the party did.
fn check_books(books: &invariant::Books) {
    let found: Vec<String> = invariant::check(books).iter().map(ToString::to_string).collect();
    assert_eq!(found, Vec::<String>::new());
}

async fn run_in_both(commands: &[Command]) {
    let [memory, dynamodb] = &World::both().await;
    let mut party = Party::new();
    for world in [memory, dynamodb] {
        for (sku, units) in [("shirt", 8), ("shirt", 8), ("shirt", 30), ("scarf", 8)] {
            world.receive(sku, units).await;
        }
    }
    // Every case begins with an order that is being paid, one that is paid and a reservation beside them: that is where
    // much can happen.
    let holds = |page| BTreeMap::from([(page, 2), (3, 1)]);
    let beginning = [
        Command::Supply(SupplyCommand::Open { lane: 1 }),
        Command::Reserve { number: 0, holds: holds(0), seconds: 600, limit: Some(4) },
        Command::Reserve { number: 1, holds: holds(1), seconds: 600, limit: None },
        Command::Reserve { number: 2, holds: holds(1), seconds: 600, limit: None },
        Command::Place { number: 0, order: 0, from: Copy::Fresh },
        Command::Place { number: 1, order: 1, from: Copy::Fresh },
        Command::Move { order: 1, step: OrderStep::Record(Outcome::Captured), from: Copy::Fresh },
        Command::Remember,
    ];
    for command in beginning.iter().chain(commands) {
        let expected = party.run(memory, command).await;
        let answer = party.run(dynamodb, command).await;
        assert_eq!(answer, expected, "the answers to {command:?} differ");
        match command {
            Command::Remember => party.remember(memory).await,
            Command::TimePasses { seconds } => party.now = party.in_seconds(*seconds),
            Command::Supply(_)
            | Command::Plan { .. }
            | Command::Reserve { .. }
            | Command::Hold { .. }
            | Command::Claim { .. }
            | Command::GiveBack { .. }
            | Command::Close { .. }
            | Command::Free { .. }
            | Command::Place { .. }
            | Command::Move { .. }
            | Command::Postpone { .. }
            | Command::PutOffPage { .. }
            | Command::PutProduct { .. } => check_books(&memory.books().await),
        }
    }
    for (expected, found) in reading(memory, &party).await.iter().zip(&reading(dynamodb, &party).await) {
        similar(expected, found);
    }
    let hidden_too = memory.books().await == dynamodb.books().await;
    assert!(hidden_too, "the books differ in what is personal or secret, which is never printed");
}

/// Compares line by line, so that a failure shows the first line that differs and not two books.
fn similar(expected: &str, found: &str) {
    for (number, (expected, found)) in expected.lines().zip(found.lines()).enumerate() {
        assert_eq!(found, expected, "line {number} differs");
    }
    assert_eq!(found.lines().count(), expected.lines().count());
}

#[test]
fn any_sequence_of_commands_gives_the_same_answers_and_the_same_state() {
    let mut config = ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() };
    let seed = match config.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => 20_261_121,
    };
    config.rng_seed = RngSeed::Fixed(seed);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let commands = proptest::collection::vec(any_command(), 1..48);
    let outcome = TestRunner::new(config).run(&commands, |commands| {
        runtime.block_on(run_in_both(&commands));
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, commands)) => panic!(
            "{reason}\nafter the commands {commands:#?}\n\
             replay with: PROPTEST_RNG_SEED={seed} cargo test -p matchday-tests --test contract any_sequence"
        ),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}
