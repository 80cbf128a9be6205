use serde_json::json;
use tempfile::TempDir;

use super::*;

pub(crate) fn orders() -> Table {
    Table {
        name: "Orders".to_owned(),
        definition: json!({
            "TableName": "Orders",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
            "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
        }),
        has_stream: true,
    }
}

fn open(folder: &TempDir) -> Result<DynamoDb, DynamoDbError> {
    DynamoDb::open(&folder.path().join("dynamodb.sqlite"), &[orders()])
}

impl DynamoDb {
    /// Puts an item with this key.
    pub(crate) fn put(&self, key: &str) {
        let request = json!({ "TableName": "Orders", "Item": { "pk": { "S": key } } });
        self.database.put_item(serde_json::from_value(request).unwrap()).unwrap();
    }
}

pub(crate) fn key(record: &Value) -> &str {
    record.pointer("/dynamodb/Keys/pk/S").and_then(Value::as_str).unwrap()
}

fn keys(changes: &[Change]) -> Vec<&str> {
    changes.iter().map(|change| key(&change.record)).collect()
}

#[test]
fn changes_are_read_in_order_from_a_place_and_look_as_lambda_hands_them_over() {
    let folder = tempfile::tempdir().unwrap();
    let tables = open(&folder).unwrap();
    for key in ["a", "b", "c"] {
        tables.put(key);
    }
    let changes = tables.changes("Orders", None, 2).unwrap();
    assert_eq!(keys(&changes), ["a", "b"]);
    let rest = tables.changes("Orders", Some(&changes[1].sequence_number), 10).unwrap();
    assert_eq!(keys(&rest), ["c"]);
    let record = &rest[0].record;
    assert_eq!(record["eventName"], "INSERT");
    assert_eq!(record["eventSource"], "aws:dynamodb");
    assert_eq!(record["awsRegion"], "eu-central-1");
    let arn = "arn:aws:dynamodb:eu-central-1:000000000000:table/Orders/stream/local";
    assert_eq!(record["eventSourceARN"], arn);
    assert_eq!(record["dynamodb"]["SequenceNumber"], rest[0].sequence_number);
    assert_eq!(record["dynamodb"]["NewImage"]["pk"]["S"], "c");
}

#[test]
fn what_everybody_has_passed_is_deleted_and_the_stream_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let tables = open(&folder).unwrap();
    for number in 0..1_200 {
        tables.put(&number.to_string());
    }
    let last = tables.changes("Orders", None, 1_000).unwrap().pop().unwrap();
    assert_eq!(tables.trim("Orders", &last.sequence_number).unwrap(), 999);
    tables.put("next");
    let rest = tables.changes("Orders", Some(&last.sequence_number), 1_000).unwrap();
    assert_eq!((rest.len(), keys(&rest).pop()), (201, Some("next")));
}

#[test]
fn every_statement_on_stream_records_uses_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let tables = open(&folder).unwrap();
    let connection = tables.upkeep.lock();
    for statement in [
        "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 'a'",
        "SELECT event_name FROM _stream_records
         WHERE table_name = 'a' AND shard_id = 'b' AND CAST(sequence_number AS INTEGER) > 1
         ORDER BY CAST(sequence_number AS INTEGER) ASC LIMIT 10",
        "SELECT id FROM _stream_records WHERE table_name = 'a' AND CAST(sequence_number AS INTEGER) < 1
         ORDER BY CAST(sequence_number AS INTEGER) LIMIT 10",
    ] {
        let explain = format!("EXPLAIN QUERY PLAN {statement}");
        let plan: String = connection.query_row(&explain, [], |row| row.get("detail")).unwrap();
        assert!(plan.contains("INDEX matchday_stream_records"), "{plan}");
    }
}

#[test]
fn tables_last_and_a_table_of_another_template_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    open(&folder).unwrap().put("a");
    assert_eq!(keys(&open(&folder).unwrap().changes("Orders", None, 10).unwrap()), ["a"]);
    let mut changed = orders();
    changed.definition["StreamSpecification"]["StreamViewType"] = "KEYS_ONLY".into();
    let opened = DynamoDb::open(&folder.path().join("dynamodb.sqlite"), &[changed]);
    assert!(matches!(opened, Err(DynamoDbError::Outdated(name)) if name == "Orders"));
}
