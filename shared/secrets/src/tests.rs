#![expect(clippy::disallowed_methods, reason = "the tests run a secret store beside themselves")]

use core::time::Duration;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use application::{Clock, Failure, Secret, SecretName, Secrets};
use async_trait::async_trait;
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use domain::Timestamp;
use tokio::net::TcpListener;

use crate::SecretsManager;

/// A clock that a test moves.
#[derive(Default)]
struct Hands(AtomicI64);

#[async_trait]
impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }

    async fn wait(&self, duration: Duration) {
        self.0.fetch_add(i64::try_from(duration.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

/// What the store will answer, and the stages that it was asked for.
#[derive(Default)]
struct Desk {
    answers: VecDeque<(StatusCode, &'static str)>,
    asked: Vec<String>,
}

/// A store that gives these answers, one after the other, and then fails the test by having none.
struct Store {
    manager: SecretsManager,
    clock: Arc<Hands>,
    desk: Arc<Mutex<Desk>>,
}

// As the store spells them, and not as the adapter's own constants do.
const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";

const OLD: (StatusCode, &str) = (StatusCode::OK, r#"{"Name":"stripe","SecretString":"sk_old"}"#);
const NEW: (StatusCode, &str) = (StatusCode::OK, r#"{"Name":"stripe","SecretString":"sk_new"}"#);
/// Put a minute after the tests' clock begins.
const ROTATED: (StatusCode, &str) =
    (StatusCode::OK, r#"{"Name":"stripe","SecretString":"sk_new","CreatedDate":60}"#);
const MISSING: (StatusCode, &str) = (StatusCode::BAD_REQUEST, r#"{"__type":"ResourceNotFoundException"}"#);
const BROKEN: (StatusCode, &str) =
    (StatusCode::INTERNAL_SERVER_ERROR, r#"{"__type":"InternalServiceError","Message":"later"}"#);
const THROTTLED: (StatusCode, &str) = (StatusCode::BAD_REQUEST, r#"{"__type":"ThrottlingException"}"#);
const FORBIDDEN: (StatusCode, &str) = (StatusCode::BAD_REQUEST, r#"{"__type":"AccessDeniedException"}"#);

impl Store {
    async fn answering(answers: impl IntoIterator<Item = (StatusCode, &'static str)>) -> Self {
        let desk = Desk { answers: answers.into_iter().collect(), ..Desk::default() };
        let desk = Arc::new(Mutex::new(desk));
        let router = Router::new().route("/", post(answer)).with_state(Arc::clone(&desk));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await });
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "id", "key", None, None, "test",
            )))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(endpoint)
            .build();
        let clock = Arc::new(Hands::default());
        let time: Arc<dyn Clock> = clock.clone();
        let manager = SecretsManager::new(Client::new(&config), time);
        Self { manager, clock, desk }
    }

    fn pass(&self, minutes: u64) {
        let now = self.clock.now().plus(Duration::from_secs(minutes * 60));
        self.clock.0.store(now.as_millis(), Ordering::SeqCst);
    }

    async fn current(&self) -> Result<Secret, Failure> {
        self.manager.current(&name()).await
    }

    async fn refreshed(&self) -> Result<Secret, Failure> {
        self.manager.refreshed(&name()).await
    }

    async fn previous(&self) -> Result<Option<Secret>, Failure> {
        self.manager.previous(&name()).await
    }

    fn unasked(&self) -> usize {
        self.desk.lock().unwrap().answers.len()
    }

    /// The stages that were asked for so far, in order.
    fn asked(&self) -> Vec<String> {
        self.desk.lock().unwrap().asked.clone()
    }
}

async fn answer(State(desk): State<Arc<Mutex<Desk>>>, body: String) -> (StatusCode, &'static str) {
    // The names of the secret and of the stage are all that a question has.
    let stage = body.split(r#""VersionStage":""#).nth(1).and_then(|rest| rest.split('"').next());
    let mut desk = desk.lock().unwrap();
    desk.asked.push(stage.unwrap_or("none").to_owned());
    desk.answers.pop_front().unwrap_or((StatusCode::IM_A_TEAPOT, "{}"))
}

fn name() -> SecretName {
    SecretName("stripe".to_owned())
}

fn secret(text: &str) -> Result<Secret, Failure> {
    Ok(Secret::new(text.to_owned()))
}

#[tokio::test]
async fn a_secret_is_read_once_in_five_minutes() {
    let store = Store::answering([OLD, NEW]).await;
    assert_eq!(store.current().await, secret("sk_old"));
    store.pass(4);
    assert_eq!(store.current().await, secret("sk_old"));
    assert_eq!(store.unasked(), 1);
    store.pass(1);
    assert_eq!(store.current().await, secret("sk_new"));
    assert_eq!(store.asked(), [CURRENT, CURRENT]);
}

#[tokio::test]
async fn a_refused_secret_is_read_anew_and_then_kept() {
    let store = Store::answering([OLD, NEW]).await;
    assert_eq!(store.current().await, secret("sk_old"));
    assert_eq!(store.refreshed().await, secret("sk_new"));
    assert_eq!(store.current().await, secret("sk_new"));
    assert_eq!(store.asked(), [CURRENT, CURRENT]);
}

#[tokio::test]
async fn fault_90_a_store_that_fails_leaves_the_last_value_in_use_for_an_hour() {
    let store = Store::answering([OLD, BROKEN, THROTTLED, BROKEN]).await;
    assert_eq!(store.current().await, secret("sk_old"));
    store.pass(30);
    assert_eq!(store.current().await, secret("sk_old"));
    store.pass(29);
    assert_eq!(store.current().await, secret("sk_old"));
    store.pass(1);
    assert_eq!(store.current().await, Err(Failure::Unavailable));
}

#[tokio::test]
async fn fault_102_a_permission_taken_away_ends_the_use_of_the_last_value() {
    let store = Store::answering([OLD, FORBIDDEN]).await;
    assert_eq!(store.current().await, secret("sk_old"));
    store.pass(5);
    assert!(matches!(store.current().await, Err(Failure::Unreadable(_))));
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_anew_is_a_failure_and_the_old_one_is_not_offered() {
    let store = Store::answering([OLD, THROTTLED]).await;
    assert_eq!(store.current().await, secret("sk_old"));
    assert_eq!(store.refreshed().await, Err(Failure::Throttled));
}

#[tokio::test]
async fn a_secret_that_is_not_text_is_unreadable() {
    let store = Store::answering([(StatusCode::OK, r#"{"Name":"stripe","SecretBinary":"AAAA"}"#)]).await;
    assert!(matches!(store.current().await, Err(Failure::Unreadable(_))));
}

#[tokio::test]
async fn fault_65_the_value_before_is_read_once_while_a_rotation_lasts() {
    let store = Store::answering([ROTATED, OLD]).await;
    store.pass(2);
    for _ in 0..2 {
        assert_eq!(store.previous().await, secret("sk_old").map(Some));
        assert_eq!(store.current().await, secret("sk_new"));
    }
    assert_eq!(store.unasked(), 0);
    assert_eq!(store.asked(), [CURRENT, PREVIOUS]);
}

#[tokio::test]
async fn fault_65_a_day_after_a_rotation_the_value_before_counts_for_nothing() {
    let store = Store::answering([ROTATED, ROTATED]).await;
    store.pass(24 * 60 + 1);
    assert_eq!(store.previous().await, Ok(None));
    assert_eq!(store.unasked(), 1, "nobody asked for a value that would not be used");
    assert_eq!(store.asked(), [CURRENT]);
}

#[tokio::test]
async fn a_first_value_has_none_before_it() {
    let store = Store::answering([ROTATED, MISSING]).await;
    assert_eq!(store.previous().await, Ok(None));
    assert_eq!(store.previous().await, Ok(None));
    assert_eq!(store.unasked(), 0);
    assert_eq!(store.asked(), [CURRENT, PREVIOUS]);
}

#[tokio::test]
async fn fault_65_a_value_read_anew_forgets_what_the_earlier_one_had_replaced() {
    let store = Store::answering([ROTATED, OLD, ROTATED, NEW]).await;
    assert_eq!(store.previous().await, secret("sk_old").map(Some));
    assert_eq!(store.refreshed().await, secret("sk_new"));
    assert_eq!(store.previous().await, secret("sk_new").map(Some));
    assert_eq!(store.asked(), [CURRENT, PREVIOUS, CURRENT, PREVIOUS]);
}

#[tokio::test]
async fn a_secret_that_is_gone_is_a_failure_and_no_absence() {
    let store = Store::answering([MISSING]).await;
    assert!(matches!(store.previous().await, Err(Failure::Unreadable(_))));
    assert_eq!(store.asked(), [CURRENT], "without a value that counts there is none before it");
}
