use application::{ChangeError, OrderLedger, OrderPlacer, Orders, ReservationBook, Reservations, Stock};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::order::{Address, Checkout, Contact, Order, OrderChange};
use domain::payment::{Decline, Operation, Outcome, PaymentMethod, RefundReview, RefundState, Retry};
use domain::reservation::Reservation;
use domain::stock::{Hold, StockPage};
use domain::wake::{Queue, Wake};
use domain::{Idempotent, Money, RequestKey, Timestamp};
use proptest::prelude::*;

use super::{item, refund};
use crate::attribute::{self, Fields, money, number, text, time};
use crate::embedded::Embedded;
use crate::keys::{self, Table};
use crate::reservations::tests::{page, reservation};
use crate::{PurchaseTables, arbitrary};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn fault_45_an_order_reads_back_as_it_was_written_and_a_newer_word_stops_its_reader(order in arbitrary::order()) {
        let written = item::new_order(&arbitrary::new_order(order.clone()));
        prop_assert_eq!(item::read_order(&written), Ok(order.clone()));
        // A word of a newer version must stop this one, wherever it stands.
        for (name, word) in [("state", text("split")), ("wake", text("soon"))] {
            let mut newer = written.clone();
            newer.insert(name.to_owned(), word);
            prop_assert!(item::read_order(&newer).is_err());
        }
    }
}

/// Nobody said then whether it was in doubt, nor why a person was to look.
#[test]
fn a_refund_that_an_earlier_version_had_begun_is_in_doubt_since_its_beginning() {
    let tried = |word| attribute::item([("is", text(word)), ("tries", number(1))]);
    let reviewed = attribute::item([("is", text("manual_review"))]);
    let unsent = attribute::item([("is", text("ready")), ("tries", number(0))]);
    for (state, since) in [
        (tried("unknown"), Some(at(7))),
        (tried("ready"), Some(at(7))),
        (reviewed, Some(at(7))),
        (unsent, None),
    ] {
        let earlier = attribute::item([
            ("number", number(1)),
            ("amount", money(Money::new(100, "EUR".parse().unwrap()).unwrap())),
            ("state", AttributeValue::M(state)),
            ("started_at", time(at(7))),
        ]);
        let read = refund::read_refund(Fields(&earlier)).unwrap();
        assert_eq!(read.doubtful_since, since, "{:?}", read.state);
        if read.is_with_a_person() {
            assert_eq!(read.state, RefundState::ManualReview(RefundReview::InDoubt));
        }
    }
}

pub(crate) fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millis(milliseconds)
}

fn checkout(reservation: &Reservation) -> Checkout {
    let method = PaymentMethod::Stripe { token: "pm_card_visa".parse().unwrap() };
    Checkout {
        request: RequestKey { caller: reservation.caller.clone(), key: "checkout-0123456".parse().unwrap() },
        fingerprint: "f".parse().unwrap(),
        contact: Contact { email: "a@example.com".to_owned(), phone: None },
        shipping_address: Address {
            name: "A".to_owned(),
            line1: "1".to_owned(),
            line2: None,
            city: "Leipzig".to_owned(),
            postal_code: "04109".to_owned(),
            region: None,
            country: "DE".to_owned(),
        },
        payment_methods: vec![method],
        return_url: None,
    }
}

/// The order that a reservation becomes at 1.
pub(crate) fn order_of(reservation: Reservation) -> (Reservation, OrderChange) {
    let checkout = checkout(&reservation);
    Order::place(reservation, checkout, at(1)).unwrap()
}

/// A shop with one page of ten units, three of them held for an order that was just placed.
async fn placed() -> (Embedded, PurchaseTables, Order) {
    let shop = Embedded::start().await;
    shop.put_page(&page("SHIRT-M", 10)).await;
    let purchases = shop.purchases();
    let reservation = reservation("r", &[("SHIRT-M", 3)]);
    assert_eq!(purchases.reserve(&reservation, None).await, Ok(()));
    let (ordered, change) = order_of(reservation);
    assert_eq!(purchases.place(&ordered, &change).await, Ok(()));
    assert_eq!(purchases.place(&ordered, &change).await, Err(ChangeError::Conflict));
    assert_eq!(purchases.reservation(&ordered.id).await, Ok(Some(ordered)));
    (shop, purchases, change.order)
}

async fn page_now(shop: &Embedded) -> StockPage {
    shop.stock().pages(&[page("SHIRT-M", 10).key]).await.unwrap().remove(0)
}

