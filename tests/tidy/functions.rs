use std::collections::BTreeSet;

use serde_json::Value;
use yaml_serde::Value as Yaml;

use crate::repository::{
    Folder, assert_agree, assert_kept, events, files_below, function_folders, resources, template,
    template_functions, text, word,
};

fn paths_of_folders() -> BTreeSet<String> {
    function_folders().iter().map(Folder::path).collect()
}

/// `operation METHOD /path` of every route in the template.
fn routes_of_template() -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    for (_, function) in template_functions(&template()) {
        let operation = word(&function, "CodeUri").rsplit('/').next().unwrap_or_default();
        for (_, route) in events(&function).iter().filter(|(kind, _)| kind == "HttpApi") {
            routes.insert(format!("{operation} {} {}", word(route, "Method"), word(route, "Path")));
        }
    }
    routes
}

#[test]
fn every_folder_is_a_function_of_the_template_and_the_other_way_round() {
    let functions = template_functions(&template());
    let code = functions.iter().map(|(_, function)| word(function, "CodeUri").to_owned()).collect();
    assert_agree(
        "A function is a folder and a resource whose CodeUri names it.",
        ("functions/", &paths_of_folders()),
        ("template.yaml", &code),
    );
}

#[test]
fn a_resource_is_named_after_its_folder() {
    let functions = template_functions(&template());
    let named =
        functions.iter().map(|(id, function)| format!("{} is {id}", word(function, "CodeUri"))).collect();
    let expected = function_folders()
        .iter()
        .map(|folder| format!("{} is {}", folder.path(), folder.resource()))
        .collect();
    assert_agree(
        "`get-order` is `GetOrderFunction`.",
        ("the names of the folders", &expected),
        ("template.yaml", &named),
    );
}

#[test]
fn every_function_has_one_event_file() {
    let files = files_below("events");
    let files = files
        .iter()
        .map(|path| path.replacen("events/", "functions/", 1).trim_end_matches(".json").to_owned())
        .collect();
    assert_agree(
        "Each trigger has one file, events/<trigger>/<name>.json.",
        ("functions/", &paths_of_folders()),
        ("events/", &files),
    );
}

#[test]
fn an_event_file_is_an_event_of_its_function() {
    let routes = routes_of_template();
    let mut violations = vec![];
    for folder in function_folders() {
        let path = format!("events/{}/{}.json", folder.trigger, folder.name);
        let event: Value = serde_json::from_str(&text(&path)).unwrap_or_default();
        let source = &event["Records"][0]["eventSource"];
        let fits = match folder.trigger.as_str() {
            "http" => event["routeKey"]
                .as_str()
                .is_some_and(|route| routes.contains(&format!("{} {route}", folder.name))),
            "sqs" => {
                let queue = event["Records"][0]["eventSourceARN"].as_str().unwrap_or_default();
                source == "aws:sqs" && queue.ends_with(&format!("-{}", folder.name))
            }
            "stream" => source == "aws:dynamodb",
            "schedule" => event["source"] == "aws.events",
            _ => false,
        };
        if !fits {
            violations.push(path);
        }
    }
    assert_kept("These are no events of the function that they are named after:", &violations);
}

#[test]
fn the_readme_lists_every_function() {
    let readme = text("README.md");
    let rows = readme.lines().filter(|line| line.trim_start().starts_with('|'));
    let listed = rows
        .flat_map(|row| row.split('`'))
        .filter(|word| word.starts_with("functions/") && word.split('/').count() == 3)
        .map(str::to_owned)
        .collect();
    assert_agree(
        "The README has a table with a row for each function, its folder in backticks.",
        ("functions/", &paths_of_folders()),
        ("README.md", &listed),
    );
}

