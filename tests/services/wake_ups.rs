use std::time::Duration;

use application::{Queues, Subject, WakeUp};
use domain::Timestamp;
use domain::payment::GatewayName;
use domain::stock::{AlertKind, StockAlert};
use domain::wake::Queue;
use domain::webhook::EventKey;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{RngSeed, TestError, TestRunner};

use crate::world::{World, receipt};

const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// A wake-up that is due, or that is far enough away not to arrive while a test looks.
fn any_wake_up() -> impl Strategy<Value = WakeUp> {
    let at = prop_oneof![
        (0_u64..100_000).prop_map(|millis| NOON.minus(Duration::from_millis(millis))),
        (120_000_u64..2_000_000).prop_map(|millis| NOON.plus(Duration::from_millis(millis))),
    ];
    (select(&Queue::ALL), 0..6_u64, at).prop_map(|(queue, number, at)| {
        let subject = match queue {
            Queue::CapturePayment => Subject::CapturePayment(format!("order-{number}").parse().unwrap()),
            Queue::ExpireReservation => {
                Subject::ExpireReservation(format!("reservation-{number}").parse().unwrap())
            }
            Queue::ApplyWebhook => {
                let id = format!("evt_{number}").parse().unwrap();
                Subject::ApplyWebhook(EventKey { gateway: GatewayName::Stripe, id })
            }
            Queue::StockAlerts => Subject::StockAlert(StockAlert {
                sku: "SHIRT-M".parse().unwrap(),
                number,
                kind: AlertKind::SoldOut,
                units: 0,
                at,
            }),
        };
        WakeUp { subject, at }
    })
}

fn body(subject: &Subject) -> String {
    match subject {
        Subject::CapturePayment(id) => format!(r#"{{"order_id":"{id}"}}"#),
        Subject::ExpireReservation(id) => format!(r#"{{"reservation_id":"{id}"}}"#),
        Subject::ApplyWebhook(key) => {
            format!(r#"{{"gateway":"{}","event_id":"{}"}}"#, key.gateway.as_str(), key.id)
        }
        Subject::StockAlert(alert) => {
            let (number, at) = (alert.number, alert.at.as_millis());
            format!(r#"{{"sku":"SHIRT-M","number":{number},"kind":"sold_out","units":0,"at_ms":{at}}}"#)
        }
    }
}

fn sorted<T: Ord>(found: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut found: Vec<T> = found.into_iter().collect();
    found.sort();
    found
}

/// The bodies of all messages that can be received now, which are deleted.
async fn arrived(world: &World, url: &str) -> Vec<String> {
    let mut bodies = vec![];
    loop {
        let messages = world.receive(url).await;
        if messages.is_empty() {
            return sorted(bodies);
        }
        for message in messages {
            let delete = world.sqs.delete_message().queue_url(url).receipt_handle(receipt(&message));
            delete.send().await.unwrap();
            bodies.push(message.body.unwrap());
        }
    }
}

/// The bodies and delays of so many messages that wait, from the queue's own books, which are asked at each one's time.
fn waiting(books: &local::sqs::Store, queue: Queue, count: usize) -> Vec<(String, u128)> {
    let mut found = vec![];
    // What was received meanwhile stays hidden until after the longest delay.
    let hidden = Some(Duration::from_secs(86_400));
    while found.len() < count {
        let at = books.next_visible(queue.name()).unwrap().unwrap();
        let messages = books.receive(queue.name(), 10, hidden, at).unwrap();
        found.extend(messages.into_iter().map(|message| {
            assert_eq!(message.receives, 1, "a message came too early");
            (message.body, at.since(message.sent_at).as_millis())
        }));
    }
    sorted(found)
}

async fn run_in_all(wake_ups: &[WakeUp]) {
    for world in World::all().await {
        let memory = memory::Queues::default();
        let urls = [
            (Queue::CapturePayment, world.capture_payment.clone()),
            (Queue::ExpireReservation, world.expire_reservation.clone()),
            (Queue::ApplyWebhook, world.apply_webhook.clone()),
            (Queue::StockAlerts, world.stock_alerts.clone()),
        ];
        let ours = sqs::Queues::new(world.sqs.clone(), urls);
        assert_eq!(memory.send(wake_ups, NOON).await, Ok(vec![]));
        assert_eq!(ours.send(wake_ups, NOON).await, Ok(vec![]), "in {}", world.name);
        let due = memory.take_due(NOON);
        for (queue, url) in [
            (Queue::CapturePayment, &world.capture_payment),
            (Queue::ExpireReservation, &world.expire_reservation),
            (Queue::ApplyWebhook, &world.apply_webhook),
            (Queue::StockAlerts, &world.stock_alerts),
        ] {
            let of_queue = due.iter().filter(|wake_up| wake_up.subject.queue() == queue);
            let expected = sorted(of_queue.map(|wake_up| body(&wake_up.subject)));
            assert_eq!(arrived(&world, url).await, expected, "in {}", world.name);

            let later = memory.waiting().into_iter().filter(|sent| sent.wake_up.subject.queue() == queue);
            // A queue counts whole seconds, and nothing may arrive before its time.
            let delay = |due: Timestamp| due.since(NOON).as_millis().div_ceil(1_000) * 1_000;
            let later = sorted(later.map(|sent| (body(&sent.wake_up.subject), delay(sent.due))));
            assert_eq!(world.delayed(url).await, later.len(), "in {}", world.name);
            if let Some(books) = world.books() {
                assert_eq!(waiting(books, queue, later.len()), later, "in {}", world.name);
            }
        }
    }
}

#[test]
fn wake_ups_arrive_by_the_adapter_as_they_do_in_memory() {
    let mut config = ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() };
    let seed = match config.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => 20_261_122,
    };
    config.rng_seed = RngSeed::Fixed(seed);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let wake_ups = proptest::collection::vec(any_wake_up(), 0..32);
    let outcome = TestRunner::new(config).run(&wake_ups, |wake_ups| {
        runtime.block_on(run_in_all(&wake_ups));
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, wake_ups)) => panic!(
            "{reason}\nfor {wake_ups:#?}\n\
             replay with: PROPTEST_RNG_SEED={seed} cargo test -p matchday-tests --test services wake_ups"
        ),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}
