//! Any product, page, reservation and order that the domain can express.

use core::str::FromStr;

use domain::catalog::{Product, Variant};
use domain::order::{Address, Contact, Order, OrderChange, OrderState};
use domain::payment::{
    Attempt, AttemptRequest, AttemptState, Decline, GatewayName, Operation, PaymentMethod, Retry,
};
use domain::reservation::{Line, Reservation, ReservationState, Totals};
use domain::stock::{Hold, PageKey, PlannedHold, StockPage, Supply};
use domain::wake::{Queue, Wake};
use domain::{Money, Quantity, Timestamp};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn id<T: FromStr + core::fmt::Debug>() -> impl Strategy<Value = T> {
    "[A-Za-z0-9_-]{16,24}".prop_filter_map("an id", |text| text.parse().ok())
}

fn words() -> impl Strategy<Value = String> {
    "[ -~äöüß€]{0,12}"
}

fn time() -> impl Strategy<Value = Timestamp> {
    any::<i64>().prop_map(Timestamp::from_millis)
}

fn money() -> impl Strategy<Value = Money> {
    (0..=Money::AMOUNT_MAX, "[A-Z]{3}")
        .prop_map(|(amount, code)| Money::new(amount, code.parse().unwrap()).unwrap())
}

fn quantity() -> impl Strategy<Value = Quantity> {
    (1..=99_i64).prop_map(|units| Quantity::parse(units).unwrap())
}

fn page_key() -> impl Strategy<Value = PageKey> {
    (id(), any::<u32>()).prop_map(|(sku, number)| PageKey { sku, number })
}

pub(crate) fn product() -> impl Strategy<Value = Product> {
    let variant =
        (id(), btree_map(words(), words(), 0..3), money(), option::of(any::<u32>()), option::of(time()))
            .prop_map(|(sku, attributes, price, limit_per_customer, on_sale_from)| Variant {
                sku,
                attributes,
                price,
                limit_per_customer,
                on_sale_from,
            });
    let texts = (words(), words(), option::of(words()), option::of(words()), vec(words(), 0..3));
    (id(), texts, vec(variant, 0..4)).prop_map(|(id, texts, variants)| {
        let (name, category, brand, description, images) = texts;
        Product { id, name, category, brand, description, images, variants }
    })
}

pub(crate) fn page() -> impl Strategy<Value = StockPage> {
    let held = (any::<u32>(), time()).prop_map(|(quantity, expires_at)| Hold::Held { quantity, expires_at });
    let paying = any::<u32>().prop_map(|quantity| Hold::Paying { quantity });
    let holds = btree_map(id(), prop_oneof![held, paying], 0..5);
    (page_key(), any::<u32>(), any::<u32>(), any::<u32>(), holds).prop_map(
        |(key, capacity, available, sold, holds)| StockPage { key, capacity, available, sold, holds },
    )
}

pub(crate) fn supply() -> impl Strategy<Value = Supply> {
    (id(), any::<u32>(), any::<u32>()).prop_map(|(sku, received, pages)| Supply { sku, received, pages })
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let line = (id(), quantity(), money()).prop_map(|(sku, quantity, unit_price)| Line {
        sku,
        quantity,
        unit_price,
    });
    vec(line, 0..3)
}

fn totals() -> impl Strategy<Value = Totals> {
    (money(), money(), money(), money(), money(), any::<bool>()).prop_map(
        |(items, discount, shipping, tax, total, tax_included)| Totals {
            items,
            discount,
            shipping,
            tax,
            total,
            tax_included,
        },
    )
}

fn holds() -> impl Strategy<Value = Vec<PlannedHold>> {
    vec((page_key(), any::<u32>()).prop_map(|(page, quantity)| PlannedHold { page, quantity }), 0..3)
}

pub(crate) fn reservation() -> impl Strategy<Value = Reservation> {
    let state = prop_oneof![
        Just(ReservationState::Open),
        id().prop_map(ReservationState::Ordered),
        Just(ReservationState::Released),
        Just(ReservationState::Expired),
    ];
    let ids = (id(), id(), id());
    (ids, lines(), totals(), holds(), state, time(), time()).prop_map(
        |((id, caller, fingerprint), lines, totals, holds, state, created_at, expires_at)| Reservation {
            id,
            caller,
            fingerprint,
            lines,
            totals,
            holds,
            state,
            created_at,
            expires_at,
        },
    )
}

