use core::str::FromStr;

use domain::Currency;
use domain::payment::{ActionResult, GatewayReference, PaymentToken, ReturnUrl};
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
            parsed::<ActionResult>(&text, |result| result.expose().to_owned()),
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

#[test]
fn a_result_of_an_action_is_as_long_as_its_gateway_may_make_it_and_shown_to_nobody() {
    let longest = "r".repeat(ActionResult::LENGTH_MAX);
    let result: ActionResult = longest.parse().unwrap();
    assert_eq!(format!("{result:?}"), "ActionResult(***)");
    for text in [format!("{longest}r"), String::new(), "with a space".to_owned()] {
        assert!(text.parse::<ActionResult>().is_err(), "{} characters", text.len());
    }
}
