use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_000);

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("secrets.sqlite")).unwrap();
    store.seed("key", Some("first"), NOW).unwrap();
    (folder, store)
}

fn put(store: &Store, value: &str) -> Version {
    let new = NewVersion { value: value.to_owned(), version: None, stages: vec![CURRENT.to_owned()] };
    store.put("key", new, NOW).unwrap()
}

fn value(store: &Store, stage: &str) -> Result<String, Refusal> {
    store.get("key", &Which::Stage(stage.to_owned())).map(|version| version.value)
}

#[test]
fn a_put_moves_current_and_the_one_before_becomes_previous() {
    let (_folder, store) = store();
    assert!(value(&store, PREVIOUS).is_err());
    put(&store, "second");
    put(&store, "third");
    assert_eq!(value(&store, CURRENT).unwrap(), "third");
    assert_eq!(value(&store, PREVIOUS).unwrap(), "second");
}

#[test]
fn seeding_again_leaves_a_rotated_value_alone() {
    let (_folder, store) = store();
    put(&store, "rotated");
    store.seed("key", Some("first"), NOW).unwrap();
    assert_eq!(value(&store, CURRENT).unwrap(), "rotated");
}

#[test]
fn a_repeated_put_is_the_same_version_and_another_value_under_its_id_is_refused() {
    let (_folder, store) = store();
    let new = NewVersion {
        value: "x".to_owned(),
        version: Some("11111111-1111-1111-1111-111111111111".to_owned()),
        stages: vec![CURRENT.to_owned()],
    };
    let first = store.put("key", new.clone(), NOW).unwrap();
    assert_eq!(store.put("key", new.clone(), NOW).unwrap().id, first.id);
    let other = NewVersion { value: "y".to_owned(), ..new };
    assert!(store.put("key", other, NOW).is_err_and(|refusal| refusal.shape == "ResourceExistsException"));
}

#[test]
fn a_secret_is_found_by_its_arn_and_an_unknown_one_is_not() {
    let (_folder, store) = store();
    let which = Which::Stage(CURRENT.to_owned());
    assert_eq!(store.get(&aws::secret_arn("key"), &which).unwrap().value, "first");
    assert!(store.get("other", &which).is_err_and(|refusal| refusal.shape == "ResourceNotFoundException"));
}
