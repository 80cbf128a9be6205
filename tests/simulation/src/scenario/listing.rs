//! Gateways whose lists are compared with the ledgers, and that tell of nothing by themselves.

use std::sync::Arc;

use super::{Crowd, buying, ending, telling};
use crate::simulation::Work;
use crate::world::World;

/// How often somebody who is no shopper pays.
const STRANGERS: u32 = 4;

/// Payments of every gateway, one of them in doubt, and a cancel: all of it agrees in the end.
pub(super) fn listed(crowd: &Crowd) -> Vec<Work> {
    let mut shoppers: Vec<Work> = Vec::new();
    shoppers.push(Box::pin(buying::tries_again(crowd.shopper("cid"), "answer_lost")));
    shoppers.push(Box::pin(buying::tries_again(crowd.shopper("dan"), "adyen_visa")));
    shoppers.extend(ending::paid(crowd));
    shoppers
}

/// Payments that end in a no, and gateways that take the money all the same.
pub(super) fn orphans(crowd: &Crowd) -> Vec<Work> {
    vec![
        Box::pin(buying::tries_again(crowd.shopper("ann"), "declined")),
        Box::pin(buying::tries_again(crowd.shopper("ben"), "three_d_secure_abandoned")),
        Box::pin(telling::takes_silently(Arc::clone(&crowd.world))),
    ]
}

/// A payment, and money that comes from somebody who is no shopper.
pub(super) fn strangers(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(buying::tries_again(crowd.shopper("ann"), "visa")), Box::pin(pay(Arc::clone(&crowd.world)))]
}

async fn pay(world: Arc<World>) {
    for _ in 0..STRANGERS {
        let silence = world.desk().some_millis(600_000);
        world.pause(silence).await;
        let mut desk = world.desk();
        let now = desk.now;
        desk.bank.stranger_pays(now);
        desk.note(|| "a stranger pays".to_owned());
    }
}
