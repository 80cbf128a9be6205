//! What waits for a person: listed, counted and resolved.

use application::count_work_items::{self, Count, count_work_items};
use application::list_work_items::{self, Question, list_work_items};
use application::resolve_order::{self, ResolveOrderError, resolve_order};
use application::resolve_webhook::{self, ResolveWebhookError, resolve_webhook};
use application::{WorkItem, WorkRecord};
use domain::Idempotent;
use domain::fraud::ReviewDecision;
use domain::order::{Order, OrderState};
use domain::payment::{Attempt, Finding, GatewayName, Outcome, PaymentFinding, RefundFinding, RefundOutcome};
use domain::webhook::{EventKey, NotQuarantined, Purpose, QuarantineDecision};
use domain::work::{Work, WorkKind};
use memory::{Call, Fate, RefundCall};

use crate::cancelled::{cancel, paid};
use crate::fraud::in_review;
use crate::samples::CARD;
use crate::shop::{HOUR, MINUTE, NOON, Shop, WEEK};
use crate::webhooks::{applied, event, told};

/// An order whose gateway holds another amount than was asked for.
async fn mismatched(shop: &Shop) -> Order {
    shop.gateway.card(CARD, Outcome::Mismatch);
    let order = shop.order_shirts().await;
    shop.settle().await;
    shop.order(&order.id).await
}

async fn listed(shop: &Shop, question: Question) -> (Vec<WorkItem>, bool) {
    list_work_items(&list_work_items::Ports { work_items: &shop.store }, &question).await.unwrap()
}

fn every_kind() -> Question {
    Question { kind: None, after: None, limit: 50 }
}

async fn counted(shop: &Shop) -> Vec<Count> {
    let ports = count_work_items::Ports { work_items: &shop.store, clock: &shop.clock };
    count_work_items(&ports).await.unwrap()
}

async fn found(shop: &Shop, order: &Order, finding: Finding) -> Result<Idempotent<Order>, ResolveOrderError> {
    let ports = resolve_order::Ports { orders: &shop.store, clock: &shop.clock };
    resolve_order(&ports, &order.id, finding).await
}

async fn decide(
    shop: &Shop,
    id: &str,
    decision: QuarantineDecision,
) -> Result<Idempotent<()>, ResolveWebhookError> {
    let key = EventKey { gateway: GatewayName::Stripe, id: id.parse().unwrap() };
    let ports = resolve_webhook::Ports { webhooks: &shop.store, clock: &shop.clock };
    let decided = resolve_webhook(&ports, &key, decision).await?;
    Ok(if decided.is_replay() { Idempotent::AlreadyApplied(()) } else { Idempotent::Executed(()) })
}

#[tokio::test]
async fn what_waits_is_listed_by_how_long_it_waits_page_by_page() {
    let shop = Shop::open().await;
    let order = mismatched(&shop).await;
    for (minute, id) in (1_u32..).zip(["evt_1", "evt_2", "evt_3"]) {
        shop.clock.set(NOON.plus(MINUTE * minute));
        let _quarantined = told(&shop, event(id, "succeeded", &order, 7)).await;
    }
    let (all, is_more) = listed(&shop, every_kind()).await;
    let kinds: Vec<_> = all.iter().map(|item| item.work.kind).collect();
    assert_eq!(kinds, [WorkKind::Payment, WorkKind::Webhook, WorkKind::Webhook, WorkKind::Webhook]);
    assert_eq!((all[0].record.clone(), is_more), (WorkRecord::Order(order.id.clone()), false));
    let (first, is_more) = listed(&shop, Question { limit: 3, ..every_kind() }).await;
    assert_eq!((first.as_slice(), is_more), (&all[..3], true));
    let (rest, is_more) = listed(&shop, Question { after: first.last().cloned(), ..every_kind() }).await;
    assert_eq!((rest.as_slice(), is_more), (&all[3..], false));
    let (webhooks, _) = listed(&shop, Question { kind: Some(WorkKind::Webhook), ..every_kind() }).await;
    assert_eq!(webhooks, all[1..]);
}

#[tokio::test]
async fn what_waits_is_counted_by_kind_with_the_age_of_the_oldest() {
    let shop = Shop::open().await;
    let order = mismatched(&shop).await;
    let _quarantined = told(&shop, event("evt_1", "succeeded", &order, 7)).await;
    shop.clock.set(NOON.plus(HOUR));
    let counts = counted(&shop).await;
    let of = |kind, open, oldest_minutes| Count { kind, open, urgent: 0, oldest_minutes };
    assert_eq!(
        counts,
        [
            of(WorkKind::FraudReview, 0, 0),
            of(WorkKind::Payment, 1, 60),
            of(WorkKind::Refund, 0, 0),
            of(WorkKind::Dispute, 0, 0),
            of(WorkKind::Webhook, 1, 60),
            of(WorkKind::Difference, 0, 0),
        ]
    );
}

