use application::{OrderPlacer, Overdue, ReservationBook, SWEEP_SHARDS, Stock, SweepIndex};
use domain::Timestamp;
use domain::stock::StockPage;

use crate::PurchaseTables;
use crate::embedded::Embedded;
use crate::reservations::tests::{page, reservation};

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millis(milliseconds)
}

async fn pages_due(purchases: &PurchaseTables, due: i64) -> usize {
    let mut found = 0;
    for shard in 0..SWEEP_SHARDS {
        found += purchases.pages_due(shard, at(due)).await.unwrap().len();
    }
    found
}

/// A page with a hold until 600,000, and a page without.
async fn held() -> (Embedded, PurchaseTables, StockPage) {
    let shop = Embedded::start().await;
    for page in [page("SHIRT-M", 10), page("SCARF", 2)] {
        shop.put_page(&page).await;
    }
    let purchases = shop.purchases();
    assert_eq!(purchases.reserve(&reservation("r", &[("SHIRT-M", 3)]), None).await, Ok(()));
    let seen = shop.stock().pages(&[page("SHIRT-M", 10).key]).await.unwrap().remove(0);
    (shop, purchases, seen)
}

#[tokio::test]
async fn a_page_is_due_from_its_earliest_deadline_on() {
    let (_shop, purchases, _) = held().await;
    assert_eq!(purchases.reserve(&reservation("later", &[("SHIRT-M", 1)]), None).await, Ok(()));
    assert_eq!(pages_due(&purchases, 599_999).await, 0);
    assert_eq!(pages_due(&purchases, 600_000).await, 1);
}

#[tokio::test]
async fn a_page_is_postponed_only_as_it_was_seen() {
    let (_shop, purchases, seen) = held().await;
    purchases.postpone_page(&seen, Some(at(700_000))).await.unwrap();
    assert_eq!((pages_due(&purchases, 699_999).await, pages_due(&purchases, 700_000).await), (0, 1));

    // Seen before the hold came: the page keeps its place.
    purchases.postpone_page(&page("SHIRT-M", 10), None).await.unwrap();
    assert_eq!(pages_due(&purchases, 700_000).await, 1);

    purchases.postpone_page(&seen, None).await.unwrap();
    assert_eq!(pages_due(&purchases, i64::MAX).await, 0);
}

#[tokio::test]
async fn an_order_is_due_after_its_time_and_a_reservation_never() {
    let (_shop, purchases, _) = held().await;
    let overdue = async |due: i64| {
        let mut found = Vec::new();
        for shard in 0..SWEEP_SHARDS {
            found.extend(purchases.overdue(shard, at(due)).await.unwrap());
        }
        found
    };
    assert_eq!(overdue(i64::MAX).await, []);

    let (ordered, change) = crate::orders::tests::order_of(reservation("r", &[("SHIRT-M", 3)]));
    assert_eq!(purchases.place(&ordered, &change).await, Ok(()));
    assert_eq!(overdue(1).await, []);
    assert_eq!(overdue(2).await, [Overdue::Order(change.order.id)]);
}
