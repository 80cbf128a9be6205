use domain::payment::{Decline, Retry};

use super::wire::Problem;

/// PayPal's reasons after which no method is tried without the shopper
/// (<https://developer.paypal.com/api/rest/reference/orders/v2/errors>): the account is locked or restricted, or the
/// payment would be against the law.
const HARD: [&str; 3] =
    ["COMPLIANCE_VIOLATION", "PAYER_ACCOUNT_LOCKED_OR_CLOSED", "PAYER_ACCOUNT_RESTRICTED"];

/// Those after which another method may work. In all of them nothing was authorized.
const SOFT: [&str; 9] = [
    "CARD_EXPIRED",
    "INSTRUMENT_DECLINED",
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
    "PAYEE_ACCOUNT_RESTRICTED",
    "PAYER_CANNOT_PAY",
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
    "TRANSACTION_LIMIT_EXCEEDED",
    "TRANSACTION_RECEIVING_LIMIT_EXCEEDED",
    "TRANSACTION_REFUSED",
];

/// The gateway's no to an authorization, and what the shopper may do now. Nothing for a reason that is none of those
/// above: it may have been authorized all the same.
pub(super) fn decline(problem: &Problem) -> Option<Decline> {
    let retry = match problem.issue() {
        issue if HARD.contains(&issue) => Retry::None,
        // The same account can pay from another source: its owner chooses on PayPal's pages.
        "INSTRUMENT_DECLINED" => Retry::SameMethod,
        issue if SOFT.contains(&issue) => Retry::OtherMethod,
        _ => return None,
    };
    Some(Decline { code: problem.word(), retry })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decline_of(issue: &str) -> Option<Decline> {
        let problem = r#"{"name":"UNPROCESSABLE_ENTITY","details":[{"issue":"ISSUE"}]}"#;
        decline(&serde_json::from_str(&problem.replace("ISSUE", issue)).unwrap())
    }

    #[test]
    fn each_reason_says_what_the_shopper_may_do() {
        let retry = |issue| decline_of(issue).unwrap().retry;
        assert_eq!(retry("PAYER_ACCOUNT_RESTRICTED"), Retry::None);
        assert_eq!(retry("INSTRUMENT_DECLINED"), Retry::SameMethod);
        assert_eq!(retry("TRANSACTION_REFUSED"), Retry::OtherMethod);
    }

    #[test]
    fn a_reason_that_is_no_decline_is_none() {
        for issue in ["ORDER_ALREADY_AUTHORIZED", "DUPLICATE_INVOICE_ID", "A_REASON_OF_NEXT_YEAR"] {
            assert_eq!(decline_of(issue), None, "{issue}");
        }
    }
}
