//! The shopper goes to a page of the card's bank, and comes back with a result that authorizes the payment
//! (<https://docs.adyen.com/online-payments/3d-secure/redirect-3ds2>).

use domain::payment::{Charge, Decline, Outcome, Retry};

use super::answer::{problem, read_refusal, read_result};
use super::wire::{Action, Payment};
use crate::line::{Exchange, web_address};
use crate::reference;

/// Where the shopper must go. Nothing where a link does not lead there: a form to be posted cannot be shown.
pub(super) fn redirect(action: Option<Action>) -> Option<Outcome> {
    let action = action?;
    let is_link = action.r#type == "redirect" && action.method.as_deref() == Some("GET");
    let url = action.url.filter(|_| is_link).and_then(web_address)?;
    Some(Outcome::RequiresAction { url })
}

/// What became of a payment that was completed. Nothing when the answer proves nothing.
pub(super) fn read(charge: &Charge, exchange: &Exchange) -> Option<Outcome> {
    if let Some((status, problem)) = problem(exchange) {
        // A result can be used once. Under its key a repetition is answered as the first request was, but one that failed
        // is executed anew (https://docs.adyen.com/development-resources/api-idempotency), and may have used it up.
        return read_refusal(status, &problem).map(Outcome::Invalid);
    }
    let payment: Payment = exchange.accepted()?;
    let ours = reference::of(charge)?;
    match payment.merchant_reference.as_deref() {
        Some(reference) if reference == ours.as_str() => read_result(charge, &payment),
        // The shopper brought the result of another payment: no request that could authorize this one was made.
        Some(_) => Some(Outcome::Declined(Decline {
            code: "result_of_another_payment".to_owned(),
            retry: Retry::OtherMethod,
        })),
        // Nor is it known of which payment that is.
        None => read_result(charge, &payment).filter(|outcome| matches!(outcome, Outcome::Declined(_))),
    }
}
