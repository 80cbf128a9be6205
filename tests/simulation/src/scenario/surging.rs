use domain::ProductId;

use super::racing::{Fate, meets_its_fate};
use super::{Crowd, SCARF, SHIRT};
use crate::answer::Request;
use crate::shopper::Shopper;
use crate::simulation::Work;

/// Asks under one key until there are units, and then does with them what is its fate.
async fn wants(shopper: Shopper, lines: &[(&str, i64)], fate: Fate) {
    for _ in 0..3 {
        if let Some(reservation) = shopper.reserve("hold", lines).await {
            return meets_its_fate(&shopper, &reservation, fate).await;
        }
        shopper.rest(6_000).await;
    }
}

/// Four want more shirts than there are, on pages that nobody has opened yet.
pub(super) fn drop(crowd: &Crowd) -> Vec<Work> {
    let wishes = [("ann", 9, Fate::Pays), ("ben", 8, Fate::GivesUp), ("cem", 10, Fate::Forgets)];
    let mut works: Vec<Work> = Vec::new();
    for (name, units, fate) in wishes {
        let shopper = crowd.shopper(name);
        works.push(Box::pin(async move { wants(shopper, &[(SHIRT, units)], fate).await }));
    }
    let last = crowd.shopper("dia");
    works.push(Box::pin(async move { wants(last, &[(SHIRT, 9)], Fate::Pays).await }));
    works
}

/// The last units go to whoever finds them, and some of them come back.
pub(super) fn end_game(crowd: &Crowd) -> Vec<Work> {
    let wishes = [
        ("ann", 5, Fate::GivesUp),
        ("ben", 5, Fate::Forgets),
        ("cem", 2, Fate::Pays),
        ("dia", 1, Fate::GivesUp),
        ("eva", 1, Fate::Pays),
    ];
    let wish = |(name, units, fate)| -> Work {
        let shopper = crowd.shopper(name);
        Box::pin(async move { wants(shopper, &[(SHIRT, units)], fate).await })
    };
    wishes.map(wish).into()
}

/// Two pages have one unit each, and somebody wants two.
pub(super) fn remnants(crowd: &Crowd) -> Vec<Work> {
    let (first, second) = (crowd.shopper("ann"), crowd.shopper("ben"));
    vec![
        Box::pin(async move {
            for (key, units) in [("most", 9), ("one", 1)] {
                let _held = first.reserve(key, &[(SHIRT, units)]).await;
            }
        }),
        Box::pin(async move {
            second.rest(4_000).await;
            wants(second, &[(SHIRT, 2)], Fate::Pays).await;
        }),
    ]
}

/// All is sold; somebody is told so, and a moment later some units are back.
pub(super) fn comes_back(crowd: &Crowd) -> Vec<Work> {
    let (first, second) = (crowd.shopper("ann"), crowd.shopper("ben"));
    vec![Box::pin(async move {
        let Some(most) = first.reserve("most", &[(SHIRT, 9)]).await else { return };
        let Some(rest) = first.reserve("rest", &[(SHIRT, 3)]).await else { return };
        let _told_sold_out = second.reserve("hold", &[(SHIRT, 1)]).await;
        let _released = first.release(&rest).await;
        second.rest(600).await;
        let _held = second.reserve("hold", &[(SHIRT, 1)]).await;
        let _released = first.release(&most).await;
        second.rest(600).await;
        wants(second, &[(SHIRT, 5)], Fate::Pays).await;
    })]
}

/// The same while others look at the product's page.
pub(super) fn watched(crowd: &Crowd) -> Vec<Work> {
    let forgets = crowd.shopper("cem");
    let mut works = comes_back(crowd);
    works.push(Box::pin(async move { wants(forgets, &[(SHIRT, 2)], Fate::Forgets).await }));
    works.extend(["dia", "eva"].map(|name| -> Work { Box::pin(watches(crowd.shopper(name))) }));
    works
}

async fn watches(shopper: Shopper) {
    let Ok(shirt) = SHIRT.parse::<ProductId>() else { return };
    for pause in [300, 300, 1_500, 1_500, 4_000, 4_000, 20_000, 100_000, 2_000] {
        shopper.see(Request::SeeProduct(shirt.clone())).await;
        shopper.rest(pause).await;
    }
}

/// Nobody comes back for what was held; others wait for it.
pub(super) fn forgotten(crowd: &Crowd) -> Vec<Work> {
    let (first, second, waits) = (crowd.shopper("ann"), crowd.shopper("ben"), crowd.shopper("cem"));
    vec![
        Box::pin(async move { wants(first, &[(SHIRT, 6)], Fate::Forgets).await }),
        Box::pin(async move { wants(second, &[(SHIRT, 6)], Fate::Forgets).await }),
        Box::pin(async move {
            waits.rest(200_000).await;
            wants(waits, &[(SHIRT, 7)], Fate::Pays).await;
        }),
    ]
}

/// One key at two environments at once, while pages fill and empty under them.
pub(super) fn one_key_many_pages(crowd: &Crowd) -> Vec<Work> {
    let twice = Shopper { copies: 2, ..crowd.shopper("ann") };
    let (other, third) = (crowd.shopper("ben"), crowd.shopper("cem"));
    vec![
        Box::pin(async move { wants(twice, &[(SHIRT, 2)], Fate::Pays).await }),
        Box::pin(async move { wants(other, &[(SHIRT, 9)], Fate::GivesUp).await }),
        Box::pin(async move { wants(third, &[(SHIRT, 2)], Fate::GivesUp).await }),
    ]
}

/// The same for the last units, which somebody else takes and gives back.
pub(super) fn one_key_last_units(crowd: &Crowd) -> Vec<Work> {
    let twice = Shopper { copies: 2, ..crowd.shopper("ann") };
    let (other, third) = (crowd.shopper("ben"), crowd.shopper("cem"));
    vec![
        Box::pin(async move { wants(twice, &[(SHIRT, 1)], Fate::Pays).await }),
        Box::pin(async move { wants(other, &[(SHIRT, 2)], Fate::GivesUp).await }),
        Box::pin(async move { wants(third, &[(SHIRT, 1)], Fate::GivesUp).await }),
    ]
}

/// The last unit is held for so short a time that requests outlast their own deadline.
pub(super) fn short_holds(crowd: &Crowd) -> Vec<Work> {
    let fates = [("ann", Fate::Forgets), ("ben", Fate::Forgets), ("cem", Fate::Pays)];
    let wish = |(name, fate)| -> Work {
        let shopper = crowd.shopper(name);
        Box::pin(async move { wants(shopper, &[(SHIRT, 1)], fate).await })
    };
    fates.map(wish).into()
}

/// Two hot SKUs in carts of shoppers who name them in opposite order.
pub(super) fn opposite_carts(crowd: &Crowd) -> Vec<Work> {
    let carts = [
        ("ann", [(SHIRT, 7), (SCARF, 7)], Fate::GivesUp),
        ("ben", [(SCARF, 6), (SHIRT, 6)], Fate::Pays),
        ("cem", [(SCARF, 1), (SHIRT, 11)], Fate::Forgets),
    ];
    let cart = |(name, lines, fate): (&'static str, [(&'static str, i64); 2], Fate)| -> Work {
        let shopper = crowd.shopper(name);
        Box::pin(async move { wants(shopper, &lines, fate).await })
    };
    carts.map(cart).into()
}
