use std::collections::BTreeSet;
use std::path::Path;

use crate::repository::{
    assert_agree, assert_kept, files_below, function_folders, names_in, rust_files, text,
};

/// What a visitor sees first. Other tools' files are dotfiles.
const TOP_LEVEL: [&str; 12] = [
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "events",
    "functions",
    "rust-toolchain.toml",
    "samconfig.toml",
    "shared",
    "template.yaml",
    "tests",
];

/// What is made here and not kept, as `.gitignore` says.
const MADE_HERE: [&str; 2] = ["data", "target"];

/// Names that say nothing about what is in a file.
const BANNED_NAMES: [&str; 8] =
    ["common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"];

/// What keys in the database begin with.
const KEY_WORDS: [&str; 12] = [
    "limit",
    "list",
    "movement",
    "opener",
    "order",
    "page",
    "product",
    "reservation",
    "sku",
    "stock-alert",
    "supply",
    "webhook",
];

/// Where keys are spelled.
const KEY_REGISTRY: [&str; 2] = ["shared/dynamodb/src/keys.rs", "shared/dynamodb/src/keys/"];

const FILE_LINES_MAX: usize = 400;
const MAIN_LINES_MAX: usize = 20;
const LIB_LINES_MAX: usize = 60;

#[test]
fn the_top_level_shows_what_matters_and_nothing_else() {
    let expected: BTreeSet<String> = TOP_LEVEL.map(str::to_owned).into();
    let mut found = names_in("");
    found.retain(|name| !MADE_HERE.contains(&name.as_str()));
    assert_agree("The visible top level is a list.", ("the list", &expected), ("the checkout", &found));
}

#[test]
fn no_rust_file_is_long() {
    let mut violations = vec![];
    for path in rust_files() {
        let lines = text(&path).lines().count();
        if lines > FILE_LINES_MAX {
            violations.push(format!("{path} has {lines} lines"));
        }
    }
    assert_kept(&format!("A file tells one story, in at most {FILE_LINES_MAX} lines."), &violations);
}

#[test]
fn a_function_is_an_entry_and_a_handler() {
    let mut violations = vec![];
    for folder in function_folders() {
        for (file, lines_max) in [("main.rs", MAIN_LINES_MAX), ("lib.rs", LIB_LINES_MAX)] {
            let path = format!("{}/src/{file}", folder.path());
            let lines = text(&path).lines().count();
            if lines > lines_max {
                violations.push(format!("{path} has {lines} lines, more than {lines_max}"));
            }
        }
    }
    assert_kept(
        "main.rs builds and runs; lib.rs parses, calls and responds; wire.rs has the JSON.",
        &violations,
    );
}

#[test]
fn a_name_says_what_is_inside() {
    let is_banned = |path: &Path| {
        path.iter().any(|part| {
            let stem = Path::new(part).file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
            BANNED_NAMES.contains(&stem.as_str())
        })
    };
    let files = ["events", "functions", "shared", "tests"].into_iter().flat_map(files_below);
    let violations: Vec<_> = files.filter(|path| is_banned(Path::new(path))).collect();
    assert_kept("These names fit anything, so they say nothing:", &violations);
}

#[test]
fn keys_are_spelled_in_the_key_registry_alone() {
    let begins_a_key = |line: &str| KEY_WORDS.iter().any(|word| line.contains(&format!("\"{word}#")));
    // Tests say what is stored word for word, and what a client may try.
    let is_a_test = |path: &str| path.starts_with("tests/") || path.ends_with("/tests.rs");
    let is_the_registry = |path: &str| KEY_REGISTRY.iter().any(|part| path.starts_with(part));
    let mut violations = vec![];
    for path in rust_files().filter(|path| !is_a_test(path) && !is_the_registry(path)) {
        for (number, line) in (1..).zip(text(&path).lines()) {
            if begins_a_key(line) {
                violations.push(format!("{path}:{number}: {}", line.trim()));
            }
        }
    }
    assert_kept("Only shared/dynamodb/src/keys.rs knows how a key is spelled.", &violations);
}
