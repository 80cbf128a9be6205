/// What PayPal answers to a request for a token.
pub(crate) const TOKEN: (u16, &str) = (
    200,
    r#"{"scope":"…","access_token":"A21AA-1","token_type":"Bearer","app_id":"APP-1","expires_in":32400}"#,
);

/// An order over 89.99 EUR in this status, with these payments, as PayPal's documents show it.
pub(crate) fn order(status: &str, payments: &str) -> String {
    format!(
        r#"{{"id":"ORDER1","intent":"AUTHORIZE","status":"{status}",
            "purchase_units":[{{"reference_id":"default","amount":{{"currency_code":"EUR","value":"89.99"}},
                "payments":{{{payments}}}}}],
            "links":[{{"href":"https://api-m.paypal.com/v2/checkout/orders/ORDER1","rel":"self","method":"GET"}},
                {{"href":"https://www.paypal.com/checkoutnow?token=ORDER1","rel":"payer-action","method":"GET"}}]}}"#
    )
}

/// Its one authorization, over 89.99 EUR.
pub(crate) fn authorization(status: &str) -> String {
    format!(r#""authorizations":[{}]"#, payment("AUTH1", status))
}

/// An authorization or a capture over 89.99 EUR.
pub(crate) fn payment(id: &str, status: &str) -> String {
    format!(r#"{{"id":"{id}","status":"{status}","amount":{{"currency_code":"EUR","value":"89.99"}}}}"#)
}

/// An error, as PayPal's documents show it.
pub(crate) fn problem(issue: &str) -> String {
    format!(
        r#"{{"name":"UNPROCESSABLE_ENTITY","message":"…","debug_id":"b1d1f06c7246c",
            "details":[{{"issue":"{issue}","description":"…"}}]}}"#
    )
}
