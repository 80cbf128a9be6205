//! The calls as the SDK makes them, over HTTP.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry,
};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::*;
use crate::clock;
use crate::shop::Stop;
use crate::template::{DeadLetters, Queue};

struct Service {
    _folder: tempfile::TempDir,
    _stop: watch::Sender<bool>,
    client: Client,
    url: String,
}

async fn service() -> Service {
    let folder = tempfile::tempdir().unwrap();
    let queue = |name: &str, dead_letters| Queue {
        name: name.to_owned(),
        visibility_timeout: Duration::from_secs(30),
        retention: Duration::from_secs(3_600),
        delay: Duration::ZERO,
        receive_wait: Duration::ZERO,
        dead_letters,
    };
    let policy = DeadLetters { queue: "dead".to_owned(), after_receives: 5 };
    let queues = [queue("work", Some(policy)), queue("dead", None)];
    let store = Store::open(&folder.path().join("queues.sqlite"), &queues, clock::now()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(serve(listener, Arc::new(store), Stop::of(stopped)));
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .endpoint_url(&address)
        .build();
    let client = Client::from_conf(config);
    let url = client.get_queue_url().queue_name("work").send().await.unwrap().queue_url.unwrap();
    Service { _folder: folder, _stop: stop, client, url }
}

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error.code().unwrap_or("no code")
}

fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
}

#[tokio::test]
async fn a_message_is_sent_received_and_deleted() {
    let Service { client, url, .. } = &service().await;
    let attribute = MessageAttributeValue::builder().data_type("String").string_value("t-1").build().unwrap();
    let send =
        client.send_message().queue_url(url).message_body("hello").message_attributes("trace", attribute);
    let sent = send.send().await.unwrap();
    assert_eq!(sent.md5_of_message_body(), Some("5d41402abc4b2a76b9719d911017c592"));

    let receive = client.receive_message().queue_url(url).message_attribute_names("All");
    let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All);
    let received = receive.send().await.unwrap().messages.unwrap().remove(0);
    assert_eq!((received.message_id(), received.body()), (sent.message_id(), Some("hello")));
    let count = MessageSystemAttributeName::ApproximateReceiveCount;
    assert_eq!(received.attributes().unwrap()[&count], "1");
    assert_eq!(received.message_attributes().unwrap()["trace"].string_value(), Some("t-1"));
    assert_eq!(received.md5_of_message_attributes(), sent.md5_of_message_attributes());

    let receipt = received.receipt_handle.unwrap();
    client
        .change_message_visibility()
        .queue_url(url)
        .receipt_handle(&receipt)
        .visibility_timeout(60)
        .send()
        .await
        .unwrap();
    client.delete_message().queue_url(url).receipt_handle(receipt).send().await.unwrap();
    let attributes = client.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::All);
    let attributes = attributes.send().await.unwrap().attributes.unwrap();
    assert_eq!(attributes[&QueueAttributeName::ApproximateNumberOfMessagesNotVisible], "0");
    assert!(attributes[&QueueAttributeName::RedrivePolicy].contains("\"maxReceiveCount\":5"));
}

#[tokio::test]
async fn a_delay_of_900_seconds_is_taken_and_901_are_refused() {
    let Service { client, url, .. } = &service().await;
    let send = |seconds| client.send_message().queue_url(url).message_body("a").delay_seconds(seconds).send();
    send(900).await.unwrap();
    for seconds in [901, -1] {
        assert_eq!(code(&send(seconds).await.unwrap_err()), "InvalidParameterValue");
    }
}

#[tokio::test]
async fn a_batch_keeps_to_its_limits() {
    let Service { client, url, .. } = &service().await;
    let send = |entries: Vec<SendMessageBatchRequestEntry>| {
        client.send_message_batch().queue_url(url).set_entries(Some(entries)).send()
    };
    let ten: Vec<_> = (0..10).map(|number| entry(&number.to_string(), "a")).collect();
    assert_eq!(send(ten.clone()).await.unwrap().successful().len(), 10);

    let eleven = [ten, vec![entry("10", "a")]].concat();
    let half = "x".repeat(600_000);
    for (entries, refused) in [
        (vec![], "AWS.SimpleQueueService.EmptyBatchRequest"),
        (eleven, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"),
        (vec![entry("a", "1"), entry("a", "2")], "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"),
        (vec![entry("a b", "1")], "AWS.SimpleQueueService.InvalidBatchEntryId"),
        (vec![entry("a", &half), entry("b", &half)], "AWS.SimpleQueueService.BatchRequestTooLong"),
    ] {
        assert_eq!(code(&send(entries).await.unwrap_err()), refused);
    }
}

#[tokio::test]
async fn a_bad_entry_fails_alone() {
    let Service { client, url, .. } = &service().await;
    let late = SendMessageBatchRequestEntry::builder()
        .id("late")
        .message_body("a")
        .delay_seconds(901)
        .build()
        .unwrap();
    let batch = client.send_message_batch().queue_url(url).entries(entry("good", "a")).entries(late);
    let answer = batch.entries(entry("control", "\u{1}")).send().await.unwrap();
    assert_eq!(answer.successful()[0].id(), "good");
    let failed: Vec<_> = answer.failed().iter().map(|entry| (entry.id(), entry.code())).collect();
    assert_eq!(failed, [("late", "InvalidParameterValue"), ("control", "InvalidMessageContents")]);
}

#[tokio::test]
async fn a_receive_that_waits_gets_a_message_that_comes_later() {
    let Service { client, url, .. } = &service().await;
    let waiting = client.receive_message().queue_url(url).wait_time_seconds(20).send();
    let sending = async {
        tokio::task::yield_now().await;
        client.send_message().queue_url(url).message_body("late").send().await
    };
    let (received, sent) = tokio::join!(waiting, sending);
    sent.unwrap();
    assert_eq!(received.unwrap().messages()[0].body(), Some("late"));
}

#[tokio::test]
async fn what_does_not_exist_is_refused_in_the_words_that_the_sdk_knows() {
    let Service { client, url, .. } = &service().await;
    let missing =
        client.send_message().queue_url(url.replace("work", "other")).message_body("a").send().await;
    assert!(missing.unwrap_err().into_service_error().is_queue_does_not_exist());
    let receipt = client.delete_message().queue_url(url).receipt_handle("nonsense").send().await;
    assert!(receipt.unwrap_err().into_service_error().is_receipt_handle_is_invalid());
    let purge = client.purge_queue().queue_url(url).send().await;
    assert_eq!(code(&purge.unwrap_err()), "AWS.SimpleQueueService.UnsupportedOperation");
}
