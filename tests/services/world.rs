use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_secretsmanager::Client as SecretsClient;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::types::{
    Message, MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry,
};
use domain::Timestamp;
use local::Stop;
use local::template::{DeadLetters, Queue};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Somebody else's services, where they run.
const ENDPOINT: &str = "MATCHDAY_AWS_ENDPOINT";
/// After how many receives a message of the work queue goes to the dead letters.
pub(crate) const RECEIVES_MAX: u32 = 3;
/// The first value of the secret.
pub(crate) const FIRST_VALUE: &str = "first";

/// New queues and a new secret, and clients to them.
pub(crate) struct World {
    pub(crate) name: &'static str,
    pub(crate) sqs: Client,
    pub(crate) secrets: SecretsClient,
    /// The URL of a queue that gives up a message after some receives.
    pub(crate) work: String,
    /// The URL of the queue that gets it then.
    pub(crate) dead_letters: String,
    pub(crate) capture_payment: String,
    pub(crate) expire_reservation: String,
    pub(crate) apply_webhook: String,
    pub(crate) stock_alerts: String,
    pub(crate) secret: String,
    own: Option<Own>,
}

/// What runs in this process.
struct Own {
    _folder: tempfile::TempDir,
    _stop: watch::Sender<bool>,
    queues: Arc<local::sqs::Store>,
}

impl World {
    /// Our own services, and somebody else's where there are any.
    pub(crate) async fn all() -> Vec<Self> {
        let mut worlds = vec![Self::own().await];
        if let Ok(endpoint) = std::env::var(ENDPOINT) {
            worlds.push(Self::of_somebody_else(&endpoint).await);
        }
        worlds
    }

    /// The two servers of the local shop.
    pub(crate) async fn own() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let policy = DeadLetters { queue: "dead-letters".to_owned(), after_receives: RECEIVES_MAX };
        let queues = [
            own_queue("work", Some(policy)),
            own_queue("dead-letters", None),
            own_queue("capture-payment", None),
            own_queue("expire-reservation", None),
            own_queue("apply-webhook", None),
            own_queue("stock-alerts", None),
        ];
        let start = Timestamp::from_millis(0);
        let queues = local::sqs::Store::open(&folder.path().join("queues"), &queues, start).unwrap();
        let queues = Arc::new(queues);
        let secrets = local::secrets::Store::open(&folder.path().join("secrets")).unwrap();
        secrets.seed("secret", Some(FIRST_VALUE), start).unwrap();

        let (stop, stopped) = watch::channel(false);
        let [for_queues, for_secrets] = [
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
        ];
        let queues_endpoint = format!("http://{}", for_queues.local_addr().unwrap());
        let secrets_endpoint = format!("http://{}", for_secrets.local_addr().unwrap());
        tokio::spawn(local::sqs::serve(for_queues, queues.clone(), Stop::of(stopped.clone())));
        tokio::spawn(local::secrets::serve(for_secrets, Arc::new(secrets), Stop::of(stopped)));

