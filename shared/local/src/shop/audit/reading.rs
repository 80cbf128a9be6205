//! What shoppers read of their orders, beside what the gateways have for these.

use core::ops::RangeInclusive;

use domain::invariant::{Books, ChargeEntry, Invariant, Violation};
use domain::order::Order;
use serde_json::Value;

/// Every order of which its shopper reads something else than its gateways have.
pub(super) fn check(books: &Books) -> Vec<Violation> {
    let entries = books.charges.as_deref().unwrap_or_default();
    let orders = books.orders.iter().map(|record| &record.order);
    let falsehood = |order: &Order| {
        let detail = falsehood(order, entries)?;
        Some(Violation { invariant: Invariant::OneCharge, subject: order.id.to_string(), detail })
    };
    orders.filter_map(falsehood).collect()
}

fn falsehood(order: &Order, entries: &[ChargeEntry]) -> Option<String> {
    // What came after a no is found out later, and is not denied from then on.
    let known = entries.iter().filter(|entry| entry.order_id == order.id && !entry.after_no);
    let kept = known.fold(0_i64, |sum, entry| sum + entry.captured - entry.refunded);
    let shown = serde_json::to_value(lambda::resource::order::Order::shown(order)).unwrap_or_default();
    let word = |pointer| shown.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (state, payment) = (word("/state"), word("/payment/state"));
    let is_refused = shown.pointer("/payment/decline").is_some();
    if order.had_orphan() && word("/payment/decline/message").contains("not charged") {
        return Some("its shopper reads that they were not charged, and they were".to_owned());
    }
    let told = if is_refused { Some(0..=0) } else { told(order, state, payment) };
    match told {
        None => Some(format!("its shopper reads `{state}` and `{payment}`, which contradict each other")),
        Some(told) if !told.contains(&kept) => {
            Some(format!("its shopper reads `{state}` and `{payment}`, and the gateways keep {kept}"))
        }
        Some(_) => None,
    }
}

