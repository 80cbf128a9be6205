use domain::{Caller, Fingerprint, IdempotencyKey, OrderId, RequestKey, ReservationId, Sku};
use proptest::prelude::*;

use crate::samples::request;

fn any_key() -> impl Strategy<Value = IdempotencyKey> {
    "[A-Za-z0-9_-]{16,64}".prop_map(|key| key.parse().unwrap())
}

fn any_request() -> impl Strategy<Value = RequestKey> {
    (any::<[u8; 32]>(), any_key()).prop_map(|(token, key)| RequestKey { caller: Caller::guest(&token), key })
}

proptest! {
    #[test]
    fn an_id_has_no_character_that_separates_or_escapes(text in "\\PC{0,70}|[A-Za-z0-9_-]{0,70}") {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let expected = (1..=64).contains(&text.len()) && text.bytes().all(allowed);
        prop_assert_eq!(text.parse::<Sku>().is_ok(), expected);
        prop_assert_eq!(text.parse::<IdempotencyKey>().is_ok(), expected && text.len() >= 16);
    }

    #[test]
    fn a_customer_is_one_name_of_one_issuer_and_no_guest(
        issuer in "\\PC{0,40}",
        subject in "\\PC{0,40}",
        other in "\\PC{0,40}",
        token in any::<[u8; 32]>(),
    ) {
        let customer = Caller::customer(&issuer, &subject);
        prop_assert!(customer.is_customer() && !Caller::guest(&token).is_customer());
        prop_assert_eq!(customer.as_str().parse::<Caller>(), Ok(customer.clone()));
        prop_assert_eq!(subject == other, customer == Caller::customer(&issuer, &other));
        prop_assert_eq!(issuer == other, customer == Caller::customer(&other, &subject));
        let joined = format!("{issuer}{subject}");
        prop_assert_eq!(subject.is_empty(), customer == Caller::customer(&joined, ""));
    }

    #[test]
    fn a_derived_id_is_an_id(request in any_request()) {
        let reservation = request.reservation_id();
        let order = request.order_id();
        prop_assert_eq!(reservation.as_str().parse::<ReservationId>(), Ok(reservation.clone()));
        prop_assert_eq!(order.as_str().parse::<OrderId>(), Ok(order.clone()));
        prop_assert_eq!(order.as_str().len(), 22);
    }

    #[test]
    fn a_request_has_the_same_id_however_often_it_is_sent_and_another_request_another(
        a in any_request(),
        b in any_request(),
    ) {
        prop_assert_eq!(a.reservation_id(), a.clone().reservation_id());
        prop_assert_eq!(a == b, a.reservation_id() == b.reservation_id());
        prop_assert_eq!(a == b, a.order_id() == b.order_id());
        prop_assert_ne!(a.reservation_id().to_string(), a.order_id().to_string());
    }

    #[test]
    fn moving_text_between_fields_changes_a_fingerprint(
        fields in proptest::collection::vec("[a-c]{0,3}", 1..5),
        others in proptest::collection::vec("[a-c]{0,3}", 1..5),
    ) {
        let of = |fields: &[String]| Fingerprint::of(fields.iter().map(String::as_str));
        prop_assert_eq!(fields == others, of(&fields) == of(&others));
    }
}

#[test]
fn a_guest_is_known_by_a_hash_and_not_by_the_token() {
    let caller = Caller::guest(&[b'a'; 32]);
    assert!(!caller.as_str().contains("aaaa"));
    assert_eq!(caller.as_str().parse::<Caller>(), Ok(caller));
    assert_eq!(request("same").reservation_id(), request("same").reservation_id());
}
