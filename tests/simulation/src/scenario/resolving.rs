//! Payments and refunds that nobody here can find out about, and a person who looks at the gateway.

use std::time::Duration;

use application::{WorkItem, WorkRecord};
use domain::order::Order;
use domain::payment::{AttemptState, Finding, PaymentFinding, RefundFinding, RefundState};

use super::ending::cancels_paid;
use super::{Crowd, SHIRT};
use crate::shopper::Shopper;
use crate::simulation::Work;
use crate::world::Desk;

/// How often the person looks at what waits.
const LOOKS: u32 = 8;
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

/// Two people do the same work, now and then at once.
async fn works_off(person: Shopper) {
    let person = Shopper { copies: 2, ..person };
    for _ in 0..LOOKS {
        person.world.pause(LOOK_EVERY).await;
        for WorkItem { record, .. } in person.work_items().await {
            let WorkRecord::Order(id) = record else { continue };
            let finding = {
                let mut desk = person.world.desk();
                let order = desk.checker.order(&id).cloned();
                order.and_then(|order| desk.finds_out(&order))
            };
            if let Some(finding) = finding {
                person.resolve(&id, finding).await;
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
        let refund = order.refunds.iter().find(|refund| refund.state == RefundState::ManualReview)?;
        let is_made = self.bank.has_refunded(&order.id, refund.number);
        let finding = if is_made { RefundFinding::Refunded } else { RefundFinding::NotRefunded };
        Some(Finding::Refund(refund.number, finding))
    }
}
