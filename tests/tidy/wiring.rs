use std::collections::BTreeSet;

use yaml_serde::Value as Yaml;

use crate::repository::{
    assert_kept, events, resources, rust_files, template, template_functions, text, word,
};

/// How many of its function's timeouts a message stays invisible, as Lambda's documentation asks for.
const TIMEOUTS_PER_VISIBILITY: u64 = 6;

fn number(properties: &Yaml, key: &str) -> Option<u64> {
    properties.get(key).and_then(Yaml::as_u64)
}

fn queues(template: &Yaml) -> Vec<(String, Yaml)> {
    resources(template, "AWS::SQS::Queue")
}

/// The resource that an ARN such as `!GetAtt RelayFailures.Arn` names.
fn named(arn: &str) -> &str {
    arn.trim_end_matches(".Arn")
}

#[test]
fn a_message_stays_invisible_for_six_timeouts_of_its_function() {
    let template = template();
    let queues = queues(&template);
    let globals =
        template.get("Globals").and_then(|globals| globals.get("Function")).cloned().unwrap_or(Yaml::Null);
    let mut violations = vec![];
    for (id, function) in template_functions(&template) {
        let timeout = number(&function, "Timeout").or_else(|| number(&globals, "Timeout")).unwrap_or(3);
        for (_, event) in events(&function).iter().filter(|(kind, _)| kind == "SQS") {
            let queue = named(word(event, "Queue"));
            let properties = queues.iter().find(|(id, _)| id == queue).map(|(_, properties)| properties);
            let visibility = properties.and_then(|queue| number(queue, "VisibilityTimeout")).unwrap_or(30);
            if visibility < timeout * TIMEOUTS_PER_VISIBILITY {
                violations.push(format!("{queue}: {visibility} s, and {id} may take {timeout} s"));
            }
        }
    }
    assert_kept("A message must not come back while its function still works on it.", &violations);
}

#[test]
fn a_batch_fails_by_the_message_and_not_as_a_whole() {
    let mut violations = vec![];
    for (id, function) in template_functions(&template()) {
        for (_, event) in events(&function).iter().filter(|(kind, _)| kind == "SQS" || kind == "DynamoDB") {
            let types = event.get("FunctionResponseTypes").and_then(Yaml::as_sequence);
            let partial = types.is_some_and(|types| {
                types.iter().any(|kind| kind.as_str() == Some("ReportBatchItemFailures"))
            });
            if !partial {
                violations.push(id.clone());
            }
        }
    }
    assert_kept("These have no FunctionResponseTypes: [ReportBatchItemFailures].", &violations);
}

/// What is measured and simulated about batches holds for those that are delivered.
#[test]
fn bench_and_simulator_deliver_batches_as_the_template_does() {
    let functions = template_functions(&template());
    let (_, function) =
        functions.iter().find(|(id, _)| id == "ExpireReservationFunction").expect("the template has it");
    let (_, event) = events(function).remove(0);
    let at_once = event.get("ScalingConfig").and_then(|config| number(config, "MaximumConcurrency"));
    let (batch, at_once) = (number(&event, "BatchSize").expect("a size"), at_once.expect("a bound"));
    let said = [
        ("tests/benches/stock_surge/limits.rs", format!("BATCH: usize = {batch};")),
        ("tests/benches/stock_surge/limits.rs", format!("POLLERS_MAX: f64 = {at_once}.0;")),
        ("tests/simulation/src/mail.rs", format!("BATCH_MAX: usize = {batch};")),
    ];
    let violations: Vec<_> = said
        .iter()
        .filter(|(path, constant)| !text(path).contains(constant))
        .map(|(path, constant)| format!("{path} does not say {constant}"))
        .collect();
    assert_kept("The queue of deadlines is another one in the template.", &violations);
}

#[test]
fn a_poison_record_does_not_stop_its_shard() {
    let template = template();
    let queues: BTreeSet<_> = queues(&template).into_iter().map(|(id, _)| id).collect();
    let mut violations = vec![];
    for (id, function) in template_functions(&template) {
        for (_, event) in events(&function).iter().filter(|(kind, _)| kind == "DynamoDB") {
            let bisects = event.get("BisectBatchOnFunctionError").and_then(Yaml::as_bool) == Some(true);
            let bounded = number(event, "MaximumRetryAttempts").is_some()
                && number(event, "MaximumRecordAgeInSeconds").is_some();
            let aside = event.get("DestinationConfig").and_then(|config| config.get("OnFailure"));
            let aside = aside.map(|aside| named(word(aside, "Destination"))).unwrap_or_default();
            if !(bisects && bounded && queues.contains(aside)) {
                violations.push(id.clone());
            }
        }
    }
    assert_kept(
        "A stream's batch is bisected, tried a bounded number of times, and then put aside.",
        &violations,
    );
}