/// How much of the shopper's money the gateways may have captured and not refunded, in minor units, for these words to be
/// true; none where the two contradict each other.
fn told(order: &Order, state: &str, payment: &str) -> Option<RangeInclusive<i64>> {
    let total = order.totals.total.amount();
    // What goes back is back there before it is known here.
    let least = total - order.going_back();
    match (state, payment) {
        (_, "processing" | "action_required" | "being_confirmed") if state != "paid" => Some(0..=total),
        ("paid" | "disputed", "captured") => Some(least..=total),
        ("partially_refunded", "captured") => Some(least..=total - order.refunded()),
        // Of what was cancelled, a lost dispute gave the shopper a part. What has gone back in full may be disputed all the
        // same.
        ("refunded" | "cancelled" | "disputed", "refunded") => Some(0..=order.lost()),
        ("payment_failed" | "cancelled", "declined" | "voided") => Some(0..=0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use domain::Timestamp;
    use domain::order::{Address, Checkout, Contact, RefundRequest};
    use domain::payment::{Decline, DisputeSeen, Outcome, PaymentMethod, RefundOutcome, Retry};
    use domain::reservation::{Line, Reservation, ReservationState, Totals};

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(0);

    /// An order over ten euros whose payment the gateway has begun.
    fn opened() -> Order {
        let lines = vec![Line {
            sku: "SCARF".parse().unwrap(),
            quantity: domain::Quantity::parse(1).unwrap(),
            unit_price: domain::Money::new(1_000, "EUR".parse().unwrap()).unwrap(),
            limit: None,
        }];
        let request = |key: &str| domain::RequestKey {
            caller: "guest".parse().unwrap(),
            key: format!("{key:-<16}").parse().unwrap(),
        };
        let reservation = Reservation {
            id: request("reserve").reservation_id(),
            caller: request("reserve").caller,
            fingerprint: "f".parse().unwrap(),
            totals: Totals::of_items(&lines).unwrap(),
            lines,
            holds: vec![],
            tried: vec![],
            turn: 1,
            state: ReservationState::Open,
            created_at: NOW,
            expires_at: NOW.plus(Duration::from_secs(600)),
        };
        let text = str::to_owned;
        let checkout = Checkout {
            request: request("checkout"),
            fingerprint: "f".parse().unwrap(),
            contact: Contact { email: text("a@example.com"), phone: None },
            shipping_address: Address {
                name: text("A"),
                line1: text("1"),
                line2: None,
                city: text("Leipzig"),
                postal_code: text("04109"),
                region: None,
                country: text("DE"),
            },
            payment_methods: vec![PaymentMethod::Stripe { token: "pm_card_visa".parse().unwrap() }],
            return_url: None,
        };
        let order = Order::place(reservation, checkout, NOW).unwrap().1.order;
        order.record(Outcome::Opened("pi_1".parse().unwrap()), NOW).unwrap().order
    }

    fn answered(outcome: Outcome) -> Order {
        opened().record(outcome, NOW).unwrap().order
    }

    fn entry(order: &Order, captured: i64, refunded: i64) -> ChargeEntry {
        ChargeEntry {
            order_id: order.id.clone(),
            amount: 1_000,
            currency: "EUR".parse().unwrap(),
            captured,
            refunded,
            disputes: vec![],
            after_no: false,
        }
    }

    #[test]
    fn whoever_reads_that_it_is_paid_has_paid() {
        let paid = answered(Outcome::Captured);
        assert_eq!(falsehood(&paid, &[entry(&paid, 1_000, 0)]), None);
        for entries in [vec![], vec![entry(&paid, 0, 0)], vec![entry(&paid, 1_000, 1_000)]] {
            let told = falsehood(&paid, &entries).unwrap();
            assert!(told.starts_with("its shopper reads `paid` and `captured`"), "{told}");
        }
    }

    #[test]
    fn whoever_reads_of_a_decline_was_not_charged() {
        let decline = Decline { code: "expired_card".to_owned(), retry: Retry::OtherMethod };
        let declined = answered(Outcome::Declined(decline));
        assert_eq!(falsehood(&declined, &[entry(&declined, 0, 0)]), None);
        assert!(falsehood(&declined, &[entry(&declined, 1_000, 0)]).is_some());
        let found_out_later = ChargeEntry { after_no: true, ..entry(&declined, 1_000, 0) };
        assert_eq!(falsehood(&declined, &[found_out_later]), None);
    }

    #[test]
    fn whoever_has_everything_back_may_have_disputed_it_too() {
        let paid = answered(Outcome::Captured);
        let request = RefundRequest {
            reference: "claim-1".parse().unwrap(),
            amount: paid.totals.total,
            returned: vec![],
        };
        let asked = paid.refund(request, NOW).unwrap().into_inner().order;
        let claimed = asked.claim_refund(NOW).unwrap().order;
        let refunded = claimed.record_refund(RefundOutcome::Refunded, NOW).unwrap().order;
        let dispute =
            DisputeSeen { reference: "dp_1".parse().unwrap(), amount: refunded.totals.total, decision: None };
        let disputed = refunded.dispute(1, &[dispute], NOW).unwrap().into_inner().order;
        assert_eq!(falsehood(&disputed, &[entry(&disputed, 1_000, 1_000)]), None);
        assert!(falsehood(&disputed, &[entry(&disputed, 1_000, 0)]).is_some());
    }

    #[test]
    fn whoever_reads_that_it_is_being_confirmed_may_have_paid_once_and_no_more() {
        let unknown = answered(Outcome::Unknown);
        assert_eq!(falsehood(&unknown, &[]), None);
        assert_eq!(falsehood(&unknown, &[entry(&unknown, 1_000, 0)]), None);
        assert!(falsehood(&unknown, &[entry(&unknown, 1_000, 0), entry(&unknown, 1_000, 0)]).is_some());
    }
}
