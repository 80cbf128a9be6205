//! Whatever any one call of a request suffers, and whenever its twin comes between: repeated, it holds its units once,
//! and gives them back once.

use std::time::Duration;

use application::create_reservation::Cart;
use application::{Clock, Failure};
use domain::catalog::Variant;
use domain::{Caller, Idempotent, RequestKey};

use crate::line::{Fate, Line, at_once};
use crate::samples::{cart, request, variant};
use crate::shop::{HOLD_TIME, HOUR, Instance, NOON, Shop};

pub(crate) const FATES: [Fate; 5] = [
    Fate::Refused(Failure::Unavailable),
    Fate::Refused(Failure::Throttled),
    Fate::AnswerLost,
    Fate::DoneBefore(Failure::Throttled),
    Fate::Dies,
];

/// A way to some units.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// One of many, from a page that nobody has opened.
    OneOfMany,
    /// Two SKUs in one cart.
    TwoSkus,
    /// The last two, on two pages, and everybody was told that there are none.
    Remnants,
    /// As many as the limit allows, which an overdue reservation of the same customer claims.
    OverdueClaim,
}

const WAYS: [Way; 4] = [Way::OneOfMany, Way::TwoSkus, Way::Remnants, Way::OverdueClaim];

impl Way {
    fn cart(self) -> Cart {
        match self {
            Self::OneOfMany => cart(&[("SHIRT", 1)]),
            Self::TwoSkus => cart(&[("SHIRT", 1), ("SCARF", 2)]),
            Self::Remnants => cart(&[("SHIRT", 2)]),
            Self::OverdueClaim => cart(&[("SHIRT", 3)]),
        }
    }

    /// How many units its cart asks for.
    fn units(self) -> u32 {
        match self {
            Self::OneOfMany => 1,
            Self::TwoSkus | Self::OverdueClaim => 3,
            Self::Remnants => 2,
        }
    }

    /// Whether the request may need a page that it has fenced off against an earlier try of its own. Then it is refused
    /// until that fence is gone.
    fn may_be_fenced_off(self) -> bool {
        matches!(self, Self::Remnants)
    }

    async fn shop(self) -> Shop {
        match self {
            Self::OneOfMany | Self::TwoSkus => Shop::open_with(&[("SHIRT", 57), ("SCARF", 57)]).await,
            Self::Remnants => remnants().await,
            Self::OverdueClaim => {
                let limited = Variant { limit_per_customer: Some(3), ..variant("SHIRT") };
                let shop = Shop::open_selling(&[(limited, 57)]).await;
                let overdue = shop.reserve_at(&Instance::default(), kim("overdue"), self.cart()).await;
                shop.clock.set(overdue.unwrap().into_inner().expires_at);
                shop
            }
        }
    }
}

async fn remnants() -> Shop {
    let shop = Shop::open_with(&[("SHIRT", 14)]).await;
    let instance = Instance::default();
    for number in 0..14 {
        let key = request(&format!("unit-{number}"));
        let _held = shop.reserve_at(&instance, key, cart(&[("SHIRT", 1)])).await.unwrap();
    }
    shop.clock.advance(Duration::from_secs(1));
    shop.try_to_reserve("too-early", cart(&[("SHIRT", 1)])).await.unwrap_err();
    let pages = shop.books().pages;
    assert_eq!(pages.len(), 2);
    for page in pages {
        shop.release(page.holds.keys().next().unwrap()).await;
    }
    shop.clock.advance(Duration::from_secs(1));
    shop
}

fn kim(key: &str) -> RequestKey {
    RequestKey { caller: Caller::customer("https://issuer.example", "kim"), ..request(key) }
}

/// How many calls it takes when nothing happens.
async fn calls(way: Way) -> usize {
    let shop = way.shop().await;
    let line = Line::new(&shop);
    let made = line.reserve(&Instance::default(), kim("the-one"), way.cart()).await;
    assert!(matches!(made, Ok(Idempotent::Executed(_))), "{way:?}: {made:?}");
    line.calls().len()
}

/// Units that the request's reservation has set aside, wherever they are.
fn held_for_it(shop: &Shop) -> u32 {
    let id = kim("the-one").reservation_id();
    shop.books().pages.iter().filter_map(|page| page.holds.get(&id)).map(|hold| hold.quantity()).sum()
}

