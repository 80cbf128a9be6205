use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use yaml_serde::Value as Yaml;

/// A function's folder, such as `functions/http/checkout`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Folder {
    /// What calls it: `http`, `sqs`, `stream` or `schedule`.
    pub(crate) trigger: String,
    /// The word for what it does.
    pub(crate) name: String,
}

impl Folder {
    pub(crate) fn path(&self) -> String {
        format!("functions/{}/{}", self.trigger, self.name)
    }

    /// The name of its resource: `get-order` is `GetOrderFunction`.
    pub(crate) fn resource(&self) -> String {
        let capitalized = |word: &str| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        };
        self.name.split('-').filter_map(capitalized).collect::<String>() + "Function"
    }
}

/// The checkout's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent").to_owned()
}

/// A file's text, by its path from the root.
pub(crate) fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path} cannot be read: {error}"))
}

/// The names in a folder, without dotfiles.
pub(crate) fn names_in(path: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(path)).expect("the folder can be listed");
    let names = entries.map(|entry| entry.expect("the entry can be read").file_name());
    names.map(|name| name.to_string_lossy().into_owned()).filter(|name| !name.starts_with('.')).collect()
}

/// Every file below a folder, by its path from the root.
pub(crate) fn files_below(path: &str) -> Vec<String> {
    let mut files = vec![];
    for name in names_in(path) {
        let below = format!("{path}/{name}");
        if root().join(&below).is_dir() {
            files.extend(files_below(&below));
        } else {
            files.push(below);
        }
    }
    files
}

/// Every Rust file of ours.
pub(crate) fn rust_files() -> impl Iterator<Item = String> {
    ["functions", "shared", "tests"]
        .into_iter()
        .flat_map(files_below)
        .filter(|path| Path::new(path).extension().is_some_and(|extension| extension == "rs"))
}

/// The folder of every function.
pub(crate) fn function_folders() -> BTreeSet<Folder> {
    let mut folders = BTreeSet::new();
    for trigger in names_in("functions") {
        for name in names_in(&format!("functions/{trigger}")) {
            folders.insert(Folder { trigger: trigger.clone(), name });
        }
    }
    folders
}

/// The template. A value with a tag, such as `!Ref Orders`, reads as its text, `Orders`.
pub(crate) fn template() -> Yaml {
    yaml_serde::from_str(&text("template.yaml")).expect("template.yaml is YAML")
}

/// The template's resources of one type, with their properties.
pub(crate) fn resources(template: &Yaml, kind: &str) -> Vec<(String, Yaml)> {
    let resources = template.get("Resources").and_then(Yaml::as_mapping).expect("the template has resources");
    resources
        .iter()
        .filter(|(_, resource)| resource.get("Type").and_then(Yaml::as_str) == Some(kind))
        .map(|(id, resource)| {
            let properties = resource.get("Properties").cloned().unwrap_or(Yaml::Null);
            (id.as_str().expect("a resource has a name").to_owned(), properties)
        })
        .collect()
}

/// Every function of the template, by the name of its resource.
pub(crate) fn template_functions(template: &Yaml) -> Vec<(String, Yaml)> {
    resources(template, "AWS::Serverless::Function")
}

/// The event sources of a function, with the properties of each.
pub(crate) fn events(function: &Yaml) -> Vec<(String, Yaml)> {
    let events = function.get("Events").and_then(Yaml::as_mapping).expect("a function has events");
    events
        .values()
        .map(|event| {
            let kind = event.get("Type").and_then(Yaml::as_str).expect("an event has a type");
            (kind.to_owned(), event.get("Properties").cloned().unwrap_or(Yaml::Null))
        })
        .collect()
}

/// A text among properties; empty when it is not there.
pub(crate) fn word<'a>(properties: &'a Yaml, key: &str) -> &'a str {
    properties.get(key).and_then(Yaml::as_str).unwrap_or_default()
}

/// Fails with every violation of a law, each on its line.
#[track_caller]
pub(crate) fn assert_kept(law: &str, violations: &[String]) {
    assert!(violations.is_empty(), "{law}\n  {}\n", violations.join("\n  "));
}

/// Fails with what either of two sets has alone.
#[track_caller]
pub(crate) fn assert_agree(law: &str, left: (&str, &BTreeSet<String>), right: (&str, &BTreeSet<String>)) {
    let only_left = left.1.difference(right.1).map(|item| format!("only in {}: {item}", left.0));
    let only_right = right.1.difference(left.1).map(|item| format!("only in {}: {item}", right.0));
    assert_kept(law, &only_left.chain(only_right).collect::<Vec<_>>());
}
