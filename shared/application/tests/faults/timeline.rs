//! What happened to an order, told from what its writes left.

use application::OrderHistories;
use application::get_timeline::{Timeline, get_timeline};
use domain::order::{Order, PostingCause};

use crate::cancelled::{paid, refund};
use crate::shop::{HOUR, NOON, Shop};

async fn timeline(shop: &Shop, order: &Order) -> Timeline {
    get_timeline(&shop.store, &order.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_timeline_of_a_purchase_tells_its_payment_and_what_went_back() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    let _part = refund(&shop, &order, "claim-1", 100).await.unwrap();
    shop.settle_until(NOON.plus(HOUR)).await;
    let timeline = timeline(&shop, &order).await;
    assert_eq!(timeline.violations, []);
    let (first, last) = (timeline.steps.first().unwrap(), timeline.steps.last().unwrap());
    assert_eq!((first.entry.version, first.entry.state), (1, "pending_payment"));
    assert_eq!(
        (last.entry.state, last.entry.payment.as_str()),
        ("partially_refunded", "captured, refunded 1")
    );
    let moved = timeline.steps.iter().flat_map(|step| &step.postings);
    let moved: Vec<(PostingCause, i64)> =
        moved.map(|posting| (posting.cause, posting.amount.amount())).collect();
    let total = order.totals.total.amount();
    assert_eq!(moved, [(PostingCause::Captured(1), total), (PostingCause::Refunded(1), 100)]);
}

#[tokio::test]
async fn a_line_that_somebody_took_out_shows_in_the_timeline() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    let mut record = shop.store.order_record(&order.id).await.unwrap().unwrap();
    drop(record.history.remove(1));
    shop.store.overwrite_order(record);
    assert_eq!(timeline(&shop, &order).await.violations.len(), 1);
}

#[tokio::test]
async fn an_order_that_was_never_placed_has_no_timeline() {
    let shop = Shop::open().await;
    assert_eq!(get_timeline(&shop.store, &"order-1".parse().unwrap()).await, Ok(None));
}
