use tempfile::TempDir;

use super::*;
use crate::template::DeadLetters;

const START: Timestamp = Timestamp::from_millis(1_000_000);

fn at(seconds: u64) -> Timestamp {
    START.plus(Duration::from_secs(seconds))
}

fn queue(name: &str, dead_letters: Option<DeadLetters>) -> Queue {
    Queue {
        name: name.to_owned(),
        visibility_timeout: Duration::from_secs(30),
        retention: Duration::from_secs(3_600),
        delay: Duration::ZERO,
        receive_wait: Duration::ZERO,
        dead_letters,
    }
}

fn open(folder: &TempDir, now: Timestamp) -> Store {
    let policy = DeadLetters { queue: "dead".to_owned(), after_receives: 2 };
    let queues = [queue("work", Some(policy)), queue("dead", None)];
    Store::open(&folder.path().join("queues.sqlite"), &queues, now).unwrap()
}

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, START);
    (folder, store)
}

fn message(body: &str) -> NewMessage {
    NewMessage { body: body.to_owned(), ..NewMessage::default() }
}

fn send(store: &Store, body: &str, now: Timestamp) {
    store.send("work", &[message(body)], now).unwrap();
}

fn bodies(store: &Store, queue: &str, now: Timestamp) -> Vec<String> {
    store.receive(queue, 10, None, now).unwrap().into_iter().map(|message| message.body).collect()
}

#[test]
fn a_received_message_is_hidden_until_its_visibility_timeout() {
    let (_folder, store) = store();
    send(&store, "a", START);
    assert_eq!(bodies(&store, "work", START), ["a"]);
    assert!(bodies(&store, "work", at(29)).is_empty());
    assert_eq!(store.next_visible("work").unwrap(), Some(at(30)));
    let again = store.receive("work", 10, None, at(30)).unwrap();
    assert_eq!((again[0].receives, again[0].first_received_at), (2, START));
}

#[test]
fn a_delayed_message_is_hidden_until_its_delay_has_passed() {
    let (_folder, store) = store();
    let delayed = NewMessage { delay: Some(Duration::from_secs(900)), ..message("a") };
    store.send("work", &[delayed], START).unwrap();
    assert_eq!(store.counts("work", START).unwrap(), Counts { visible: 0, in_flight: 0, delayed: 1 });
    assert!(bodies(&store, "work", at(899)).is_empty());
    assert_eq!(bodies(&store, "work", at(900)), ["a"]);
}

#[test]
fn a_message_that_was_received_too_often_goes_to_the_dead_letters() {
    let (_folder, store) = store();
    send(&store, "a", START);
    assert_eq!(bodies(&store, "work", START), ["a"]);
    assert_eq!(bodies(&store, "work", at(30)), ["a"]);
    assert!(bodies(&store, "work", at(60)).is_empty());
    let dead = store.receive("dead", 10, None, at(60)).unwrap();
    assert_eq!((dead[0].body.as_str(), dead[0].came_from.as_deref()), ("a", Some("work")));
}

#[test]
fn only_the_latest_receipt_deletes() {
    let (_folder, store) = store();
    send(&store, "a", START);
    let first = store.receive("work", 1, None, START).unwrap().remove(0);
    let second = store.receive("work", 1, None, at(30)).unwrap().remove(0);
    store.delete("work", &first.receipt).unwrap();
    assert_eq!(store.counts("work", at(30)).unwrap().in_flight, 1);
    store.delete("work", &second.receipt).unwrap();
    store.delete("work", &second.receipt).unwrap();
    assert_eq!(store.counts("work", at(30)).unwrap(), Counts { visible: 0, in_flight: 0, delayed: 0 });
    assert_eq!(store.delete("work", "no receipt").unwrap_err(), Refusal::receipt());
}

#[test]
fn a_visibility_can_be_changed_only_while_the_message_is_in_flight() {
    let (_folder, store) = store();
    send(&store, "a", START);
    let received = store.receive("work", 1, None, START).unwrap().remove(0);
    store.change_visibility("work", &received.receipt, Duration::from_secs(100), at(10)).unwrap();
    assert!(bodies(&store, "work", at(109)).is_empty());
    store.change_visibility("work", &received.receipt, Duration::ZERO, at(50)).unwrap();
    let late = store.change_visibility("work", &received.receipt, Duration::ZERO, at(51));
    assert_eq!(late.unwrap_err(), Refusal::not_in_flight());
    assert_eq!(bodies(&store, "work", at(51)), ["a"]);
}

#[test]
fn a_message_in_flight_is_visible_again_after_a_restart_and_a_delay_goes_on() {
    let (folder, store) = store();
    send(&store, "in flight", START);
    bodies(&store, "work", START);
    let delayed = NewMessage { delay: Some(Duration::from_secs(10)), ..message("delayed") };
    store.send("work", &[delayed], START).unwrap();
    drop(store);
    let store = open(&folder, at(1));
    assert_eq!(bodies(&store, "work", at(1)), ["in flight"]);
    assert_eq!(bodies(&store, "work", at(10)), ["delayed"]);
}

#[test]
fn a_message_older_than_the_queue_keeps_messages_is_gone() {
    let (_folder, store) = store();
    send(&store, "a", START);
    assert!(bodies(&store, "work", at(3_601)).is_empty());
    assert_eq!(store.next_visible("work").unwrap(), None);
}

#[test]
fn a_send_wakes_whoever_waits_for_the_queue_and_nobody_else() {
    let (_folder, store) = store();
    let (work, dead) = (store.changes("work").unwrap(), store.changes("dead").unwrap());
    send(&store, "a", START);
    assert!(work.has_changed().unwrap());
    assert!(!dead.has_changed().unwrap());
}

#[test]
fn a_queue_that_does_not_exist_is_refused() {
    let (_folder, store) = store();
    assert_eq!(store.send("other", &[message("a")], START).unwrap_err(), Refusal::no_queue());
    assert_eq!(store.receive("other", 1, None, START).unwrap_err(), Refusal::no_queue());
}
