//! What nobody here can find out about: payments and refunds, what a gateway tells of nobody's, and what it lists of strangers;
//! and the persons who look at the gateway.

use std::sync::Arc;
use std::time::Duration;

use application::{WorkItem, WorkRecord};
use domain::order::Order;
use domain::payment::{AttemptState, Finding, PaymentFinding, RefundFinding};
use domain::webhook::QuarantineDecision;

use super::ending::cancels_paid;
use super::{Crowd, SHIRT, buying, listing, telling};
use crate::shopper::Shopper;
use crate::simulation::Work;
use crate::world::Desk;

/// How often the person looks at what waits.
const LOOKS: u32 = 8;
/// In a thousand: how many events in quarantine a person takes for nobody's.
const NOBODYS: u32 = 500;
/// How long between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(10 * 60);

/// What was captured looks like another payment, to each who asks.
pub(super) fn captured(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(pays(crowd.shopper("ann"), "seems_other")), Box::pin(works_off(crowd.shopper("kim")))]
}

/// What is held looks like another payment.
pub(super) fn voided(crowd: &Crowd) -> Vec<Work> {
    vec![Box::pin(pays(crowd.shopper("ann"), "seems_other_held")), Box::pin(works_off(crowd.shopper("kim")))]
}

/// What a cancelled order gives back is refused at first.
pub(super) fn refused(crowd: &Crowd) -> Vec<Work> {
    let shopper = crowd.shopper("ann");
    vec![Box::pin(cancels_paid(shopper, "refund_refused")), Box::pin(works_off(crowd.shopper("kim")))]
}

async fn pays(shopper: Shopper, token: &str) {
    let Some(reservation) = shopper.reserve("hold", &[(SHIRT, 1)]).await else { return };
    let Some(order) = shopper.check_out("pay", &reservation, token).await else { return };
    let _seen = shopper.watch(&order).await;
}

/// A gateway that tells of objects that nobody here opened, of attempts that there are not yet or never are.
pub(super) fn quarantined(crowd: &Crowd) -> Vec<Work> {
    vec![
        Box::pin(buying::tries_again(crowd.shopper("ann"), "declined")),
        Box::pin(telling::tells_of_nobodys(Arc::clone(&crowd.world))),
        Box::pin(works_off(crowd.shopper("kim"))),
    ]
}

/// Strangers pay, and somebody sees that each time.
pub(super) fn differing(crowd: &Crowd) -> Vec<Work> {
    let mut shoppers = listing::strangers(crowd);
    shoppers.push(Box::pin(works_off(crowd.shopper("kim"))));
    shoppers
}

/// Two people do the same work, now and then at once.
async fn works_off(person: Shopper) {
    let person = Shopper { copies: 2, ..person };
    for _ in 0..LOOKS {
        person.world.pause(LOOK_EVERY).await;
        for WorkItem { record, .. } in person.work_items().await {
            match record {
                WorkRecord::Order(id) => {
                    let finding = {
                        let mut desk = person.world.desk();
                        let order = desk.checker.order(&id).cloned();
                        order.and_then(|order| desk.finds_out(&order))
                    };
                    if let Some(finding) = finding {
                        person.resolve(&id, finding).await;
                    }
                }
                WorkRecord::Webhook(key) => {
                    let is_nobodys = person.world.desk().dice.hits(NOBODYS);
                    let decision =
                        if is_nobodys { QuarantineDecision::Dismiss } else { QuarantineDecision::ApplyAgain };
                    person.resolve_webhook(&key, decision).await;
                }
                WorkRecord::Difference(key) => person.resolve_difference(&key).await,
            }
        }
    }
}

impl Desk {
    /// What a person sees at the gateway about what waits for one. Before that is final there, there is nothing to say.
    fn finds_out(&mut self, order: &Order) -> Option<Finding> {
        if self.bank.has_anything_under_way() {
            return None;
        }
        let attempt = order.attempt()?;
        if attempt.state == AttemptState::ManualReview {
            let is_captured = self.bank.captured_or_cancelled(&order.id, attempt.number);
            let finding = if is_captured { PaymentFinding::Captured } else { PaymentFinding::Voided };
            return Some(Finding::Payment(finding));
        }
        let refund = order.refunds.iter().find(|refund| refund.is_with_a_person())?;
        let is_made = self.bank.has_refunded(&order.id, refund.number);
        let finding = if is_made { RefundFinding::Refunded } else { RefundFinding::NotRefunded };
        Some(Finding::Refund(refund.number, finding))
    }
}
