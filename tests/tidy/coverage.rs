use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{FAULTS, Waits};
use crate::repository::{assert_kept, root, rust_files, text};

const README: &str = "tests/README.md";
const BEGIN: &str = "<!-- faults: rendered by tests/tidy -->\n";

/// The tests that name each fault, by where they are.
fn tests_by_fault() -> BTreeMap<u32, BTreeSet<String>> {
    let mut found: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for path in rust_files() {
        let source = text(&path);
        for line in source.lines() {
            let Some((_, name)) = line.trim_start().split_once("fn fault_") else { continue };
            let name = name.split('(').next().unwrap_or_default();
            for number in name.split('_').map_while(|part| part.parse().ok()) {
                found.entry(number).or_default().insert(format!("`{path}` {}", name.replace('_', " ")));
            }
        }
    }
    found
}

fn rendered() -> String {
    let tests = tests_by_fault();
    let mut table = "| | fault | held by, or waits for |\n|---|---|---|\n".to_owned();
    for (number, fault, waits) in FAULTS {
        let held: Vec<String> = tests.get(&number).into_iter().flatten().cloned().collect();
        let state = match waits {
            Waits::For(what) if held.is_empty() => format!("waits for {what}"),
            Waits::For(_) | Waits::No => held.join("<br>"),
        };
        table.push_str(&format!("| {number} | {fault} | {state} |\n"));
    }
    table
}

#[test]
fn every_fault_is_held_by_a_test_or_says_what_it_waits_for() {
    let tests = tests_by_fault();
    let violations: Vec<String> = FAULTS
        .iter()
        .filter_map(|(number, fault, waits)| match (waits, tests.contains_key(number)) {
            (Waits::No, false) => Some(format!("{number}: {fault}: no test names it")),
            (Waits::For(what), true) => Some(format!("{number}: {fault}: held, though it waits for {what}")),
            (Waits::No, true) | (Waits::For(_), false) => None,
        })
        .chain(
            tests
                .keys()
                .filter(|number| !(1..=102).contains(*number))
                .map(|number| format!("{number}: no such fault")),
        )
        .collect();
    assert_kept("The catalogue in tests/tidy/catalogue.rs and the names of tests disagree.", &violations);
}

#[test]
fn the_readme_of_the_tests_has_the_table_of_faults() {
    let readme = text(README);
    let (before, table) = readme.split_once(BEGIN).expect("the README has the marker of the table");
    if table == rendered() {
        return;
    }
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(root().join(README), format!("{before}{BEGIN}{}", rendered()))
            .expect("the README is written");
        return;
    }
    panic!("{README} is out of date: UPDATE_README=1 cargo test -p matchday-tests --test tidy");
}
