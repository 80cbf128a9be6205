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

/// A filter that looks for words which nobody logs any more counts nothing, and its alarm stays silent.
#[test]
fn a_metric_filter_counts_lines_that_are_logged() {
    let calls = log_calls();
    let filters = resources(&template(), "AWS::Logs::MetricFilter");
    assert!(filters.len() > 5 && calls.len() > 20, "{} filters, {} lines", filters.len(), calls.len());
    let mut violations = vec![];
    for (id, filter) in &filters {
        let pattern = word(filter, "FilterPattern");
        let (is_exact, searched) = (pattern.starts_with("{ $.message = "), quoted(pattern));
        if searched.is_empty() {
            violations.push(format!("{id} looks for no words: {pattern}"));
        }
        for words in searched {
            let found = calls.iter().filter(|call| match is_exact {
                true => message(call) == words,
                false => message(call).contains(words),
            });
            let fields = fields(filter);
            if !found.clone().any(|call| fields.iter().all(|field| has_field(call, field))) {
                let said: Vec<_> = found.collect();
                violations.push(format!("{id} looks for {words:?} with {fields:?}, and is told {said:?}"));
            }
        }
    }
    assert_kept("These metric filters look for what no function logs.", &violations);
}

#[test]
fn what_an_alarm_tells_a_person_to_search_for_is_logged() {
    let calls = log_calls();
    let alarms = resources(&template(), "AWS::CloudWatch::Alarm");
    let descriptions: Vec<&str> = alarms.iter().map(|(_, alarm)| word(alarm, "AlarmDescription")).collect();
    let told: Vec<&str> = descriptions
        .iter()
        .filter_map(|text| text.split_once("Search the log for "))
        .flat_map(|(_, told)| quoted(told))
        .collect();
    assert!(told.len() > 3, "{told:?}");
    let violations: Vec<String> = told
        .iter()
        .filter(|words| !calls.iter().any(|call| message(call).contains(**words)))
        .map(|words| format!("{words:?}"))
        .collect();
    assert_kept("A person is told to search for what no function logs.", &violations);
}

#[test]
fn a_log_lines_call_message_and_fields_are_found_in_code() {
    let code = r#"match seen { 1 => tracing::warn!(kind = "a)", %open, at = clock.now(), "a line"), _ => other("b") }"#;
    let call = until_closed(code.split_once("warn!(").map(|(_, rest)| rest).unwrap_or_default());
    assert_eq!(call, r#"kind = "a)", %open, at = clock.now(), "a line""#);
    assert_eq!(message(call), "a line");
    for (field, is_there) in [("kind", true), ("open", true), ("at", true), ("line", false), ("clock", false)]
    {
        assert_eq!(has_field(call, field), is_there, "{field}");
    }
}

/// What is within each macro that logs in the code that is deployed, down to the level that the template sets.
fn log_calls() -> Vec<String> {
    let is_deployed = |path: &String| {
        !["tests/", "shared/local/", "shared/memory/", "shared/sandbox-gateway/"]
            .iter()
            .any(|beside| path.starts_with(beside))
    };
    let is_test = |path: &String| path.contains("/tests/") || path.ends_with("tests.rs");
    let mut calls = vec![];
    for path in rust_files().filter(is_deployed).filter(|path| !is_test(path)) {
        let source = text(&path);
        let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for level in ["error!(", "warn!(", "info!("] {
            calls.extend(code.split(level).skip(1).map(|rest| until_closed(rest).to_owned()));
        }
    }
    calls
}

/// The code up to the parenthesis that closes the one before it. One in a text closes nothing.
fn until_closed(code: &str) -> &str {
    let (mut depth, mut is_text, mut is_escaped) = (1_u32, false, false);
    for (place, letter) in code.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = is_text,
            '"' => is_text = !is_text,
            '(' if !is_text => depth += 1,
            ')' if !is_text => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return code.get(..place).unwrap_or(code);
        }
    }
    code
}

/// The words of a logged line: the last text of its macro.
fn message(call: &str) -> &str {
    call.rsplit('"').nth(1).unwrap_or_default()
}

/// Whether a line has this field, by a value or by the name of a variable.
fn has_field(call: &str, field: &str) -> bool {
    call.split(',').map(|part| part.trim().trim_start_matches(['%', '?'])).any(|part| {
        part.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.trim_start().starts_with('='))
    })
}

/// The fields from which a metric takes its value and its dimensions.
fn fields(filter: &Yaml) -> Vec<String> {
    let metrics =
        filter.get("MetricTransformations").and_then(Yaml::as_sequence).cloned().unwrap_or_default();
    let dimensions = metrics.iter().filter_map(|metric| metric.get("Dimensions")?.as_sequence()).flatten();
    let values = metrics.iter().map(|metric| word(metric, "MetricValue"));
    let values = values.chain(dimensions.map(|dimension| word(dimension, "Value")));
    values.filter_map(|value| value.strip_prefix("$.")).map(str::to_owned).collect()
}

/// What stands between quotation marks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('"').skip(1).step_by(2).collect()
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
