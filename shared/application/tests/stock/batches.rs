//! Deadlines that are worked on together: each list is told once for all of them, and each message is done when all that
//! it needs is.

use application::{Failure, Stock};
use domain::catalog::Variant;
use domain::{Caller, RequestKey, ReservationId};

use crate::any_call::FATES;
use crate::line::{Call, Fate, Line};
use crate::samples::{cart, request, variant};
use crate::shop::{HOLD_TIME, Instance, NOON, Shop};

/// Ten shirts and ten scarves, all held, by a cart of both and by one of each, until now.
async fn all_held() -> (Shop, Vec<ReservationId>) {
    let limited = Variant { limit_per_customer: Some(10), ..variant("SHIRT") };
    let shop = Shop::open_selling(&[(limited, 10), (variant("SCARF"), 10)]).await;
    let instance = Instance::default();
    let carts = [
        ("both", cart(&[("SHIRT", 5), ("SCARF", 6)])),
        ("shirts", cart(&[("SHIRT", 5)])),
        ("scarves", cart(&[("SCARF", 4)])),
    ];
    let mut held = vec![];
    for (name, cart) in carts {
        let kim = RequestKey { caller: Caller::customer("https://issuer.example", "kim"), ..request(name) };
        held.push(shop.reserve_at(&instance, kim, cart).await.unwrap().into_inner().id);
    }
    assert_eq!(shop.units(), (0, 20, 0));
    shop.clock.set(NOON.plus(HOLD_TIME));
    (shop, held)
}

/// Everything is back, nobody counts it, and whoever looks for units finds it.
async fn assert_all_is_back(shop: &Shop, what: &str) {
    assert_eq!(shop.units(), (20, 0, 0), "{what}");
    assert_eq!(shop.books().limits.iter().map(|limit| limit.units).sum::<u32>(), 0, "{what}");
    let skus: Vec<_> = shop.books().pages.into_iter().map(|page| page.key.sku).collect();
    for list in shop.store.lists(&skus).await.unwrap() {
        let is_known = list.returned.contains(&0) || list.look.pages.contains_key(&0);
        assert!(is_known, "{what}: nobody is told of {}", list.sku);
    }
}

#[tokio::test]
async fn a_batch_tells_each_list_once() {
    let (shop, held) = all_held().await;
    let line = Line::new(&shop);
    assert_eq!(line.expire(&held).await, [Ok(()); 3]);
    assert_eq!(line.items(Call::NoteReturned), ["SCARF", "SHIRT"]);
    assert_all_is_back(&shop, "at once").await;
}

#[tokio::test]
async fn units_that_are_back_are_told_of_before_a_slow_one_of_the_batch_is() {
    let (shop, held) = all_held().await;
    let line = Line::new(&shop);
    line.script(Call::Free, Fate::Slow);
    assert_eq!(line.expire(&held).await, [Ok(()); 3]);
    assert_eq!(line.items(Call::NoteReturned), ["SCARF", "SHIRT"]);
    let place = |call| line.calls().into_iter().rposition(|made| made == call);
    assert!(place(Call::NoteReturned) < place(Call::Free), "{:?}", line.calls());
    assert_all_is_back(&shop, "in two rounds").await;
}

#[tokio::test]
async fn a_slow_one_of_a_batch_tells_of_what_only_it_brings_back() {
    let (shop, held) = all_held().await;
    let line = Line::new(&shop);
    line.script(Call::Free, Fate::Slow);
    // No other brings back a scarf.
    assert_eq!(line.expire(&held[..2]).await, [Ok(()); 2]);
    assert_eq!(line.items(Call::NoteReturned), ["SHIRT", "SCARF"]);
    assert_eq!(line.expire(&held[2..]).await, [Ok(())]);
    assert_all_is_back(&shop, "in two rounds").await;
}

#[tokio::test]
async fn of_a_list_that_is_not_told_the_messages_that_gave_it_units_come_again() {
    let (shop, held) = all_held().await;
    let line = Line::new(&shop);
    line.script(Call::NoteReturned, Fate::Refused(Failure::Throttled));
    // The others came to pages that had units already, and somebody else's message is there to tell of those.
    assert_eq!(line.expire(&held).await, [Err(Failure::Throttled), Ok(()), Ok(())]);
    assert_eq!(line.items(Call::NoteReturned), ["SCARF", "SHIRT"]);
    assert_eq!(shop.units(), (20, 0, 0));
    assert_eq!(shop.books().limits.iter().map(|limit| limit.units).sum::<u32>(), 5);
    line.renew();
    assert_eq!(line.expire(&held[..1]).await, [Ok(())]);
    assert_eq!(line.items(Call::NoteReturned), ["SCARF", "SHIRT"]);
    assert_all_is_back(&shop, "at the second time").await;
}

#[tokio::test]
async fn a_page_that_cannot_be_written_is_its_own_messages_matter() {
    let (shop, held) = all_held().await;
    let line = Line::new(&shop);
    line.script(Call::Free, Fate::Refused(Failure::Unavailable));
    assert_eq!(line.expire(&held).await, [Err(Failure::Unavailable), Ok(()), Ok(())]);
    assert_eq!(line.items(Call::NoteReturned), ["SCARF", "SHIRT"]);
    assert_eq!(shop.units(), (9, 11, 0));
    assert_eq!(line.expire(&held[..1]).await, [Ok(())]);
    assert_all_is_back(&shop, "at the second time").await;
}

/// On which the first page takes long to free, or none does.
fn line_to(shop: &Shop, is_slow: bool) -> Line<'_> {
    let line = Line::new(shop);
    if is_slow {
        line.script(Call::Free, Fate::Slow);
    }
    line
}

#[tokio::test]
async fn whichever_call_of_a_batch_fails_what_comes_again_finishes_it() {
    for is_slow in [false, true] {
        let calls = {
            let (shop, held) = all_held().await;
            let line = line_to(&shop, is_slow);
            assert_eq!(line.expire(&held).await, [Ok(()); 3]);
            line.calls().len()
        };
        for (place, fate) in (1..=calls).flat_map(|place| FATES.map(|fate| (place, fate))) {
            let (shop, held) = all_held().await;
            let line = line_to(&shop, is_slow);
            line.script_at(place, fate);
            let outcomes = line.expire(&held).await;
            let failed = held.into_iter().zip(outcomes).filter(|(_, outcome)| outcome.is_err());
            let again: Vec<ReservationId> = failed.map(|(reservation, _)| reservation).collect();
            line.renew();
            let what = format!("{fate:?} at call {place}, with a slow one: {is_slow}");
            assert!(line.expire(&again).await.iter().all(Result::is_ok), "{what}");
            assert_all_is_back(&shop, &what).await;
        }
    }
}
