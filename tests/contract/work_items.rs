use application::{WorkItem, WorkRecord};
use domain::Idempotent;
use domain::fraud::Risk;
use domain::order::{Order, OrderChange};
use domain::payment::{DisputeSeen, Finding, GatewayName, Outcome, PaymentFinding, RefundOutcome};
use domain::reconciliation::{Difference, DifferenceKey, DifferenceKind, DifferenceSubject};
use domain::webhook::{EventKey, Quarantine, QuarantineDecision, Settlement, Webhook};
use domain::work::{Work, WorkKind};

use crate::samples::{NOON, later, ordered};
use crate::webhooks::webhook;
use crate::world::World;

/// An order whose payment is not what was asked for, from the first second on.
async fn mismatched(world: &World) -> Order {
    let (_, change) = ordered(world).await;
    let mismatched = change.order.record(Outcome::Mismatch, later(1)).unwrap();
    world.ledger.record(&mismatched).await.unwrap();
    mismatched.order
}

/// An event that nobody can be found for, from the first second on.
async fn quarantined(world: &World) -> Webhook {
    let received = webhook("evt_1");
    let _received = world.inbox.receive(&received).await.unwrap();
    let settlement = Settlement::Quarantined { at: later(1), reason: Quarantine::UnknownOrder };
    let _settled = world.webhooks.settle(&received.event.key, settlement).await.unwrap();
    received.settle(settlement).unwrap()
}

fn item(record: WorkRecord, kind: WorkKind) -> WorkItem {
    WorkItem { record, work: Work { kind, since: later(1), until: None } }
}

/// Writes a change, and answers with its order.
async fn record(world: &World, change: OrderChange) -> Order {
    world.ledger.record(&change).await.unwrap();
    change.order
}

/// An order whose gateway doubts its card, authorized in the first second.
async fn in_review(world: &World) -> Order {
    let (_, change) = ordered(world).await;
    let opened = change.order.record(Outcome::Opened("pi_1".parse().unwrap()), NOON).unwrap();
    let opened = record(world, opened).await;
    record(world, opened.record(Outcome::AuthorizedAtRisk(Risk::Elevated), later(1)).unwrap()).await
}

/// A cancelled order whose money the gateway does not give back, as it says in the first second.
async fn unrefunded(world: &World) -> Order {
    let cancelled = paid(world).await.cancel(NOON).unwrap().into_inner();
    let claimed = record(world, cancelled).await.claim_refund(NOON).unwrap();
    let refused = record(world, claimed).await.record_refund(RefundOutcome::Refused, later(1)).unwrap();
    record(world, refused).await
}

/// A paid order that is disputed from the first second on.
async fn disputed(world: &World) -> Order {
    let paid = paid(world).await;
    let (reference, amount) = ("dp_1".parse().unwrap(), paid.totals.total);
    let seen = DisputeSeen { reference, amount, decision: None };
    record(world, paid.dispute(1, &[seen], later(1)).unwrap().into_inner()).await
}

/// An order that is paid at once.
async fn paid(world: &World) -> Order {
    let (_, change) = ordered(world).await;
    let opened = change.order.record(Outcome::Opened("pi_1".parse().unwrap()), NOON).unwrap();
    let opened = record(world, opened).await;
    let authorized = record(world, opened.record(Outcome::Authorized, NOON).unwrap()).await;
    record(world, authorized.record(Outcome::Captured, NOON).unwrap()).await
}

/// Something that a gateway lists otherwise than it was posted, found in the first second.
async fn differing(world: &World) -> DifferenceKey {
    let subject = DifferenceSubject::Transfer("txn_1".parse().unwrap());
    let key = DifferenceKey { gateway: GatewayName::Stripe, kind: DifferenceKind::Amount, subject };
    let amount = domain::Money::new(1_999, "EUR".parse().unwrap()).unwrap();
    let found =
        Difference { key: key.clone(), order_id: None, amount, found_at: later(1), resolved_at: None };
    let _noted = world.differences.note(&found).await.unwrap();
    key
}

/// Something of this kind that waits for a person from the first second on.
async fn waiting(world: &World, kind: WorkKind) -> WorkItem {
    let order = |order: Order| WorkRecord::Order(order.id);
    match kind {
        WorkKind::FraudReview => {
            let held = in_review(world).await;
            let until = Some(held.review().unwrap().until);
            WorkItem { work: Work { kind, since: later(1), until }, record: order(held) }
        }
        WorkKind::Payment => item(order(mismatched(world).await), kind),
        WorkKind::Refund => item(order(unrefunded(world).await), kind),
        WorkKind::Dispute => item(order(disputed(world).await), kind),
        WorkKind::Webhook => item(WorkRecord::Webhook(quarantined(world).await.event.key), kind),
        WorkKind::Difference => item(WorkRecord::Difference(differing(world).await), kind),
    }
}

#[tokio::test]
async fn each_kind_of_what_waits_for_a_person_is_listed_alike() {
    for kind in WorkKind::ALL {
        for world in World::both().await {
            let waiting = waiting(&world, kind).await;
            assert_eq!(world.work_items(later(1)).await, [waiting]);
            assert_eq!(world.work_items(later(2)).await, [], "{kind:?}");
        }
    }
}