async fn recorded(purchases: &PurchaseTables, change: OrderChange) -> Order {
    assert_eq!(purchases.record(&change).await, Ok(()));
    assert_eq!(purchases.record(&change).await, Err(ChangeError::Conflict));
    assert_eq!(purchases.order(&change.order.id).await, Ok(Some(change.order.clone())));
    change.order
}

#[tokio::test]
async fn a_captured_order_turns_its_holds_into_sold_units() {
    let (shop, purchases, order) = placed().await;
    assert_eq!(page_now(&shop).await.holds.values().collect::<Vec<_>>(), [&Hold::Paying { quantity: 3 }]);

    let order = recorded(&purchases, order.claim(Operation::Confirm, at(2)).unwrap()).await;
    let order = recorded(&purchases, order.record(Outcome::Captured, at(3)).unwrap()).await;

    let page = page_now(&shop).await;
    assert_eq!((page.available, page.sold, page.held_units()), (7, 3, 0));
    let item = shop.item(Table::Orders, keys::order(&order.id)).await.unwrap();
    assert!(!item.contains_key("wake") && !item.contains_key("wake_at"), "a paid order waits for nobody");
    assert_eq!(item["history"].as_l().unwrap().len(), 3);
}

#[tokio::test]
async fn a_declined_order_gives_its_holds_a_deadline_and_then_back() {
    let (shop, purchases, order) = placed().await;
    let decline = Decline { code: "insufficient_funds".to_owned(), retry: Retry::OtherMethod };
    let order = recorded(&purchases, order.record(Outcome::Declined(decline), at(2)).unwrap()).await;
    let wake = order.wake.unwrap();
    assert_eq!(wake.queue, Queue::ExpireReservation);
    let held = Hold::Held { quantity: 3, expires_at: wake.at };
    assert_eq!(page_now(&shop).await.holds.values().collect::<Vec<_>>(), [&held]);

    recorded(&purchases, order.expire(wake.at).unwrap()).await;
    let page = page_now(&shop).await;
    assert_eq!((page.available, page.sold, page.held_units()), (10, 0, 0));
}

#[tokio::test]
async fn fault_45_what_a_newer_version_wrote_into_an_order_survives() {
    let (shop, purchases, order) = placed().await;
    let gift = shop
        .client
        .update_item()
        .table_name(Table::Orders.as_str())
        .key(keys::PARTITION, text(keys::order(&order.id)))
        .update_expression("SET gift_note = :note")
        .expression_attribute_values(":note", text("Enjoy"));
    gift.send().await.unwrap();
    let order = recorded(&purchases, order.claim(Operation::Confirm, at(2)).unwrap()).await;
    let item = shop.item(Table::Orders, keys::order(&order.id)).await.unwrap();
    assert_eq!(item["gift_note"], AttributeValue::S("Enjoy".to_owned()));
}

#[tokio::test]
async fn an_order_is_postponed_only_in_the_version_that_was_seen() {
    let (_shop, purchases, order) = placed().await;
    let wake = Wake { queue: Queue::CapturePayment, at: at(9) };
    assert_eq!(purchases.postpone(&order, wake).await, Ok(()));
    let now = purchases.order(&order.id).await.unwrap().unwrap();
    assert_eq!(now, Order { wake: Some(wake), ..order.clone() });

    let claimed = recorded(&purchases, now.claim(Operation::Confirm, at(2)).unwrap()).await;
    assert_eq!(purchases.postpone(&order, wake).await, Err(ChangeError::Conflict));
    assert_eq!(purchases.postpone(&claimed, wake).await, Ok(()));
}

#[tokio::test]
async fn an_order_is_not_placed_on_a_reservation_whose_hold_has_changed() {
    let shop = Embedded::start().await;
    shop.put_page(&page("SHIRT-M", 10)).await;
    let purchases = shop.purchases();
    let made = reservation("r", &[("SHIRT-M", 3)]);
    assert_eq!(purchases.reserve(&made, None).await, Ok(()));
    let planned = &made.holds[0];
    let freed =
        application::Holds::free(&shop.stock(), &planned.page, &made.id, planned.held(made.expires_at)).await;
    assert_eq!(freed, Ok(Idempotent::Executed(10)));

    let (ordered, change) = order_of(made.clone());
    assert_eq!(purchases.place(&ordered, &change).await, Err(ChangeError::Conflict));
    assert_eq!(purchases.order(&change.order.id).await, Ok(None));
    assert_eq!(purchases.reservation(&made.id).await, Ok(Some(made)));
}
