use super::super::event::read;
use super::*;

fn told(kind: &str, resource: &str) -> Option<Event> {
    let body = format!(
        r#"{{"id":"WH-1-2","create_time":"2026-11-27T03:12:32Z","event_type":"{kind}","resource":{resource}}}"#
    );
    read(body.as_bytes(), Mode::Live).unwrap()
}

/// The order of PayPal's, and the attempt.
fn about(event: &Event) -> (&str, Option<(&str, u32)>) {
    let purpose = event.purpose.as_ref();
    (event.reference.as_str(), purpose.map(|purpose| (purpose.order_id.as_str(), purpose.attempt)))
}

#[test]
fn whatever_is_made_of_an_order_is_told_of_the_order() {
    let related = r#"{"id":"AUTH1","custom_id":"o1","invoice_id":"o1-2","supplementary_data":{"related_ids":{"order_id":"ORDER1"}}}"#;
    let above = r#"{"id":"AUTH1","invoice_id":"o1-2","links":[{"rel":"self","href":"https://api.paypal.com/v2/payments/authorizations/AUTH1"},{"rel":"up","href":"https://api.paypal.com/v2/checkout/orders/ORDER1"}]}"#;
    let refund = r#"{"id":"REFUND1","custom_id":"ORDER1","invoice_id":"o1-2-refund-7","links":[{"rel":"up","href":"https://api.paypal.com/v2/payments/captures/CAPTURE1"}]}"#;
    let order = r#"{"id":"ORDER1","purchase_units":[{"custom_id":"o1","invoice_id":"o1-2"}]}"#;
    for (kind, resource) in [
        ("PAYMENT.AUTHORIZATION.CREATED", related),
        ("PAYMENT.AUTHORIZATION.CREATED", above),
        ("PAYMENT.AUTHORIZATION.VOIDED", related),
        ("PAYMENT.CAPTURE.COMPLETED", related),
        ("PAYMENT.CAPTURE.DECLINED", related),
        ("PAYMENT.CAPTURE.PENDING", related),
        ("PAYMENT.CAPTURE.REFUNDED", refund),
        ("CHECKOUT.ORDER.APPROVED", order),
        ("CHECKOUT.ORDER.NEXT_YEARS_WORD", order),
    ] {
        let event = told(kind, resource).unwrap();
        assert_eq!(about(&event), ("ORDER1", Some(("o1", 2))), "{kind}");
        assert_eq!((event.mode, event.kind.to_string()), (Mode::Live, kind.to_owned()));
    }
}

#[test]
fn fault_79_a_dispute_is_told_of_the_capture_and_the_payment_that_it_names() {
    let dispute = |of: &str| {
        let resource = format!(r#"{{"dispute_id":"PP-D-1","disputed_transactions":[{of}]}}"#);
        told("CUSTOMER.DISPUTE.CREATED", &resource).unwrap()
    };
    let ours = dispute(r#"{"seller_transaction_id":"CAPTURE1","invoice_number":"o1-2","custom":"o1"}"#);
    assert_eq!((ours.subject, about(&ours)), (EventSubject::Dispute, ("CAPTURE1", Some(("o1", 2)))));
    let unnamed = dispute(r#"{"seller_transaction_id":"CAPTURE1"}"#);
    assert_eq!((unnamed.subject, about(&unnamed)), (EventSubject::Dispute, ("CAPTURE1", None)));
}

#[test]
fn what_is_taken_back_after_it_was_done_is_for_a_person() {
    let capture =
        r#"{"id":"CAPTURE1","invoice_id":"o1-2","supplementary_data":{"related_ids":{"order_id":"ORDER1"}}}"#;
    let refund = r#"{"id":"REFUND1","custom_id":"ORDER1","invoice_id":"o1-2-refund-7"}"#;
    for (kind, resource) in [("PAYMENT.CAPTURE.REVERSED", capture), ("PAYMENT.REFUND.FAILED", refund)] {
        let event = told(kind, resource).unwrap();
        assert_eq!((event.subject, about(&event)), (EventSubject::Reversal, ("ORDER1", Some(("o1", 2)))));
    }
}

#[test]
fn an_order_that_names_none_of_ours_has_no_purpose() {
    for unit in ["", "{}", r#"{"invoice_id":"2026/7"}"#, r#"{"custom_id":"o1"}"#] {
        let event =
            told("CHECKOUT.ORDER.APPROVED", &format!(r#"{{"id":"ORDER1","purchase_units":[{unit}]}}"#));
        assert_eq!(about(&event.unwrap()), ("ORDER1", None), "{unit}");
    }
}

#[test]
fn what_is_not_about_an_order_is_not_followed() {
    for (kind, resource) in [
        ("CUSTOMER.DISPUTE.CREATED", r#"{"dispute_id":"PP-D-1"}"#),
        ("BILLING.SUBSCRIPTION.ACTIVATED", r#"{"id":"I-1","custom_id":"o1"}"#),
        ("PAYMENT.CAPTURE.COMPLETED", r#"{"id":"CAPTURE1","invoice_id":"o1-2"}"#),
        ("PAYMENT.CAPTURE.REFUNDED", r#"{"id":"REFUND1","invoice_id":"o1-2-refund-7"}"#),
        ("CHECKOUT.ORDER.APPROVED", r#"{"id":"../ORDER1"}"#),
    ] {
        assert_eq!(told(kind, resource), None, "{kind} {resource}");
    }
}

#[test]
fn an_event_of_another_shape_is_unreadable_and_not_ignored() {
    for body in ["", "{}", "[]", r#"{"id":"WH-1"}"#] {
        assert!(read(body.as_bytes(), Mode::Test).is_err(), "{body}");
    }
    for (from, to) in [("WH-62W", "WH 62W"), ("T03:12:32.606Z", ""), ("ORDER.A", "ORDER. A")] {
        assert!(read(BODY.replace(from, to).as_bytes(), Mode::Test).is_err(), "{to}");
    }
}