#[tokio::test]
async fn what_waits_for_a_person_is_listed_with_what_for_and_since_when() {
    for world in World::both().await {
        assert_eq!(world.work_items(NOON).await, []);
        let order = mismatched(&world).await;
        let event = quarantined(&world).await.event.key;
        let both = [
            item(WorkRecord::Order(order.id), WorkKind::Payment),
            item(WorkRecord::Webhook(event), WorkKind::Webhook),
        ];
        assert_eq!(world.work_items(NOON).await, both);
        assert_eq!(world.work_items(later(1)).await, both);
        assert_eq!(world.work_items(later(2)).await, []);
    }
}

#[tokio::test]
async fn an_order_whose_payment_is_found_out_waits_for_nobody_any_more() {
    for world in World::both().await {
        let order = mismatched(&world).await;
        let found = order.clone().resolve(Finding::Payment(PaymentFinding::Voided), later(2)).unwrap();
        let Idempotent::Executed(change) = found else { panic!("{found:?}") };
        world.ledger.record(&change).await.unwrap();
        assert_eq!(world.work_items(NOON).await, []);
    }
}

#[tokio::test]
async fn a_difference_waits_until_a_person_is_done_with_it_once() {
    let subjects = [
        DifferenceSubject::Transfer("txn_1".parse().unwrap()),
        DifferenceSubject::Posting("order-1".parse().unwrap(), 2),
    ];
    for world in World::both().await {
        for subject in subjects.clone() {
            let key = DifferenceKey { gateway: GatewayName::Stripe, kind: DifferenceKind::Amount, subject };
            let amount = domain::Money::new(1_999, "EUR".parse().unwrap()).unwrap();
            let found = Difference {
                key: key.clone(),
                order_id: None,
                amount,
                found_at: later(1),
                resolved_at: None,
            };
            let found = match &key.subject {
                DifferenceSubject::Posting(order, _) => Difference { order_id: Some(order.clone()), ..found },
                DifferenceSubject::Transfer(_) => found,
            };
            let resolved = found.clone().resolve(later(2)).into_inner();
            assert_eq!(world.differences.resolve(&resolved).await, Ok(Idempotent::AlreadyApplied(())));
            let _noted = world.differences.note(&found).await.unwrap();
            let waiting = item(WorkRecord::Difference(key.clone()), WorkKind::Difference);
            assert_eq!(world.work_items(NOON).await, [waiting]);
            assert_eq!(world.differences.resolve(&resolved).await, Ok(Idempotent::Executed(())));
            let later = found.resolve(later(3)).into_inner();
            assert_eq!(world.differences.resolve(&later).await, Ok(Idempotent::AlreadyApplied(())));
            assert_eq!(world.differences.difference(&key).await, Ok(Some(resolved)));
            assert_eq!(world.work_items(NOON).await, []);
        }
    }
}

#[tokio::test]
async fn an_event_that_is_applied_again_is_received_anew_and_wakes_its_worker() {
    for world in World::both().await {
        let quarantined = quarantined(&world).await;
        let key = quarantined.event.key.clone();
        let again = quarantined.decide(QuarantineDecision::ApplyAgain, later(2)).unwrap().into_inner();
        assert_eq!(world.webhooks.resolve(&again).await, Ok(Idempotent::Executed(())));
        assert_eq!(stored(&world, &key).await, again);
        assert_eq!(world.work_items(NOON).await, []);
        let woken: Vec<_> = world.wake_ups().await.iter().map(|wake_up| wake_up.at).collect();
        assert_eq!(woken, [NOON, later(2)]);
        let applied = Settlement::Applied { at: later(3) };
        assert_eq!(world.webhooks.settle(&key, applied).await, Ok(Idempotent::Executed(())));
        assert_eq!(stored(&world, &key).await, again.settle(applied).unwrap());
    }
}

#[tokio::test]
async fn a_decision_about_an_event_is_taken_once_and_only_in_quarantine() {
    for world in World::both().await {
        let quarantined = quarantined(&world).await;
        let key = quarantined.event.key.clone();
        let decided = |decision| quarantined.clone().decide(decision, later(2)).unwrap().into_inner();
        let (again, dismissed) =
            (decided(QuarantineDecision::ApplyAgain), decided(QuarantineDecision::Dismiss));
        assert_eq!(world.webhooks.resolve(&dismissed).await, Ok(Idempotent::Executed(())));
        for late in [&again, &dismissed] {
            assert_eq!(world.webhooks.resolve(late).await, Ok(Idempotent::AlreadyApplied(())));
            assert_eq!(stored(&world, &key).await, dismissed);
        }
        assert_eq!(world.work_items(NOON).await, []);
        let unknown = Webhook { event: webhook("evt_2").event, ..again };
        assert_eq!(world.webhooks.resolve(&unknown).await, Ok(Idempotent::AlreadyApplied(())));
        assert_eq!(world.webhooks.webhook(&unknown.event.key).await, Ok(None));
    }
}

async fn stored(world: &World, key: &EventKey) -> Webhook {
    world.webhooks.webhook(key).await.unwrap().unwrap()
}