/// As long as the alarm of the template says.
#[tokio::test]
async fn an_order_in_fraud_review_is_listed_with_its_end_and_urgent_in_the_twelve_hours_before_it() {
    let (shop, order) = in_review().await;
    let until = order.review().unwrap().until;
    let work = Work { kind: WorkKind::FraudReview, since: NOON, until: Some(until) };
    let waiting = WorkItem { record: WorkRecord::Order(order.id.clone()), work };
    let instant = std::time::Duration::from_millis(1);
    let last_hours = until.minus(HOUR * 12);
    assert!(last_hours > NOON);
    for (now, urgent) in
        [(NOON, 0), (last_hours.minus(instant), 0), (last_hours, 1), (until.minus(instant), 1)]
    {
        shop.clock.set(now);
        assert_eq!(listed(&shop, every_kind()).await, (vec![waiting.clone()], false));
        let counts = counted(&shop).await;
        let oldest_minutes = now.since(NOON).as_secs() / 60;
        assert_eq!(counts[0], Count { kind: WorkKind::FraudReview, open: 1, urgent, oldest_minutes });
        assert!(counts[1..].iter().all(|count| (count.open, count.urgent) == (0, 0)), "{counts:?}");
    }
    let _approved = shop.review(&order.id, ReviewDecision::Approve).await.unwrap();
    assert_eq!(listed(&shop, every_kind()).await, (vec![], false));
    assert_eq!((counted(&shop).await[0].open, counted(&shop).await[0].urgent), (0, 0));
}

#[tokio::test]
async fn a_capture_that_its_gateway_never_told_of_is_paid_once_a_person_has_found_it() {
    let shop = Shop::open().await;
    shop.gateway.script(Call::Capture, vec![Fate::AnswerLost; 1_000]);
    shop.gateway.script(Call::LookUp, vec![Fate::Refused(Outcome::Unknown); 1_000]);
    let order = shop.order_shirts().await;
    shop.settle_until(NOON.plus(Attempt::REVIEW_AGE).plus(HOUR)).await;
    assert_eq!(listed(&shop, every_kind()).await.0.len(), 1);
    resolves(&shop, &order, PaymentFinding::Captured, "paid").await;
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn a_payment_that_a_person_has_voided_at_its_gateway_is_a_definite_no() {
    let shop = Shop::open().await;
    let order = mismatched(&shop).await;
    resolves(&shop, &order, PaymentFinding::Voided, "payment_failed").await;
    assert_eq!(shop.units(), (9, 3, 0), "another method can be offered for them");
}

/// It does so once, and nothing waits any more.
async fn resolves(shop: &Shop, order: &Order, finding: PaymentFinding, word: &str) {
    let finding = Finding::Payment(finding);
    let resolved = found(shop, order, finding).await.unwrap();
    assert_eq!((resolved.is_replay(), resolved.into_inner().word()), (false, word));
    assert!(found(shop, order, finding).await.unwrap().is_replay());
    assert_eq!(listed(shop, every_kind()).await, (vec![], false));
}

#[tokio::test]
async fn an_order_that_is_not_there_or_waits_for_nobody_is_told_apart() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    let voided = Finding::Payment(PaymentFinding::Voided);
    assert_eq!(found(&shop, &order, voided).await, Err(ResolveOrderError::NotWaiting));
    let unknown = Order { id: "unknown".parse().unwrap(), ..order };
    assert_eq!(found(&shop, &unknown, voided).await, Err(ResolveOrderError::NotFound));
}

#[tokio::test]
async fn a_cancelled_orders_refund_that_failed_is_made_anew_once_a_person_says_so() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    shop.gateway.script_refund(RefundCall::Refund, [Fate::Refused(RefundOutcome::Refused)]);
    let _cancelled = cancel(&shop, &order).await.unwrap();
    shop.settle_until(NOON.plus(WEEK)).await;
    let failed = Finding::Refund(1, RefundFinding::NotRefunded);
    let resolved = found(&shop, &order, failed).await.unwrap();
    assert!(!resolved.is_replay());
    shop.settle().await;
    let order = shop.order(&order.id).await;
    assert!(matches!(order.state, OrderState::Cancelled { .. }));
    assert_eq!(shop.units(), (12, 0, 0));
    assert_eq!(order.refunded(), order.totals.total.amount());
}

#[tokio::test]
async fn an_event_in_quarantine_is_applied_once_what_kept_it_from_that_is_gone() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    let mut unknown = event("evt_1", "succeeded", &order, 1);
    unknown.reference = "scripted_elsewhere".parse().unwrap();
    unknown.purpose = Some(Purpose { order_id: order.id.clone(), attempt: 2 });
    let _quarantined = told(&shop, unknown.clone()).await;
    assert_eq!(listed(&shop, every_kind()).await.0.len(), 1);
    let again = decide(&shop, "evt_1", QuarantineDecision::ApplyAgain).await;
    assert_eq!(again, Ok(Idempotent::Executed(())));
    shop.settle().await;
    assert_eq!(listed(&shop, every_kind()).await.0.len(), 1, "it still is nobody's");
    assert_eq!(decide(&shop, "evt_1", QuarantineDecision::Dismiss).await, Ok(Idempotent::Executed(())));
    assert_eq!(decide(&shop, "evt_1", QuarantineDecision::Dismiss).await, Ok(Idempotent::AlreadyApplied(())));
    assert_eq!(listed(&shop, every_kind()).await.0, []);
}

#[tokio::test]
async fn an_event_that_is_not_in_quarantine_is_left_alone() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    assert_eq!(told(&shop, event("evt_1", "succeeded", &order, 1)).await, applied());
    for decision in [QuarantineDecision::ApplyAgain, QuarantineDecision::Dismiss] {
        assert_eq!(decide(&shop, "evt_1", decision).await, Err(NotQuarantined.into()));
        assert_eq!(decide(&shop, "evt_2", decision).await, Err(ResolveWebhookError::NotFound));
    }
}
