use std::collections::{BTreeMap, BTreeSet};

use domain::payment::GatewayName;
use yaml_serde::Value as Yaml;

use crate::repository::{assert_kept, resources, template, word};

/// The dimensions of a metric that a filter makes, or of an alarm, with their values.
fn dimensions(of: &Yaml, name: &str) -> BTreeMap<String, String> {
    let dimensions = of.get("Dimensions").and_then(Yaml::as_sequence).cloned().unwrap_or_default();
    dimensions.iter().map(|one| (word(one, name).to_owned(), word(one, "Value").to_owned())).collect()
}

/// The metrics that filters make, by name.
fn filtered() -> BTreeMap<String, Yaml> {
    let filters = resources(&template(), "AWS::Logs::MetricFilter").into_iter();
    let metrics =
        filters.filter_map(|(_, filter)| filter.get("MetricTransformations")?.as_sequence().cloned());
    metrics.flatten().map(|metric| (word(&metric, "MetricName").to_owned(), metric)).collect()
}

/// A metric with dimensions is one for each of their values, and none without: an alarm that names none is never told
/// anything. CloudWatch takes no default for such a metric
/// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html>).
#[test]
fn an_alarm_names_the_dimensions_of_what_it_watches() {
    let metrics = filtered();
    assert!(metrics.len() > 5, "{} metrics", metrics.len());
    let with_default = metrics
        .iter()
        .filter(|(_, metric)| metric.get("DefaultValue").is_some() && !dimensions(metric, "Key").is_empty());
    let mut violations: Vec<String> = with_default.map(|(name, _)| format!("{name} has a default")).collect();
    for (id, alarm) in resources(&template(), "AWS::CloudWatch::Alarm") {
        let Some(metric) = metrics.get(word(&alarm, "MetricName")) else { continue };
        let (made, named) = (dimensions(metric, "Key"), dimensions(&alarm, "Name"));
        if !made.keys().eq(named.keys()) {
            violations.push(format!("{id} watches {named:?} of a metric with {made:?}"));
        }
    }
    assert_kept("These alarms are told nothing, or their filters are refused.", &violations);
}

/// One for all would say nothing of a second gateway while the first one is away.
#[test]
fn each_gateways_circuit_has_an_alarm_of_its_own() {
    let alarms = resources(&template(), "AWS::CloudWatch::Alarm").into_iter();
    let watched: BTreeSet<String> = alarms
        .filter(|(_, alarm)| word(alarm, "MetricName").ends_with("-circuit-opened"))
        .filter_map(|(_, alarm)| dimensions(&alarm, "Name").remove("Gateway"))
        .collect();
    let gateways: BTreeSet<String> = GatewayName::ALL.map(|name| name.as_str().to_owned()).into();
    assert_eq!(watched, gateways);
}