        let sqs = queues_client(&queues_endpoint);
        Self {
            name: "the local shop",
            secrets: secrets_client(&secrets_endpoint),
            work: url(&sqs, "work").await,
            dead_letters: url(&sqs, "dead-letters").await,
            capture_payment: url(&sqs, "capture-payment").await,
            expire_reservation: url(&sqs, "expire-reservation").await,
            apply_webhook: url(&sqs, "apply-webhook").await,
            stock_alerts: url(&sqs, "stock-alerts").await,
            sqs,
            secret: "secret".to_owned(),
            own: Some(Own { _folder: folder, _stop: stop, queues }),
        }
    }

    async fn of_somebody_else(endpoint: &str) -> Self {
        // What an earlier run left behind there is not met.
        let run = RandomState::new().hash_one(endpoint);
        let sqs = queues_client(endpoint);
        let dead_letters = create_queue(&sqs, &format!("dead-letters-{run:x}"), None).await;
        let policy = serde_json::json!({
            "deadLetterTargetArn": attribute(&sqs, &dead_letters, QueueAttributeName::QueueArn).await,
            "maxReceiveCount": RECEIVES_MAX,
        });
        let secrets = secrets_client(endpoint);
        let secret = format!("secret-{run:x}");
        secrets.create_secret().name(&secret).secret_string(FIRST_VALUE).send().await.unwrap();
        Self {
            name: "somebody else's",
            work: create_queue(&sqs, &format!("work-{run:x}"), Some(policy.to_string())).await,
            dead_letters,
            capture_payment: create_queue(&sqs, &format!("capture-payment-{run:x}"), None).await,
            expire_reservation: create_queue(&sqs, &format!("expire-reservation-{run:x}"), None).await,
            apply_webhook: create_queue(&sqs, &format!("apply-webhook-{run:x}"), None).await,
            stock_alerts: create_queue(&sqs, &format!("stock-alerts-{run:x}"), None).await,
            sqs,
            secrets,
            secret,
            own: None,
        }
    }

    /// Sends one message and answers its id.
    pub(crate) async fn send(&self, body: &str) -> String {
        let sent = self.sqs.send_message().queue_url(&self.work).message_body(body).send().await;
        sent.unwrap().message_id.unwrap()
    }

    /// What a receive brings that does not wait.
    pub(crate) async fn receive(&self, url: &str) -> Vec<Message> {
        self.receive_for(url, 0).await
    }

    /// The one message that a receive brings, as soon as there is one.
    pub(crate) async fn receive_one(&self, url: &str) -> Message {
        let mut messages = self.receive_for(url, 20).await;
        assert_eq!(messages.len(), 1, "in {}", self.name);
        messages.remove(0)
    }

    async fn receive_for(&self, url: &str, seconds: i32) -> Vec<Message> {
        let receive = self.sqs.receive_message().queue_url(url).max_number_of_messages(10);
        let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All);
        receive.wait_time_seconds(seconds).send().await.unwrap().messages.unwrap_or_default()
    }

    /// Deletes a received message of the work queue.
    pub(crate) async fn delete(&self, message: &Message) {
        let delete = self.sqs.delete_message().queue_url(&self.work).receipt_handle(receipt(message));
        delete.send().await.unwrap();
    }

    /// Shows a received message of the work queue at once.
    pub(crate) async fn show(&self, message: &Message) {
        let change = self.sqs.change_message_visibility().queue_url(&self.work).visibility_timeout(0);
        change.receipt_handle(receipt(message)).send().await.unwrap();
    }

    /// How many messages a queue still delays.
    pub(crate) async fn delayed(&self, url: &str) -> usize {
        let count = QueueAttributeName::ApproximateNumberOfMessagesDelayed;
        attribute(&self.sqs, url, count).await.parse().unwrap()
    }

    /// The queues' own books, which only the local shop opens.
    pub(crate) fn books(&self) -> Option<&local::sqs::Store> {
        self.own.as_ref().map(|own| own.queues.as_ref())
    }
}

pub(crate) fn receipt(message: &Message) -> &str {
    message.receipt_handle().unwrap()
}

pub(crate) fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
}

fn own_queue(name: &str, dead_letters: Option<DeadLetters>) -> Queue {
    Queue {
        name: name.to_owned(),
        visibility_timeout: Duration::from_secs(600),
        retention: Duration::from_secs(86_400),
        delay: Duration::ZERO,
        receive_wait: Duration::ZERO,
        dead_letters,
    }
}

async fn create_queue(sqs: &Client, name: &str, policy: Option<String>) -> String {
    let mut create = sqs.create_queue().queue_name(name);
    create = create.attributes(QueueAttributeName::VisibilityTimeout, "600");
    create = create.attributes(QueueAttributeName::MessageRetentionPeriod, "86400");
    if let Some(policy) = policy {
        create = create.attributes(QueueAttributeName::RedrivePolicy, policy);
    }
    create.send().await.unwrap().queue_url.unwrap()
}

async fn url(sqs: &Client, name: &str) -> String {
    sqs.get_queue_url().queue_name(name).send().await.unwrap().queue_url.unwrap()
}

async fn attribute(sqs: &Client, url: &str, name: QueueAttributeName) -> String {
    let answer = sqs.get_queue_attributes().queue_url(url).attribute_names(name.clone()).send().await;
    answer.unwrap().attributes.unwrap().remove(&name).unwrap()
}

fn credentials() -> Credentials {
    Credentials::new("local", "local", None, None, "services")
}

fn queues_client(endpoint: &str) -> Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("eu-central-1"))
        .credentials_provider(credentials())
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    Client::from_conf(config.build())
}

fn secrets_client(endpoint: &str) -> SecretsClient {
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(aws_sdk_secretsmanager::config::BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("eu-central-1"))
        .credentials_provider(credentials())
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    SecretsClient::from_conf(config.build())
}
