use std::collections::BTreeMap;

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, DeleteMessageBatchResultEntry, Message, MessageSystemAttributeName,
};

use crate::world::{RECEIVES_MAX, World, entry, receipt};

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error.code().unwrap_or("no code")
}

fn millis(message: &Message, name: MessageSystemAttributeName) -> i64 {
    message.attributes().unwrap()[&name].parse().unwrap()
}

#[tokio::test]
async fn a_message_is_received_once_while_it_is_invisible_and_again_when_it_is_shown() {
    for world in World::all().await {
        let id = world.send("a").await;
        let first = world.receive_one(&world.work).await;
        assert_eq!((first.message_id(), first.body()), (Some(id.as_str()), Some("a")), "in {}", world.name);
        assert_eq!(world.receive(&world.work).await, [], "in {}", world.name);
        world.show(&first).await;
        let second = world.receive_one(&world.work).await;
        assert_eq!(
            (second.message_id(), second.body()),
            (first.message_id(), first.body()),
            "in {}",
            world.name
        );
        assert_eq!(
            millis(&second, MessageSystemAttributeName::ApproximateReceiveCount),
            2,
            "in {}",
            world.name
        );
    }
}

#[tokio::test]
async fn a_message_comes_again_by_itself_when_its_visibility_timeout_is_over() {
    for world in World::all().await {
        let id = world.send("a").await;
        let receive = world.sqs.receive_message().queue_url(&world.work).visibility_timeout(1);
        assert_eq!(receive.send().await.unwrap().messages().len(), 1, "in {}", world.name);
        let again = world.receive_one(&world.work).await;
        assert_eq!(again.message_id(), Some(id.as_str()), "in {}", world.name);
    }
}

#[tokio::test]
async fn a_deleted_message_is_gone() {
    for world in World::all().await {
        world.send("deleted").await;
        let message = world.receive_one(&world.work).await;
        world.delete(&message).await;
        world.send("next").await;
        assert_eq!(world.receive_one(&world.work).await.body(), Some("next"), "in {}", world.name);
        assert_eq!(world.receive(&world.work).await, [], "in {}", world.name);
    }
}

/// Only the local shop is asked: ministack refuses the receipt of a deleted message, which AWS takes. A worker whose
/// first answer was lost deletes again.
#[tokio::test]
async fn a_message_may_be_deleted_twice() {
    let world = World::own().await;
    world.send("deleted").await;
    let message = world.receive_one(&world.work).await;
    world.delete(&message).await;
    world.delete(&message).await;
}

#[tokio::test]
async fn a_delayed_message_is_not_there_at_once() {
    for world in World::all().await {
        let send = world.sqs.send_message().queue_url(&world.work).message_body("later");
        send.delay_seconds(900).send().await.unwrap();
        world.send("now").await;
        assert_eq!(world.receive_one(&world.work).await.body(), Some("now"), "in {}", world.name);
        assert_eq!(world.receive(&world.work).await, [], "in {}", world.name);
        assert_eq!(world.delayed(&world.work).await, 1, "in {}", world.name);
    }
}

#[tokio::test]
async fn a_delayed_message_is_there_later_and_never_before_its_time() {
    for world in World::all().await {
        let send = world.sqs.send_message().queue_url(&world.work).message_body("later");
        send.delay_seconds(1).send().await.unwrap();
        let message = world.receive_one(&world.work).await;
        assert_eq!(message.body(), Some("later"), "in {}", world.name);
        let sent = millis(&message, MessageSystemAttributeName::SentTimestamp);
        let received = millis(&message, MessageSystemAttributeName::ApproximateFirstReceiveTimestamp);
        assert!(received - sent >= 1_000, "in {}: {received} - {sent}", world.name);
    }
}

/// Only the local shop is asked: ministack takes a delay of 901 seconds, which AWS does not.
#[tokio::test]
async fn a_delay_of_more_than_900_seconds_is_refused() {
    let world = World::own().await;
    let send = world.sqs.send_message().queue_url(&world.work).message_body("too late").delay_seconds(901);
    assert_eq!(code(&send.send().await.unwrap_err()), "InvalidParameterValue");
    assert_eq!(world.delayed(&world.work).await, 0);
}

