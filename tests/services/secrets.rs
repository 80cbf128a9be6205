use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;

use crate::world::{FIRST_VALUE, World};

async fn read(world: &World, stage: Option<&str>) -> GetSecretValueOutput {
    let read = world.secrets.get_secret_value().secret_id(&world.secret);
    read.set_version_stage(stage.map(str::to_owned)).send().await.unwrap()
}

#[tokio::test]
async fn the_current_version_is_read_by_its_stage_and_by_none() {
    for world in World::all().await {
        for stage in [None, Some("AWSCURRENT")] {
            let read = read(&world, stage).await;
            assert_eq!(read.secret_string(), Some(FIRST_VALUE), "in {}", world.name);
            assert_eq!(read.version_stages(), ["AWSCURRENT"], "in {}", world.name);
            assert_eq!(read.name(), Some(world.secret.as_str()), "in {}", world.name);
        }
    }
}

#[tokio::test]
async fn a_new_value_is_current_and_makes_the_old_one_previous() {
    for world in World::all().await {
        let before = read(&world, None).await;
        let put = world.secrets.put_secret_value().secret_id(&world.secret).secret_string("second");
        let put = put.send().await.unwrap();
        assert_eq!(put.version_stages(), ["AWSCURRENT"], "in {}", world.name);
        let current = read(&world, None).await;
        assert_eq!(current.secret_string(), Some("second"), "in {}", world.name);
        assert_eq!(current.version_id(), put.version_id(), "in {}", world.name);
        let previous = read(&world, Some("AWSPREVIOUS")).await;
        assert_eq!(previous.secret_string(), Some(FIRST_VALUE), "in {}", world.name);
        assert_eq!(previous.version_id(), before.version_id(), "in {}", world.name);
        assert_eq!(previous.version_stages(), ["AWSPREVIOUS"], "in {}", world.name);
    }
}

#[tokio::test]
async fn the_value_before_the_previous_one_has_no_stage() {
    for world in World::all().await {
        for value in ["second", "third"] {
            let put = world.secrets.put_secret_value().secret_id(&world.secret).secret_string(value);
            put.send().await.unwrap();
        }
        assert_eq!(
            read(&world, Some("AWSCURRENT")).await.secret_string(),
            Some("third"),
            "in {}",
            world.name
        );
        assert_eq!(
            read(&world, Some("AWSPREVIOUS")).await.secret_string(),
            Some("second"),
            "in {}",
            world.name
        );
    }
}

/// Only the local shop is asked: AWS makes no second version under one token and never changes one, but ministack
/// replaces it, value and stages.
#[tokio::test]
async fn a_put_that_is_repeated_changes_nothing_and_another_value_under_its_token_is_refused() {
    let world = World::own().await;
    let put = |value: &str| {
        let put = world.secrets.put_secret_value().secret_id(&world.secret).secret_string(value);
        put.client_request_token("0b9f5a7c-2f0e-4a53-9d5c-6b1f5d3c8e11").send()
    };
    let first = put("second").await.unwrap();
    let again = put("second").await.unwrap();
    assert_eq!(again.version_id(), first.version_id());
    assert!(put("third").await.unwrap_err().into_service_error().is_resource_exists_exception());
    assert_eq!(read(&world, None).await.secret_string(), Some("second"));
    assert_eq!(read(&world, Some("AWSPREVIOUS")).await.secret_string(), Some(FIRST_VALUE));
}

#[tokio::test]
async fn a_missing_secret_or_stage_is_refused() {
    for world in World::all().await {
        let missing = world.secrets.get_secret_value().secret_id("missing").send().await;
        let missing = missing.unwrap_err().into_service_error();
        assert!(missing.is_resource_not_found_exception(), "in {}: {missing}", world.name);
        let put = world.secrets.put_secret_value().secret_id("missing").secret_string("a").send().await;
        let put = put.unwrap_err().into_service_error();
        assert!(put.is_resource_not_found_exception(), "in {}: {put}", world.name);
        let stage = world.secrets.get_secret_value().secret_id(&world.secret).version_stage("AWSPREVIOUS");
        let stage = stage.send().await.unwrap_err().into_service_error();
        assert!(stage.is_resource_not_found_exception(), "in {}: {stage}", world.name);
    }
}