#[test]
fn the_openapi_document_has_the_routes_of_the_template() {
    let document: Value = serde_json::from_str(&text("functions/http/get-openapi/src/openapi.json"))
        .expect("the OpenAPI document is JSON");
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("the document has paths") {
        for (method, operation) in item.as_object().expect("a path has operations") {
            let id = operation["operationId"].as_str().unwrap_or_default();
            documented.insert(format!("{id} {} {path}", method.to_uppercase()));
        }
    }
    assert_agree(
        "An operation has its folder's name, and the method and path of its route.",
        ("template.yaml", &routes_of_template()),
        ("openapi.json", &documented),
    );
}

#[test]
fn a_function_has_the_event_source_that_its_folder_says() {
    let functions = template_functions(&template());
    let mut violations = vec![];
    for folder in function_folders() {
        let expected = match folder.trigger.as_str() {
            "http" => vec!["HttpApi"],
            "sqs" => vec!["SQS"],
            "stream" => vec!["DynamoDB"],
            "schedule" => vec!["Schedule"],
            _ => vec![],
        };
        let function = functions.iter().find(|(_, function)| word(function, "CodeUri") == folder.path());
        let sources = function.map(|(_, function)| events(function)).unwrap_or_default();
        let kinds: Vec<_> = sources.iter().map(|(kind, _)| kind.as_str()).collect();
        if kinds != expected {
            violations.push(format!("{} has {kinds:?}, not {expected:?}", folder.path()));
        }
    }
    assert_kept("functions/<trigger>/ says what calls the function, and nothing else does.", &violations);
}

#[test]
fn a_comment_above_each_function_says_what_calls_it() {
    let source = text("template.yaml");
    let lines: Vec<_> = source.lines().collect();
    let above = |id: &str| {
        let head = format!("  {id}:");
        let at = lines.iter().position(|line| *line == head);
        at.and_then(|at| at.checked_sub(1)).and_then(|at| lines.get(at)).copied().unwrap_or_default()
    };
    let mut violations = vec![];
    for (id, function) in template_functions(&template()) {
        let name = word(&function, "CodeUri").rsplit('/').next().unwrap_or_default();
        for (kind, event) in events(&function) {
            let expected = match kind.as_str() {
                "HttpApi" => format!("  # {} {}", word(&event, "Method"), word(&event, "Path")),
                "SQS" => format!("  # queue {name}"),
                _ => "  # ".to_owned(),
            };
            let found = above(&id);
            let fits = if kind == "HttpApi" { found == expected } else { found.starts_with(&expected) };
            if !fits {
                violations.push(format!("above {id} stands {found:?}, not {expected:?}"));
            }
        }
    }
    assert_kept("A function is found by its route, its queue or its schedule.", &violations);
}

#[test]
fn a_worker_is_named_after_its_queue() {
    let template = template();
    let queues = resources(&template, "AWS::SQS::Queue");
    let mut violations = vec![];
    for (id, function) in template_functions(&template) {
        let name = word(&function, "CodeUri").rsplit('/').next().unwrap_or_default().to_owned();
        for (_, event) in events(&function).iter().filter(|(kind, _)| kind == "SQS") {
            let queue = word(event, "Queue").trim_end_matches(".Arn");
            let properties = queues.iter().find(|(id, _)| id == queue).map(|(_, properties)| properties);
            let queue_name = properties.map(|properties| word(properties, "QueueName")).unwrap_or_default();
            if queue_name != format!("${{AWS::StackName}}-{name}") {
                violations.push(format!("{id} takes from {queue:?}, whose name is {queue_name:?}"));
            }
        }
    }
    assert_kept("Folder, queue and function share one word.", &violations);
}

#[test]
fn every_function_is_built_with_cargo_lambda() {
    let template = template();
    let built = |id: &str| {
        let resource = template.get("Resources").and_then(|resources| resources.get(id));
        resource.and_then(|resource| resource.get("Metadata")).map(|metadata| word(metadata, "BuildMethod"))
            == Some("rust-cargolambda")
    };
    let violations: Vec<String> = template_functions(&template)
        .iter()
        .map(|(id, _): &(String, Yaml)| id.clone())
        .filter(|id| !built(id))
        .collect();
    assert_kept("A function's Metadata says BuildMethod: rust-cargolambda.", &violations);
}
