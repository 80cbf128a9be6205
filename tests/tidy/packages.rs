use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::repository::{assert_kept, function_folders, names_in, text};

/// What a function may use of ours. The rest is for the local shop and for tests.
const FOR_FUNCTIONS: [&str; 7] =
    ["application", "domain", "dynamodb", "lambda", "payments", "secrets", "sqs"];

/// What reaches the outside, and so has no place in rules and use cases.
const OUTSIDE: [&str; 9] =
    ["aws", "axum", "futures", "http", "hyper", "lambda", "reqwest", "rusqlite", "tokio"];

fn manifest(path: &str) -> Table {
    text(&format!("{path}/Cargo.toml")).parse().expect("a manifest is TOML")
}

/// The names of what a package is built from; what only its tests use does not count.
fn dependencies(manifest: &Table) -> BTreeSet<String> {
    let sections =
        ["dependencies", "build-dependencies"].into_iter().filter_map(|section| manifest.get(section));
    sections.filter_map(Value::as_table).flat_map(Table::keys).cloned().collect()
}

/// The packages of ours, by the name under which others depend on them.
fn ours() -> BTreeSet<String> {
    let functions = function_folders().into_iter().map(|folder| folder.name);
    functions.chain(names_in("shared")).collect()
}

/// Each dependency of a package on one of ours that is not among those it may have.
fn astray(path: &str, allowed: &[&str]) -> Vec<String> {
    let ours = ours();
    let used = dependencies(&manifest(path));
    let astray = used.into_iter().filter(|name| ours.contains(name) && !allowed.contains(&name.as_str()));
    astray.map(|name| format!("{path} depends on {name}")).collect()
}

/// Each dependency of a package on something that reaches the outside.
fn reaching_outside(path: &str) -> Vec<String> {
    let used = dependencies(&manifest(path));
    let outside = used.into_iter().filter(|name| OUTSIDE.iter().any(|prefix| name.starts_with(prefix)));
    outside.map(|name| format!("{path} depends on {name}")).collect()
}

#[test]
fn the_domain_depends_on_nothing_of_ours_and_reaches_nothing() {
    let mut violations = astray("shared/domain", &[]);
    violations.extend(reaching_outside("shared/domain"));
    violations.extend(
        dependencies(&manifest("shared/domain")).into_iter().filter(|name| name.starts_with("async")),
    );
    assert_kept("The domain is rules: no AWS, no network, no async, no port.", &violations);
}

#[test]
fn the_application_depends_on_the_domain_alone() {
    let mut violations = astray("shared/application", &["domain"]);
    violations.extend(reaching_outside("shared/application"));
    assert_kept("Use cases see the domain and their ports.", &violations);
}

#[test]
fn an_adapter_depends_on_no_other_adapter() {
    let adapters = ["dynamodb", "lambda", "memory", "payments", "secrets", "sqs"];
    let violations: Vec<_> = adapters
        .iter()
        .flat_map(|adapter| astray(&format!("shared/{adapter}"), &["application", "domain"]))
        .collect();
    assert_kept("An adapter depends on application and domain.", &violations);
}

#[test]
fn the_sandbox_gateway_shares_no_code_with_the_shop() {
    let violations = astray("shared/sandbox-gateway", &[]);
    assert_kept("The other side of the payment protocol must not share the shop's mistakes.", &violations);
}

#[test]
fn a_function_depends_on_what_is_deployed_and_on_no_other_function() {
    let folders = function_folders();
    let violations: Vec<_> =
        folders.iter().flat_map(|folder| astray(&folder.path(), &FOR_FUNCTIONS)).collect();
    assert_kept("The memory adapter, the sandbox and the local shop stay out of the cloud.", &violations);
}

#[test]
fn package_and_binary_are_named_after_the_folder() {
    let mut violations = vec![];
    for folder in function_folders() {
        let manifest = manifest(&folder.path());
        let package = manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str);
        let binaries = manifest.get("bin").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let binaries: Vec<_> = binaries.iter().filter_map(|binary| binary.get("name")?.as_str()).collect();
        if package != Some(folder.name.as_str()) || binaries != [folder.name.as_str()] {
            violations.push(format!("{}: package {package:?}, binaries {binaries:?}", folder.path()));
        }
    }
    assert_kept("One word names the folder, the package and its one binary.", &violations);
}

#[test]
fn every_version_is_pinned_in_one_place() {
    let workspace = text("Cargo.toml").parse::<Table>().expect("the workspace's manifest is TOML");
    let pinned = workspace.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let pinned = pinned.and_then(Value::as_table).expect("the workspace pins dependencies");
    let mut violations = vec![];
    for (name, dependency) in pinned {
        let version = dependency.as_str().or_else(|| dependency.get("version").and_then(Value::as_str));
        if dependency.get("path").is_none() && !version.is_some_and(|version| version.starts_with('=')) {
            violations.push(format!("Cargo.toml: {name} has no exact version"));
        }
    }
    let functions = function_folders().into_iter().map(|folder| folder.path());
    let shared = names_in("shared").into_iter().map(|name| format!("shared/{name}"));
    for path in functions.chain(shared).chain(["tests".to_owned()]) {
        let manifest = manifest(&path);
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, dependency) in manifest.get(section).and_then(Value::as_table).into_iter().flatten() {
                // A function is a leaf: only the local shop and the tests name it, by its path.
                let by_path = dependency.get("path").is_some();
                if dependency.get("workspace").is_none() && !by_path {
                    violations.push(format!("{path}: {name} does not take the workspace's version"));
                }
            }
        }
    }
    assert_kept("Cargo.toml pins every version, and packages refer to it.", &violations);
}
