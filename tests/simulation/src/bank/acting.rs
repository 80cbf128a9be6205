use std::time::Duration;

use domain::Timestamp;
use domain::payment::{Charge, Decline, Operation, Outcome, PaymentMethod, Retry};

use super::{Asked, Bank, PAYPAL, Request, Status, authorized, soft_decline, token};
use crate::dice::Dice;

/// What a shopper brings back who proved to their bank who they are. Anything else proves nothing to it.
pub(crate) const PROOF: &str = "proof";

/// Where shoppers act.
pub(super) const PAGE: &str = "https://gateway.example/act";

/// The shopper must act.
pub(super) fn required() -> Outcome {
    Outcome::RequiresAction { url: PAGE.to_owned() }
}

/// Whether PayPal refused to authorize what is not approved. It executes a repetition of that.
pub(super) fn is_unapproved(request: &Request, answer: &Outcome) -> bool {
    request.charge.method == PaymentMethod::PayPal
        && request.asked == Asked::Change(Operation::Confirm)
        && matches!(answer, Outcome::RequiresAction { .. })
}

impl Bank {
    /// The shopper acts at the gateway's page, within a quarter of an hour or never.
    pub(super) fn expect_the_shopper(&mut self, at: usize, now: Timestamp, dice: &mut Dice) {
        let charge = self.intents.get(at).map(|intent| &intent.charge);
        // Who comes back with a result does so by a request to the shop.
        let token = charge.filter(|charge| !charge.method.gateway().completes_by_result()).map(token);
        let (proves, soonest) = match token {
            Some("three_d_secure" | PAYPAL) => (true, 0),
            Some("three_d_secure_late") => (true, 590_000),
            Some("three_d_secure_failed") => (false, 0),
            _ => return,
        };
        let wait = dice.below(900_000_u32.saturating_sub(soonest)).saturating_add(soonest);
        let acts = now.plus(Duration::from_millis(u64::from(wait)));
        self.actions.push((acts, at, proves));
    }
}

/// What a complete leads to. What a shopper brought back is good once.
pub(super) fn complete(charge: &Charge, request: &Request, status: &Status) -> (Status, Outcome) {
    let Some(result) = &request.charge.action_result else { return (status.clone(), Outcome::Unknown) };
    if *status != Status::RequiresAction {
        let used_up = Decline { code: "validation_14_006".to_owned(), retry: Retry::OtherMethod };
        return (status.clone(), Outcome::Invalid(used_up));
    }
    if result.expose() == PROOF {
        (Status::RequiresCapture, authorized(charge))
    } else {
        (Status::RequiresPaymentMethod(soft_decline()), Outcome::Declined(soft_decline()))
    }
}
