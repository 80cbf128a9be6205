use core::str::FromStr;

use domain::Currency;
use domain::payment::{GatewayReference, PaymentToken, ReturnUrl};
use proptest::prelude::*;

/// The text of a value that was parsed from a text, if it was.
fn parsed<T: FromStr>(text: &str, shown: impl Fn(&T) -> String) -> Option<String> {
    text.parse().ok().as_ref().map(shown)
}

proptest! {
    #[test]
    fn what_is_taken_from_a_client_or_a_gateway_is_taken_as_it_is_or_refused(
        text in prop_oneof![".*", "[A-Za-z0-9_-]{0,300}", "https?://[ -~]{0,60}", "[A-Z]{0,4}"],
    ) {
        let taken = [
            parsed::<PaymentToken>(&text, |token| token.expose().to_owned()),
            parsed::<GatewayReference>(&text, |reference| reference.as_str().to_owned()),
            parsed::<ReturnUrl>(&text, |url| url.as_str().to_owned()),
            parsed::<Currency>(&text, ToString::to_string),
        ];
        for taken in taken.iter().flatten() {
            prop_assert_eq!(taken, &text);
            prop_assert!(taken.bytes().all(|byte| byte.is_ascii_graphic()));
        }
        // Both become parts of requests, where a separator would mean something.
        for inner in taken.iter().take(2).flatten() {
            prop_assert!(!inner.contains(['/', '?', '#', '%', '&', '=']));
        }
    }
}
