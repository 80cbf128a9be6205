//! Carts that take from several pages: one transaction, so all of it is held or nothing.

use application::create_reservation::{Cart, CreateReservationError, Shortage};
use application::{Failure, Holds};
use domain::catalog::Availability;
use domain::order::OrderState;
use domain::reservation::Reservation;
use domain::stock::PlannedHold;

use crate::line::{Call, Fate, Line, at_once};
use crate::samples::{cart, request};
use crate::shop::{HOUR, Instance, NOON, Shop};

fn set() -> Cart {
    cart(&[("SHIRT", 1), ("SCARF", 2)])
}

async fn shop() -> Shop {
    Shop::open_with(&[("SHIRT", 500), ("SCARF", 500)]).await
}

#[tokio::test]
async fn a_cart_of_two_skus_is_one_transaction() {
    let shop = shop().await;
    let line = Line::new(&shop);
    let instance = Instance::default();
    line.reserve(&instance, request("first"), set()).await.unwrap().into_inner();
    line.renew();
    let made = line.reserve(&instance, request("second"), set()).await.unwrap().into_inner();
    assert_eq!(line.calls(), [Call::Reserve]);
    assert_eq!(made.holds.len(), 2);
    assert_eq!(shop.units(), (994, 6, 0));
}

#[tokio::test]
async fn lines_of_one_sku_are_one_hold() {
    let shop = shop().await;
    let twice = cart(&[("SHIRT", 1), ("SHIRT", 2)]);
    let made = shop.try_to_reserve("twice", twice).await.unwrap().into_inner();
    assert_eq!(made.holds.iter().map(|hold| hold.quantity).collect::<Vec<_>>(), [3]);
    assert_eq!(made.lines.len(), 1);
}

#[tokio::test]
async fn a_cart_of_which_one_line_is_not_to_be_had_holds_nothing_and_says_which() {
    let shop = Shop::open_with(&[("SHIRT", 500), ("SCARF", 3)]).await;
    let first = shop.try_to_reserve("first", set()).await.unwrap().into_inner();
    assert_eq!(shop.units(), (500, 3, 0));
    let refused = shop.try_to_reserve("second", set()).await;
    let scarf = Shortage { sku: "SCARF".parse().unwrap(), requested: 2, availability: Availability::Low };
    assert_eq!(refused, Err(CreateReservationError::InsufficientStock(vec![scarf])));
    assert_eq!(shop.units(), (500, 3, 0));
    let ids: Vec<_> = shop.books().reservations.into_iter().map(|stored| stored.id).collect();
    assert_eq!(ids, [first.id], "a refusal leaves nothing behind");
}

#[tokio::test]
async fn a_cart_that_loses_a_page_on_the_way_takes_another_and_nothing_of_the_first() {
    let shop = Shop::open_with(&[("SHIRT", 500), ("SCARF", 34)]).await;
    let line = Line::new(&shop);
    let instance = Instance::default();
    line.reserve(&instance, request("first"), cart(&[("SCARF", 8)])).await.unwrap().into_inner();
    // Somebody else takes one of the two that are left on that page.
    let page = shop.books().reservations[0].holds[0].page.clone();
    let other = Instance::default();
    let taken = PlannedHold { page: page.clone(), quantity: 1 };
    let draft =
        at_once(shop.reserve_at(&other, request("other"), cart(&[("SHIRT", 1)]))).unwrap().into_inner();
    let store = &shop.store;
    line.meanwhile(Call::Reserve, move || {
        let _held = at_once(store.hold(&draft.id, &taken, draft.expires_at)).unwrap();
    });
    let made = line.reserve(&instance, request("second"), set()).await.unwrap().into_inner();
    assert_eq!(line.items(Call::Reserve).len(), 2);
    assert!(made.holds.iter().all(|hold| hold.page != page));
    let held = shop.books().pages.into_iter().find(|stored| stored.key == page).unwrap();
    assert_eq!((held.available, held.held_units()), (1, 9), "nothing of it was held there");
}

#[tokio::test]
async fn a_cart_whose_repetition_was_too_much_is_told_what_became_of_the_first_try() {
    for reading in [None, Some(Failure::Throttled)] {
        let shop = shop().await;
        let line = Line::new(&shop);
        line.script(Call::Reserve, Fate::AnswerLost);
        line.script(Call::Reserve, Fate::Refused(Failure::Throttled));
        if let Some(failure) = reading {
            line.script(Call::Pages, Fate::Refused(failure));
        }
        let answer = line.reserve(&Instance::default(), request("first"), set()).await;
        match reading {
            None => assert_eq!(answer.unwrap().into_inner().holds.len(), 2),
            // Nothing would be a lie: it was made.
            Some(_) => assert_eq!(answer, Err(CreateReservationError::Failure(Failure::OutcomeUnknown))),
        }
        assert_eq!(shop.units(), (997, 3, 0));
    }
}

#[tokio::test]
async fn a_cart_whose_answer_was_lost_is_held_once() {
    let shop = shop().await;
    let line = Line::new(&shop);
    line.script(Call::Reserve, Fate::AnswerLost);
    let made: Reservation =
        line.reserve(&Instance::default(), request("lost"), set()).await.unwrap().into_inner();
    assert_eq!(line.items(Call::Reserve).len(), 2, "an unknown outcome repeats the very same write");
    assert_eq!(shop.units(), (997, 3, 0));
    let again = shop.try_to_reserve("lost", set()).await.unwrap();
    assert!(again.is_replay() && again.into_inner() == made);
}

#[tokio::test]
async fn a_cart_is_paid_and_given_back_as_a_whole() {
    let shop = shop().await;
    let bought = shop.try_to_reserve("bought", set()).await.unwrap().into_inner();
    let given_up = shop.try_to_reserve("given-up", set()).await.unwrap().into_inner();
    let order = shop.check_out(&bought).await;
    shop.release(&given_up.id).await;
    shop.settle_until(NOON.plus(HOUR)).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
    assert_eq!(shop.units(), (997, 0, 3));
}
