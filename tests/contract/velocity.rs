use application::CountError;
use domain::fraud::{Activity, Count, Day, Known, Mark, PaidHistory, Subject};
use domain::order::{HoldsChange, OrderChange, OrderState};
use domain::stock::HoldMove;
use domain::{Caller, Timestamp};

use crate::samples::{NOON, checkout, ordered};
use crate::world::World;

fn customer() -> Subject {
    Subject::customer(&Caller::guest(&[1; 32]))
}

fn address() -> Subject {
    Subject::address(&checkout("checkout").shipping_address)
}

fn mark(order: &str, attempt: u32) -> Mark {
    Mark { at: NOON, order: order.parse().unwrap(), attempt }
}

fn count(order: &str, declined: &[u32]) -> Count {
    Count {
        subjects: vec![customer(), address()],
        day: Day::of(NOON),
        order: mark(order, 1),
        declines: declined.iter().map(|attempt| mark(order, *attempt)).collect(),
    }
}

async fn known(world: &World, at: Timestamp) -> Known {
    let subjects = [customer(), address()];
    let mut known = world.velocity.known(&subjects, Day::with_eve(at), "EUR".parse().unwrap()).await.unwrap();
    known.activities.sort_by(|a, b| (&a.subject, a.day).cmp(&(&b.subject, b.day)));
    known
}

#[tokio::test]
async fn an_order_and_its_declines_count_once_for_each_subject_on_its_day_and_the_next() {
    for world in World::both().await {
        assert_eq!(known(&world, NOON).await, Known::default());
        for counted in [count("o-1", &[]), count("o-1", &[1]), count("o-1", &[1, 2]), count("o-2", &[])] {
            assert_eq!(world.velocity.count(&counted).await, Ok(()));
            assert_eq!(world.velocity.count(&counted).await, Ok(()));
        }
        let expected = |subject| Activity {
            orders: [mark("o-1", 1), mark("o-2", 1)].into(),
            declines: [mark("o-1", 1), mark("o-1", 2)].into(),
            ..Activity::none(subject, Day::of(NOON))
        };
        const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);
        for at in [NOON, NOON.plus(DAY)] {
            let found = known(&world, at).await;
            assert_eq!(found.activities, [expected(customer()), expected(address())]);
            assert_eq!(found.paid, PaidHistory::default());
        }
        assert_eq!(known(&world, NOON.plus(DAY).plus(DAY)).await, Known::default());
    }
}

#[tokio::test]
async fn of_whom_enough_was_counted_no_more_is_and_then_nobody_is() {
    for world in World::both().await {
        let only_address =
            |number: usize| Count { subjects: vec![address()], ..count(&format!("o-{number}"), &[]) };
        for number in 0..Activity::MARKS_MAX {
            assert_eq!(world.velocity.count(&only_address(number)).await, Ok(()));
        }
        let full = Err(CountError::Full(vec![address()]));
        assert_eq!(world.velocity.count(&count("one-more", &[1])).await, full);
        let found = known(&world, NOON).await;
        assert_eq!(found.activities.len(), 1, "nothing was counted of the customer");
        assert_eq!(found.activities[0].orders.len(), Activity::MARKS_MAX);

        let many: Vec<u32> = (1..=u32::try_from(Activity::MARKS_MAX).unwrap()).collect();
        let only_customer = Count { subjects: vec![customer()], ..count("o-1", &many) };
        assert_eq!(world.velocity.count(&only_customer).await, Ok(()));
        let both_full = Err(CountError::Full(vec![customer(), address()]));
        assert_eq!(world.velocity.count(&count("one-more", &[])).await, both_full);
    }
}

#[tokio::test]
async fn what_is_paid_is_added_once_with_the_order_that_becomes_paid() {
    for world in World::both().await {
        let (_, placed) = ordered(&world).await;
        let mut order = placed.order;
        order.version += 1;
        order.state = OrderState::Paid { at: NOON };
        let holds = Some(HoldsChange::Moved { held_until: None, target: HoldMove::ToSold });
        let paid = OrderChange { seen_version: Some(1), order, holds };
        world.ledger.record(&paid).await.unwrap();
        assert!(world.ledger.record(&paid).await.is_err(), "once");

        let subjects = [Subject::customer(&paid.order.caller)];
        let known = |currency: &str| {
            let (velocity, currency) = (world.velocity.clone(), currency.parse().unwrap());
            let subjects = subjects.clone();
            async move { velocity.known(&subjects, Day::with_eve(NOON), currency).await.unwrap().paid }
        };
        let amount = u64::try_from(paid.order.totals.total.amount()).unwrap();
        assert_eq!(known("EUR").await, PaidHistory { orders: 1, amount });
        assert_eq!(known("USD").await, PaidHistory::default());
    }
}