#[test]
fn every_queue_that_a_function_takes_from_has_a_dead_letter_queue() {
    let template = template();
    let queues = queues(&template);
    let exists = |name: &str| queues.iter().any(|(id, _)| id == name);
    let mut violations = vec![];
    for (id, function) in template_functions(&template) {
        for (_, event) in events(&function).iter().filter(|(kind, _)| kind == "SQS") {
            let queue = named(word(event, "Queue"));
            let properties = queues.iter().find(|(id, _)| id == queue).map(|(_, properties)| properties);
            let redrive = properties.and_then(|queue| queue.get("RedrivePolicy"));
            let dead_letters =
                redrive.map(|redrive| named(word(redrive, "deadLetterTargetArn"))).unwrap_or_default();
            if !exists(dead_letters) {
                violations.push(format!("{id} takes from {queue}"));
            }
        }
    }
    assert_kept("A message that fails again and again must end where a person sees it.", &violations);
}

#[test]
fn what_nobody_takes_from_a_queue_raises_an_alarm() {
    let template = template();
    let taken: BTreeSet<String> = template_functions(&template)
        .iter()
        .flat_map(|(_, function)| events(function))
        .filter(|(kind, _)| kind == "SQS")
        .map(|(_, event)| named(word(&event, "Queue")).to_owned())
        .collect();
    let watched: BTreeSet<String> = resources(&template, "AWS::CloudWatch::Alarm")
        .iter()
        .filter_map(|(_, alarm)| alarm.get("Dimensions")?.as_sequence().cloned())
        .flatten()
        .filter(|dimension| word(dimension, "Name") == "QueueName")
        .map(|dimension| word(&dimension, "Value").trim_end_matches(".QueueName").to_owned())
        .collect();
    let queues = queues(&template).into_iter().map(|(id, _)| id);
    let violations: Vec<_> = queues.filter(|id| !taken.contains(id) && !watched.contains(id)).collect();
    assert_kept("These queues hold what a person must see, and no alarm watches them:", &violations);
}

/// DynamoDB deletes an expired item early or days late
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html>), so a deadline is compared and never
/// left to it.
#[test]
fn fault_43_no_table_deletes_items_by_itself() {
    let tables = resources(&template(), "AWS::DynamoDB::Table");
    assert!(!tables.is_empty(), "the template has tables");
    let expiring = tables.iter().filter(|(_, table)| table.get("TimeToLiveSpecification").is_some());
    let mut violations: Vec<_> =
        expiring.map(|(id, _)| format!("{id} has a TimeToLiveSpecification")).collect();
    for path in rust_files().filter(|path| !path.starts_with("tests/")) {
        let code = text(&path).to_lowercase().replace('_', "");
        if code.contains("timetolive") {
            violations.push(format!("{path} speaks of the store's own expiry"));
        }
    }
    assert_kept("A deadline holds by comparison, whatever is still stored.", &violations);
}

#[test]
fn a_policy_names_its_actions_and_its_resources() {
    let mut violations = vec![];
    for (id, function) in template_functions(&template()) {
        for statement in statements(&function) {
            for key in ["Action", "Resource"] {
                let names = texts(statement.get(key));
                if names.is_empty() || names.iter().any(|name| name.contains('*')) {
                    violations.push(format!("{id} has the {key} {names:?}"));
                }
            }
        }
    }
    assert_kept("A function may do what it needs, by name.", &violations);
}

/// Each setting is one that its function does not start without (`tests/http/events.rs`, fault 89), so none has a secret
/// that it does not use.
#[test]
fn a_function_may_read_the_secrets_that_its_settings_name_and_no_others() {
    let template = template();
    let secrets: BTreeSet<_> =
        resources(&template, "AWS::SecretsManager::Secret").into_iter().map(|(id, _)| id).collect();
    assert!(secrets.contains("AdyenReportsSecret"), "{secrets:?}");
    let mut violations = vec![];
    for (id, function) in template_functions(&template) {
        let variables = function.get("Environment").and_then(|environment| environment.get("Variables"));
        let variables = variables.and_then(Yaml::as_mapping).cloned().unwrap_or_default();
        let named: BTreeSet<_> = variables
            .values()
            .flat_map(|value| texts(Some(value)))
            .filter(|name| secrets.contains(name))
            .collect();
        let allowed: BTreeSet<_> = statements(&function)
            .iter()
            .filter(|statement| {
                texts(statement.get("Action")).iter().any(|action| action.starts_with("secretsmanager:"))
            })
            .flat_map(|statement| texts(statement.get("Resource")))
            .collect();
        if named != allowed {
            violations.push(format!("{id}: settings name {named:?}, and the policy allows {allowed:?}"));
        }
    }
    assert_kept("A secret is read by whoever needs it.", &violations);
}

/// The statements of all policies of a function, each of which the template spells out.
fn statements(function: &Yaml) -> Vec<Yaml> {
    let policies = function.get("Policies").and_then(Yaml::as_sequence).cloned().unwrap_or_default();
    let spelled = |policy: &Yaml| {
        let statements = policy.get("Statement").and_then(Yaml::as_sequence);
        statements.unwrap_or_else(|| panic!("a policy is spelled out in the template: {policy:?}")).clone()
    };
    policies.iter().flat_map(spelled).collect()
}

/// One text, or several.
fn texts(value: Option<&Yaml>) -> Vec<String> {
    let Some(value) = value else { return vec![] };
    match value.as_sequence() {
        Some(values) => values.iter().flat_map(|value| texts(Some(value))).collect(),
        None => value.as_str().map(str::to_owned).into_iter().collect(),
    }
}
