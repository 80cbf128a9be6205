use std::collections::BTreeMap;

use application::create_reservation::{Cart, CartLine};
use domain::catalog::{LowStock, Product, Variant};
use domain::order::{Address, Checkout, Contact};
use domain::payment::PaymentMethod;
use domain::reservation::Reservation;
use domain::{Caller, Fingerprint, Money, Quantity, RequestKey};

/// The card that every order is paid with.
pub(crate) const CARD: &str = "pm_card";

pub(crate) fn request(name: &str) -> RequestKey {
    RequestKey { caller: Caller::guest(&[1; 32]), key: format!("{name:-<16}").parse().unwrap() }
}

pub(crate) fn cart(lines: &[(&str, i64)]) -> Cart {
    let line = |(sku, units): &(&str, i64)| CartLine {
        sku: sku.parse().unwrap(),
        quantity: Quantity::parse(*units).unwrap(),
        unit_price: None,
    };
    Cart::new(lines.iter().map(line).collect(), None).unwrap()
}

/// A variant that everybody may buy as much of as there is.
pub(crate) fn variant(sku: &str) -> Variant {
    Variant {
        sku: sku.parse().unwrap(),
        attributes: BTreeMap::new(),
        price: Money::new(1_999, "EUR".parse().unwrap()).unwrap(),
        limit_per_customer: None,
        on_sale_from: None,
        low_stock: LowStock::default(),
    }
}

pub(crate) fn product(variants: Vec<Variant>) -> Product {
    Product {
        id: "fan-wear".parse().unwrap(),
        name: "Fan wear".to_owned(),
        category: "shirts".to_owned(),
        brand: None,
        description: None,
        images: vec![],
        variants,
    }
}

pub(crate) fn terms(key: &str, reservation: &Reservation) -> Checkout {
    Checkout {
        request: RequestKey { caller: reservation.caller.clone(), ..request(key) },
        fingerprint: Fingerprint::of([reservation.id.as_str()]),
        contact: Contact { email: "kim@example.com".to_owned(), phone: None },
        shipping_address: Address {
            name: "Kim Example".to_owned(),
            line1: "1 Stadium Road".to_owned(),
            line2: None,
            city: "Leipzig".to_owned(),
            postal_code: "04109".to_owned(),
            region: None,
            country: "DE".to_owned(),
        },
        payment_methods: vec![PaymentMethod::Stripe { token: CARD.parse().unwrap() }],
        return_url: None,
    }
}
