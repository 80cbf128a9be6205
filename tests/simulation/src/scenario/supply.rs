use super::racing::{Fate, meets_its_fate};
use super::{Crowd, SHIRT};
use crate::shopper::Shopper;
use crate::simulation::Work;

async fn wants(shopper: Shopper, units: i64, fate: Fate) {
    for _ in 0..3 {
        if let Some(reservation) = shopper.reserve("hold", &[(SHIRT, units)]).await {
            return meets_its_fate(&shopper, &reservation, fate).await;
        }
        shopper.rest(4_000).await;
    }
}

/// More come than there were, each delivery named twice.
pub(super) fn receipt(crowd: &Crowd) -> Vec<Work> {
    let keeper = Shopper { copies: 2, ..crowd.shopper("keeper") };
    let other = crowd.shopper("other-keeper");
    let (first, second) = (crowd.shopper("ann"), crowd.shopper("ben"));
    vec![
        Box::pin(async move {
            let _moved = keeper.receive("note-1", SHIRT, 13).await;
            let _again = keeper.receive("note-1", SHIRT, 13).await;
            let _another = keeper.receive("note-1", SHIRT, 14).await;
        }),
        Box::pin(async move {
            other.rest(3_000).await;
            let _moved = other.receive("note-2", SHIRT, 12).await;
        }),
        Box::pin(wants(first, 7, Fate::Pays)),
        Box::pin(wants(second, 6, Fate::GivesUp)),
    ]
}

/// Free units are lost while others are held.
pub(super) fn write_off(crowd: &Crowd) -> Vec<Work> {
    let keeper = Shopper { copies: 2, ..crowd.shopper("keeper") };
    let (first, second) = (crowd.shopper("ann"), crowd.shopper("ben"));
    vec![
        Box::pin(async move {
            let _moved = keeper.write_off("lost-1", SHIRT, 5).await;
            keeper.rest(3_000).await;
            let _again = keeper.write_off("lost-1", SHIRT, 5).await;
            let _more = keeper.write_off("lost-2", SHIRT, 4).await;
        }),
        Box::pin(wants(first, 4, Fate::Pays)),
        Box::pin(wants(second, 3, Fate::GivesUp)),
    ]
}

/// Two count, and goods come in between: only what was counted last is applied.
pub(super) fn count(crowd: &Crowd) -> Vec<Work> {
    let (keeper, other) = (Shopper { copies: 2, ..crowd.shopper("keeper") }, crowd.shopper("other-keeper"));
    let shopper = crowd.shopper("ann");
    vec![
        Box::pin(async move {
            let _moved = keeper.count("count-1", SHIRT, -3).await;
            let _moved = keeper.receive("note-1", SHIRT, 1).await;
        }),
        Box::pin(async move {
            let _moved = other.count("count-2", SHIRT, 2).await;
        }),
        Box::pin(wants(shopper, 6, Fate::GivesUp)),
    ]
}