fn method() -> impl Strategy<Value = PaymentMethod> {
    (select(&GatewayName::ALL), id()).prop_map(|(gateway, token)| PaymentMethod { gateway, token })
}

fn attempt_state() -> impl Strategy<Value = AttemptState> {
    let operation = || select(&[Operation::Open, Operation::Confirm, Operation::Capture, Operation::Void]);
    let retry = select(&[Retry::SameMethod, Retry::OtherMethod, Retry::None]);
    prop_oneof![
        (operation(), any::<u32>()).prop_map(|(operation, tries)| AttemptState::Ready { operation, tries }),
        (operation(), any::<u32>(), time()).prop_map(|(operation, tries, lease_until)| {
            AttemptState::Sending { operation, tries, lease_until }
        }),
        (operation(), any::<u32>()).prop_map(|(operation, tries)| AttemptState::Unknown { operation, tries }),
        (words(), time(), any::<u32>()).prop_map(|(url, until, tries)| AttemptState::RequiresAction {
            url,
            until,
            tries
        }),
        (words(), retry).prop_map(|(code, retry)| AttemptState::Declined(Decline { code, retry })),
        Just(AttemptState::Captured),
        Just(AttemptState::NotSent),
        Just(AttemptState::Voided),
        Just(AttemptState::ManualReview),
    ]
}

fn attempt() -> impl Strategy<Value = Attempt> {
    let requested = (id(), id()).prop_map(|(key, fingerprint)| AttemptRequest { key, fingerprint });
    (any::<u32>(), method(), option::of(id()), attempt_state(), any::<bool>(), time(), option::of(requested))
        .prop_map(|(number, method, reference, state, undoubted, started_at, requested)| Attempt {
            number,
            method,
            reference,
            state,
            undoubted,
            started_at,
            requested,
        })
}

fn contact() -> impl Strategy<Value = Contact> {
    (words(), option::of(words())).prop_map(|(email, phone)| Contact { email, phone })
}

fn address() -> impl Strategy<Value = Address> {
    (words(), words(), option::of(words()), words(), words(), option::of(words()), words()).prop_map(
        |(name, line1, line2, city, postal_code, region, country)| Address {
            name,
            line1,
            line2,
            city,
            postal_code,
            region,
            country,
        },
    )
}

fn order_state() -> impl Strategy<Value = OrderState> {
    prop_oneof![
        Just(OrderState::PendingPayment),
        time().prop_map(|at| OrderState::Paid { at }),
        time().prop_map(|retry_until| OrderState::PaymentFailed { retry_until }),
        time().prop_map(|at| OrderState::Cancelled { at }),
    ]
}

pub(crate) fn order() -> impl Strategy<Value = Order> {
    let wake = (select(&Queue::ALL), time()).prop_map(|(queue, at)| Wake { queue, at });
    let url = option::of(Just("https://shop.example/back".parse().unwrap()));
    let who = (id(), id(), id(), id(), contact(), address());
    let what = (lines(), totals(), holds(), time());
    let payment = (order_state(), vec(attempt(), 0..3), vec(method(), 0..2), url);
    let rest = (any::<u64>(), option::of(wake), time(), time());
    (who, what, payment, rest).prop_map(|(who, what, payment, rest)| {
        let (id, reservation_id, caller, fingerprint, contact, shipping_address) = who;
        let (lines, totals, holds, held_until) = what;
        let (state, attempts, fallbacks, return_url) = payment;
        let (version, wake, created_at, updated_at) = rest;
        Order {
            id,
            reservation_id,
            caller,
            fingerprint,
            contact,
            shipping_address,
            lines,
            totals,
            holds,
            held_until,
            state,
            attempts,
            fallbacks,
            return_url,
            version,
            wake,
            created_at,
            updated_at,
        }
    })
}

/// The change that makes an order.
pub(crate) fn new_order(order: Order) -> OrderChange {
    OrderChange { order, seen_version: None, holds: None }
}
