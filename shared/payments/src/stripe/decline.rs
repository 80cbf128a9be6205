use domain::payment::{Decline, Retry};

use super::wire::ErrorBody;

/// Stripe's decline codes after which no method is tried without the shopper
/// (<https://docs.stripe.com/declines/codes>): the card is stolen, blocked or suspected, or must not be asked again.
const HARD: [&str; 12] = [
    "do_not_try_again",
    "fraudulent",
    "invalid_account",
    "lost_card",
    "merchant_blacklist",
    "pickup_card",
    "restricted_card",
    "revocation_of_all_authorizations",
    "revocation_of_authorization",
    "security_violation",
    "stolen_card",
    "stop_payment_order",
];

/// The codes after which the very same card may work another time.
const PASSING: [&str; 6] = [
    "approve_with_id",
    "authentication_required",
    "issuer_not_available",
    "processing_error",
    "reenter_transaction",
    "try_again_later",
];

/// The gateway's no, and what the shopper may do now.
pub(super) fn decline(error: &ErrorBody) -> Decline {
    let code = error.word().to_owned();
    // The issuer's advice counts for more than its reason (https://docs.stripe.com/declines#retrying-issuer-declines).
    let retry = if error.advice_code.as_deref() == Some("do_not_try_again") || HARD.contains(&code.as_str()) {
        Retry::None
    } else if PASSING.contains(&code.as_str()) {
        Retry::SameMethod
    } else {
        Retry::OtherMethod
    };
    Decline { code, retry }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decline_of(json: &str) -> Decline {
        decline(&serde_json::from_str(json).unwrap())
    }

    fn retry(decline_code: &str) -> Retry {
        let declined = r#"{"type":"card_error","code":"card_declined","decline_code":"CODE"}"#;
        decline_of(&declined.replace("CODE", decline_code)).retry
    }

    #[test]
    fn each_code_says_what_the_shopper_may_do() {
        assert_eq!(retry("fraudulent"), Retry::None);
        assert_eq!(retry("stolen_card"), Retry::None);
        assert_eq!(retry("try_again_later"), Retry::SameMethod);
        assert_eq!(retry("insufficient_funds"), Retry::OtherMethod);
        assert_eq!(retry("a_code_of_next_year"), Retry::OtherMethod);
    }

    #[test]
    fn the_issuers_advice_counts_for_more_than_its_code() {
        let advised = r#"{"type":"card_error","code":"card_declined","decline_code":"try_again_later",
            "advice_code":"do_not_try_again"}"#;
        assert_eq!(decline_of(advised).retry, Retry::None);
    }

    #[test]
    fn a_reason_that_is_no_code_goes_no_further() {
        let odd = r#"{"type":"card_error","code":"card_declined","decline_code":"4242 4242 <b>"}"#;
        assert_eq!(decline_of(odd).code, "card_declined");
    }
}
