use application::{Subject, WakeUp};
use domain::Idempotent;
use domain::payment::GatewayName;
use domain::webhook::{
    DisputeStage, Event, EventKey, EventSubject, Fact, FactSubject, Mode, Purpose, Quarantine, Settlement,
    Webhook, WebhookState,
};

use crate::samples::{NOON, later, ordered};
use crate::world::World;

fn key(id: &str) -> EventKey {
    EventKey { gateway: GatewayName::Stripe, id: id.parse().unwrap() }
}

/// An event that is received at noon.
pub(crate) fn webhook(id: &str) -> Webhook {
    let purpose = Purpose { order_id: "order".parse().unwrap(), attempt: 2 };
    let event = Event {
        key: key(id),
        kind: "payment_intent.succeeded".parse().unwrap(),
        subject: EventSubject::Payment,
        reference: "pi_1".parse().unwrap(),
        purpose: Some(purpose),
        mode: Mode::Live,
        created_at: NOON,
        fact: None,
    };
    Webhook::receive(event, NOON)
}

#[tokio::test]
async fn fault_28_an_event_is_kept_once_and_the_first_one_stays() {
    for world in World::both().await {
        let first = webhook("evt_1");
        assert_eq!(world.inbox.receive(&first).await, Ok(Idempotent::Executed(())));
        let mut other = Webhook::receive(first.event.clone(), later(60));
        other.event.kind = "payment_intent.canceled".parse().unwrap();
        other.event.purpose = None;
        for again in [&first, &other] {
            assert_eq!(world.inbox.receive(again).await, Ok(Idempotent::AlreadyApplied(())));
            assert_eq!(world.webhooks.webhook(&key("evt_1")).await, Ok(Some(first.clone())));
        }
        assert_eq!(world.inbox.receive(&webhook("evt_2")).await, Ok(Idempotent::Executed(())));
    }
}

#[tokio::test]
async fn an_event_about_a_dispute_reads_back_as_it_was_told() {
    for world in World::both().await {
        let mut told = webhook("evt_1");
        (told.event.subject, told.event.purpose) = (EventSubject::Dispute, None);
        let _received = world.inbox.receive(&told).await.unwrap();
        assert_eq!(world.webhooks.webhook(&key("evt_1")).await, Ok(Some(told)));
    }
}

#[tokio::test]
async fn an_event_that_nobody_told_is_not_there_and_is_not_settled() {
    for world in World::both().await {
        let applied = Settlement::Applied { at: NOON };
        assert_eq!(world.webhooks.settle(&key("evt_1"), applied).await, Ok(Idempotent::AlreadyApplied(())));
        assert_eq!(world.webhooks.webhook(&key("evt_1")).await, Ok(None));
    }
}

#[tokio::test]
async fn an_event_is_settled_once_and_whoever_comes_first_decides() {
    for world in World::both().await {
        let applied = Settlement::Applied { at: later(1) };
        let quarantined = Settlement::Quarantined { at: later(2), reason: Quarantine::UnknownAttempt };
        for (id, first, second) in [("evt_1", applied, quarantined), ("evt_2", quarantined, applied)] {
            let received = webhook(id);
            let _received = world.inbox.receive(&received).await.unwrap();
            assert_eq!(world.webhooks.settle(&key(id), first).await, Ok(Idempotent::Executed(())));
            for again in [first, second] {
                assert_eq!(world.webhooks.settle(&key(id), again).await, Ok(Idempotent::AlreadyApplied(())));
            }
            let stored = world.webhooks.webhook(&key(id)).await.unwrap().unwrap();
            assert_eq!(stored.state, WebhookState::Settled(first));
            assert_eq!(stored, received.settle(first).unwrap());
            assert_eq!(world.inbox.receive(&webhook(id)).await, Ok(Idempotent::AlreadyApplied(())));
            assert_eq!(world.webhooks.webhook(&key(id)).await, Ok(Some(stored)));
        }
    }
}

#[tokio::test]
async fn a_new_event_asks_for_its_worker_and_neither_its_repetition_nor_its_end_does() {
    for world in World::both().await {
        let _received = world.inbox.receive(&webhook("evt_1")).await.unwrap();
        let _again = world.inbox.receive(&webhook("evt_1")).await.unwrap();
        let _settled =
            world.webhooks.settle(&key("evt_1"), Settlement::Applied { at: later(1) }).await.unwrap();
        let apply = WakeUp { subject: Subject::ApplyWebhook(key("evt_1")), at: NOON };
        assert_eq!(world.wake_ups().await, [apply]);
    }
}

#[tokio::test]
async fn an_event_is_none_of_the_books_business() {
    for world in World::both().await {
        let _order = ordered(&world).await;
        let before = world.books().await;
        let mut told = webhook("evt_1");
        let payment = "psp".parse().unwrap();
        told.event.fact =
            Some(Fact { subject: FactSubject::Capture, success: true, amount: None, payment, risk: None });
        let _received = world.inbox.receive(&told).await.unwrap();
        assert_eq!(world.books().await, before);
    }
}

#[tokio::test]
async fn fault_28_every_fact_of_an_object_is_kept_once_with_its_event_and_no_other_objects() {
    let fact = |subject, success| Fact {
        subject,
        success,
        amount: None,
        payment: "psp".parse().unwrap(),
        risk: None,
    };
    let told = |id: &str, reference: &str, fact: Fact| {
        let mut webhook = webhook(id);
        webhook.event.reference = reference.parse().unwrap();
        webhook.event.fact = Some(fact);
        webhook
    };
    for world in World::both().await {
        let held = fact(FactSubject::Authorization, true);
        let moved = fact(FactSubject::Capture, false);
        let back = fact(FactSubject::Refund(2), true);
        let reference = "dispute".parse().unwrap();
        let taken = fact(FactSubject::Dispute { reference, stage: DisputeStage::LostAgain }, true);
        let another = fact(FactSubject::Cancellation, true);
        for webhook in [
            told("evt_1", "ours", held.clone()),
            told("evt_2", "ours", moved.clone()),
            told("evt_2", "ours", another.clone()),
            told("evt_1", "ours", held.clone()),
            told("evt_3", "theirs", another),
            told("evt_4", "ours", back.clone()),
            told("evt_5", "ours", taken.clone()),
        ] {
            let _received = world.inbox.receive(&webhook).await.unwrap();
        }
        let ours = "ours".parse().unwrap();
        // What a list proves stands beside them, once; what an event brought first stays.
        let lost = fact(FactSubject::Cancellation, false);
        for (id, kept) in [("list-1", &lost), ("list-1", &moved), ("evt_1", &lost)] {
            let key = EventKey { gateway: GatewayName::Stripe, id: id.parse().unwrap() };
            let is_first = (id, kept) == ("list-1", &lost);
            let again = world.fact_ledger.keep(&key, &ours, kept).await.unwrap().is_replay();
            assert_eq!(again, !is_first, "{id}");
        }
        let mut facts = world.facts.facts(GatewayName::Stripe, &ours).await.unwrap();
        facts.sort_by_key(|fact| fact.subject.as_str());
        assert_eq!(facts, [held, lost, moved, taken, back]);
        assert_eq!(world.facts.facts(GatewayName::PayPal, &ours).await, Ok(Vec::new()));
    }
}
