/// A payment intent over 89.99 EUR in this status.
pub(crate) fn intent(status: &str) -> String {
    format!(r#"{{"id":"pi_1","object":"payment_intent","amount":8999,"currency":"eur","status":"{status}"}}"#)
}