/// The request comes again, at other instances, until it is answered: then its units are held, and no more than those.
async fn insist(shop: &Shop, way: Way, what: &str) {
    for try_number in 0..5 {
        shop.clock.advance(Duration::from_secs(1));
        if try_number == 4 && way.may_be_fenced_off() {
            assert_eq!(held_for_it(shop), 0, "{what}");
            shop.settle_until(shop.clock.now().plus(HOLD_TIME)).await;
        }
        let line = Line::new(shop);
        if let Ok(made) = line.reserve(&Instance::default(), kim("the-one"), way.cart()).await {
            let planned: u32 = made.into_inner().holds.iter().map(|hold| hold.quantity).sum();
            let _books_are_checked = shop.units();
            assert_eq!((planned, held_for_it(shop)), (way.units(), way.units()), "{what}");
            return;
        }
    }
    panic!("{what}: it is never answered");
}

/// After every deadline all units are free, and nobody's limit counts any of them.
async fn all_is_given_back(shop: &Shop, what: &str) {
    let (free, held, _) = shop.units();
    shop.settle_until(NOON.plus(2 * HOLD_TIME).plus(HOUR)).await;
    shop.sweep().await;
    shop.settle().await;
    assert_eq!(shop.units(), (free + held, 0, 0), "{what}");
    assert!(shop.books().limits.iter().all(|limit| limit.units == 0), "{what}");
}

#[tokio::test]
async fn whatever_one_call_suffers_the_units_are_held_once_and_freed_once() {
    for way in WAYS {
        for place in 1..=calls(way).await {
            for fate in FATES {
                let what = format!("{way:?}, call {place} {fate:?}");
                let shop = way.shop().await;
                let line = Line::new(&shop);
                line.script_at(place, fate);
                let _answered_or_not = line.reserve(&Instance::default(), kim("the-one"), way.cart()).await;
                assert!([0, way.units()].contains(&held_for_it(&shop)), "{what}: a part of it is held");
                insist(&shop, way, &what).await;
                all_is_given_back(&shop, &what).await;
            }
        }
    }
}

#[tokio::test]
async fn whenever_its_twin_comes_between_the_units_are_held_once() {
    for way in WAYS {
        for place in 1..=calls(way).await {
            let what = format!("{way:?}, before call {place}");
            let shop = way.shop().await;
            let (twin, other) = (Line::new(&shop), Instance::default());
            let line = Line::new(&shop);
            line.meanwhile_at(place, || {
                let won = at_once(twin.reserve(&other, kim("the-one"), way.cart()));
                assert!(won.is_ok() || way.may_be_fenced_off(), "{what}: the twin is refused: {won:?}");
            });
            let made = line.reserve(&Instance::default(), kim("the-one"), way.cart()).await;
            assert!(made.is_ok() || way.may_be_fenced_off(), "{what}: {made:?}");
            insist(&shop, way, &what).await;
            all_is_given_back(&shop, &what).await;
        }
    }
}

#[tokio::test]
async fn whatever_one_call_of_a_release_suffers_the_units_go_back_once() {
    for way in WAYS {
        let quiet = way.shop().await;
        insist(&quiet, way, "quiet").await;
        let line = Line::new(&quiet);
        quiet.release_by(&line, &kim("the-one").reservation_id()).await.unwrap();
        for place in 1..=line.calls().len() {
            for fate in FATES {
                let what = format!("{way:?}, call {place} {fate:?}");
                let shop = way.shop().await;
                insist(&shop, way, &what).await;
                let (free, held, _) = shop.units();
                let line = Line::new(&shop);
                line.script_at(place, fate);
                let _answered_or_not = shop.release_by(&line, &kim("the-one").reservation_id()).await;
                shop.release(&kim("the-one").reservation_id()).await;
                assert_eq!(shop.units(), (free + way.units(), held - way.units(), 0), "{what}");
                let counted: u32 = shop.books().limits.iter().map(|limit| limit.units).sum();
                assert_eq!(counted, 0, "{what}");
            }
        }
    }
}