#[tokio::test]
async fn a_batch_of_ten_arrives_whole() {
    for world in World::all().await {
        let entries = (0..10).map(|number| entry(&format!("entry-{number}"), &format!("body {number}")));
        let batch =
            world.sqs.send_message_batch().queue_url(&world.work).set_entries(Some(entries.collect()));
        let answer = batch.send().await.unwrap();
        assert!(answer.failed().is_empty(), "in {}", world.name);
        let body = |id: &str| id.replace("entry-", "body ");
        let sent = answer.successful().iter().map(|sent| (sent.message_id().to_owned(), body(sent.id())));
        let sent: BTreeMap<String, String> = sent.collect();
        assert_eq!(sent.len(), 10, "in {}", world.name);

        let mut received = BTreeMap::new();
        while received.len() < sent.len() {
            let messages = world.receive(&world.work).await;
            assert!(!messages.is_empty(), "in {}: only {received:?} came", world.name);
            let of = |message: Message| (message.message_id.unwrap(), message.body.unwrap());
            received.extend(messages.into_iter().map(of));
        }
        assert_eq!(received, sent, "in {}", world.name);
    }
}

#[tokio::test]
async fn a_batch_of_eleven_or_with_an_id_twice_is_refused_whole() {
    for world in World::all().await {
        let eleven: Vec<_> = (0..11).map(|number| entry(&number.to_string(), "a")).collect();
        let twice = vec![entry("a", "1"), entry("a", "2")];
        for (entries, refused) in [
            (eleven, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"),
            (twice, "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"),
        ] {
            let batch = world.sqs.send_message_batch().queue_url(&world.work).set_entries(Some(entries));
            let answer = batch.send().await;
            assert_eq!(answer.as_ref().map_err(code).err(), Some(refused), "in {}", world.name);
        }
        assert_eq!(world.receive(&world.work).await, [], "in {}", world.name);
    }
}

#[tokio::test]
async fn a_message_received_too_often_is_a_dead_letter() {
    for world in World::all().await {
        let id = world.send("poison").await;
        for receives in 1..=RECEIVES_MAX {
            let message = world.receive_one(&world.work).await;
            let count = millis(&message, MessageSystemAttributeName::ApproximateReceiveCount);
            assert_eq!(count, i64::from(receives), "in {}", world.name);
            assert_eq!(world.receive(&world.dead_letters).await, [], "in {}", world.name);
            world.show(&message).await;
        }
        assert_eq!(world.receive(&world.work).await, [], "in {}", world.name);
        let dead = world.receive_one(&world.dead_letters).await;
        assert_eq!(
            (dead.message_id(), dead.body()),
            (Some(id.as_str()), Some("poison")),
            "in {}",
            world.name
        );
    }
}

#[tokio::test]
async fn a_batch_delete_deletes_what_it_can_and_says_what_it_cannot() {
    for world in World::all().await {
        world.send("deleted").await;
        let deleted = world.receive_one(&world.work).await;
        world.send("kept").await;
        let kept = world.receive_one(&world.work).await;
        let entry = |id: &str, receipt: &str| {
            DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(receipt).build().unwrap()
        };
        let delete = world.sqs.delete_message_batch().queue_url(&world.work);
        let delete = delete.entries(entry("good", receipt(&deleted))).entries(entry("bad", "nonsense"));
        let answer = delete.send().await.unwrap();
        let successful: Vec<_> = answer.successful().iter().map(DeleteMessageBatchResultEntry::id).collect();
        let failed: Vec<_> = answer.failed().iter().map(|entry| (entry.id(), entry.code())).collect();
        assert_eq!(successful, ["good"], "in {}", world.name);
        assert_eq!(failed, [("bad", "ReceiptHandleIsInvalid")], "in {}", world.name);
        world.show(&kept).await;
        assert_eq!(world.receive_one(&world.work).await.body(), Some("kept"), "in {}", world.name);
    }
}

#[tokio::test]
async fn a_missing_queue_is_refused() {
    for world in World::all().await {
        let missing = world.work.replace("work", "missing");
        let sent = world.sqs.send_message().queue_url(missing).message_body("a").send().await;
        assert!(sent.unwrap_err().into_service_error().is_queue_does_not_exist(), "in {}", world.name);
    }
}
