use domain::payment::{Decline, Retry};

/// Adyen's refusals by their code (<https://docs.adyen.com/development-resources/refusal-reasons>), in its own words, and
/// what the shopper may do after each.
const REFUSALS: [(&str, &str, Retry); 22] = [
    ("2", "refused", Retry::OtherMethod),
    ("3", "referral", Retry::OtherMethod),
    ("4", "acquirer_error", Retry::SameMethod),
    ("5", "blocked_card", Retry::None),
    ("6", "expired_card", Retry::OtherMethod),
    ("8", "invalid_card_number", Retry::OtherMethod),
    ("9", "issuer_unavailable", Retry::SameMethod),
    ("10", "not_supported", Retry::OtherMethod),
    ("11", "3d_not_authenticated", Retry::SameMethod),
    ("12", "not_enough_balance", Retry::OtherMethod),
    ("14", "acquirer_fraud", Retry::None),
    ("20", "fraud", Retry::None),
    ("22", "fraud_cancelled", Retry::None),
    ("23", "transaction_not_permitted", Retry::OtherMethod),
    ("24", "cvc_declined", Retry::OtherMethod),
    ("25", "restricted_card", Retry::None),
    ("26", "revocation_of_auth", Retry::None),
    ("27", "declined_non_generic", Retry::OtherMethod),
    ("28", "withdrawal_amount_exceeded", Retry::OtherMethod),
    ("31", "issuer_suspected_fraud", Retry::None),
    ("32", "avs_declined", Retry::OtherMethod),
    ("38", "authentication_required", Retry::OtherMethod),
];

/// Adyen's no, and what the shopper may do now. A code that is not known here is a plain refusal.
pub(super) fn refused(code: Option<&str>) -> Decline {
    let known = REFUSALS.iter().find(|(number, _, _)| Some(*number) == code);
    let (word, retry) = known.map_or(("refused", Retry::OtherMethod), |(_, word, retry)| (*word, *retry));
    Decline { code: word.to_owned(), retry }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_says_what_the_shopper_may_do() {
        for (code, word, retry) in [
            (Some("12"), "not_enough_balance", Retry::OtherMethod),
            (Some("20"), "fraud", Retry::None),
            (Some("9"), "issuer_unavailable", Retry::SameMethod),
            (Some("999"), "refused", Retry::OtherMethod),
            (None, "refused", Retry::OtherMethod),
        ] {
            assert_eq!(refused(code), Decline { code: word.to_owned(), retry });
        }
    }
}
