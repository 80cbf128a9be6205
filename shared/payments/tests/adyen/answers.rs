use proptest::prelude::*;

pub(crate) const AUTHORISED: &str = r#"{"pspReference":"PSP1","resultCode":"Authorised","merchantReference":"order-1",
    "amount":{"currency":"EUR","value":8999}}"#;

pub(crate) fn problem(code: &str) -> String {
    format!(r#"{{"status":422,"errorCode":"{code}","message":"…","errorType":"validation"}}"#)
}

/// A status and a body that no answer has that says what became of an authorization.
pub(crate) fn of_any_other_shape() -> impl Strategy<Value = (u16, String)> {
    let body = prop_oneof![
        ".{0,200}",
        "[A-Z][a-z]{1,20}"
            .prop_filter("a result that is known", |word| word != "Error" && word != "Refused")
            .prop_map(|word| AUTHORISED.replace("Authorised", &word)),
        "[0-9]{1,3}".prop_map(|code| problem(&code)),
    ];
    (prop::sample::select(vec![200_u16, 201, 404, 409, 500]), body)
}
