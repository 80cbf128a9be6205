//! Any product, page, list, supply, limit, reservation and order that the domain can express.

use core::str::FromStr;
use std::collections::BTreeMap;

use domain::catalog::{Availability, LowStock, Product, Variant};
use domain::order::{Address, Contact, Order, OrderChange, OrderState};
use domain::payment::{
    Attempt, AttemptRequest, AttemptState, Decline, GatewayName, Operation, PaymentMethod, Refund,
    RefundCause, RefundState, Retry,
};
use domain::reservation::{Line, Reservation, ReservationState, Totals, TriedHold};
use domain::stock::{
    AlertKind, CustomerLimit, Hold, Lane, Look, Looking, Movement, MovementKind, PageKey, PlannedHold,
    StockAlert, StockList, StockPage, Supply,
};
use domain::wake::{Queue, Wake};
use domain::webhook::{
    Event, EventKey, Fact, FactSubject, Mode, Purpose, Quarantine, Settlement, Webhook, WebhookState,
};
use domain::{Money, Quantity, Timestamp};
use proptest::collection::{btree_map, btree_set, vec};
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
    let low_stock = (any::<u32>(), option::of(any::<u32>()))
        .prop_map(|(at, limit_per_customer)| LowStock { at, limit_per_customer });
    let sold = (option::of(any::<u32>()), option::of(time()), low_stock);
    let variant = (id(), btree_map(words(), words(), 0..3), money(), sold).prop_map(
        |(sku, attributes, price, (limit_per_customer, on_sale_from, low_stock))| Variant {
            sku,
            attributes,
            price,
            limit_per_customer,
            on_sale_from,
            low_stock,
        },
    );
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
    let units = (any::<u64>(), any::<u64>(), any::<u64>());
    (id(), units, any::<u32>(), vec(any::<u32>(), 0..16)).prop_map(
        |(sku, (version, received, written_off), loose_pages, lanes)| Supply {
            sku,
            version,
            received,
            written_off,
            loose_pages,
            lanes,
        },
    )
}

fn lane() -> impl Strategy<Value = Lane> {
    (1..=Lane::OPENERS_MAX).prop_filter_map("a lane", Lane::opener)
}

pub(crate) fn movement() -> impl Strategy<Value = Movement> {
    let what = (select(&MovementKind::ALL), any::<i64>());
    let parts = (btree_map(lane(), any::<i64>(), 0..4), btree_map(any::<u32>(), any::<i64>(), 0..4));
    (id(), any::<u64>(), id(), what, parts, time()).prop_map(
        |(sku, number, reference, (kind, units), (unopened, pages), at)| Movement {
            sku,
            number,
            reference,
            kind,
            units,
            unopened,
            pages,
            at,
        },
    )
}

fn look() -> impl Strategy<Value = Look> {
    let times = (time(), time());
    let pages: BoxedStrategy<BTreeMap<u32, u32>> = btree_map(any::<u32>(), any::<u32>(), 0..5).boxed();
    let found = (pages, any::<bool>(), any::<u32>(), vec(any::<u32>(), 0..4));
    (times, found, select(&Availability::ALL), any::<u64>()).prop_map(
        |((at, full_at), (pages, is_complete, units, seen), band, alerts)| Look {
            at,
            full_at,
            pages,
            is_complete,
            units,
            seen,
            band,
            alerts,
        },
    )
}

pub(crate) fn list() -> impl Strategy<Value = StockList> {
    let looking = (time(), time(), any::<u32>()).prop_map(|(since, until, by)| Looking { since, until, by });
    let openers = (btree_map(lane(), any::<u32>(), 0..4), any::<u32>(), any::<u32>());
    let returned = btree_set(any::<u32>(), 0..4);
    (id(), openers, any::<u32>(), returned, look(), option::of(looking)).prop_map(
        |(sku, (openers, lanes, loose_pages), low_at, returned, look, looking)| StockList {
            sku,
            openers,
            lanes,
            loose_pages,
            low_at,
            returned,
            look,
            looking,
        },
    )
}

pub(crate) fn alert() -> impl Strategy<Value = StockAlert> {
    (id(), any::<u64>(), select(&AlertKind::ALL), any::<u32>(), time())
        .prop_map(|(sku, number, kind, units, at)| StockAlert { sku, number, kind, units, at })
}

pub(crate) fn limit() -> impl Strategy<Value = CustomerLimit> {
    let claims = btree_map(id(), (any::<u32>(), any::<u32>()), 0..4);
    (id(), id(), any::<u32>(), claims).prop_map(|(sku, customer, units, claims)| CustomerLimit {
        sku,
        customer,
        units,
        claims,
    })
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let line = (id(), quantity(), money(), option::of(any::<u32>()))
        .prop_map(|(sku, quantity, unit_price, limit)| Line { sku, quantity, unit_price, limit });
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

fn planned() -> impl Strategy<Value = PlannedHold> {
    (page_key(), any::<u32>()).prop_map(|(page, quantity)| PlannedHold { page, quantity })
}

fn holds() -> impl Strategy<Value = Vec<PlannedHold>> {
    vec(planned(), 0..3)
}

pub(crate) fn reservation() -> impl Strategy<Value = Reservation> {
    let state = prop_oneof![
        Just(ReservationState::Open),
        id().prop_map(ReservationState::Ordered),
        Just(ReservationState::Released),
        Just(ReservationState::Expired),
        Just(ReservationState::Refused),
    ];
    let tried = (planned(), time()).prop_map(|(planned, expires_at)| TriedHold { planned, expires_at });
    let plan = (holds(), vec(tried, 0..3), any::<u32>());
    let ids = (id(), id(), id());
    (ids, lines(), totals(), plan, state, time(), time()).prop_map(
        |((id, caller, fingerprint), lines, totals, plan, state, created_at, expires_at)| {
            let (holds, tried, turn) = plan;
            Reservation {
                id,
                caller,
                fingerprint,
                lines,
                totals,
                holds,
                tried,
                turn,
                state,
                created_at,
                expires_at,
            }
        },
    )
}

fn method() -> impl Strategy<Value = PaymentMethod> {
    prop_oneof![
        id().prop_map(|token| PaymentMethod::Stripe { token }),
        Just(PaymentMethod::PayPal),
        id().prop_map(|token| PaymentMethod::Adyen { token }),
    ]
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
    let is = (any::<bool>(), any::<bool>());
    (any::<u32>(), method(), option::of(id()), attempt_state(), is, time(), option::of(requested)).prop_map(
        |(number, method, reference, state, (undoubted, given_up), started_at, requested)| Attempt {
            number,
            method,
            reference,
            state,
            undoubted,
            given_up,
            started_at,
            requested,
        },
    )
}

fn refund() -> impl Strategy<Value = Refund> {
    let cause =
        option::of(id()).prop_map(|reference| reference.map_or(RefundCause::Cancelled, RefundCause::Asked));
    let tries = any::<u32>;
    let state = prop_oneof![
        tries().prop_map(|tries| RefundState::Ready { tries }),
        (tries(), time()).prop_map(|(tries, lease_until)| RefundState::Sending { tries, lease_until }),
        tries().prop_map(|tries| RefundState::Unknown { tries }),
        tries().prop_map(|tries| RefundState::Pending { tries }),
        time().prop_map(|at| RefundState::Refunded { at }),
        Just(RefundState::ManualReview),
    ];
    (any::<u32>(), money(), cause, state, time()).prop_map(|(number, amount, cause, state, started_at)| {
        Refund { number, amount, cause, state, started_at }
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
    let ending = (vec(refund(), 0..3), option::of(time()));
    let payment = (order_state(), vec(attempt(), 0..3), vec(method(), 0..2), url, ending);
    let rest = (any::<u64>(), option::of(wake), time(), time());
    (who, what, payment, rest).prop_map(|(who, what, payment, rest)| {
        let (id, reservation_id, caller, fingerprint, contact, shipping_address) = who;
        let (lines, totals, holds, held_until) = what;
        let (state, attempts, fallbacks, return_url, (refunds, cancel_requested_at)) = payment;
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
            refunds,
            cancel_requested_at,
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

pub(crate) fn webhook() -> impl Strategy<Value = Webhook> {
    let reason = select(&[Quarantine::OtherMode, Quarantine::UnknownOrder, Quarantine::UnknownAttempt]);
    let state = prop_oneof![
        Just(WebhookState::Received),
        time().prop_map(|at| WebhookState::Settled(Settlement::Applied { at })),
        (time(), reason)
            .prop_map(|(at, reason)| WebhookState::Settled(Settlement::Quarantined { at, reason })),
    ];
    let purpose = (id(), any::<u32>()).prop_map(|(order_id, attempt)| Purpose { order_id, attempt });
    let mode = select(&[Mode::Live, Mode::Test]);
    let what = (id(), "[a-zA-Z._-]{1,64}", id(), option::of(purpose), mode, option::of(fact()));
    let wake = (select(&Queue::ALL), time()).prop_map(|(queue, at)| Wake { queue, at });
    (what, state, time(), time(), option::of(wake)).prop_map(
        |(what, state, created_at, received_at, wake)| {
            let (id, kind, reference, purpose, mode, fact) = what;
            let key = EventKey { gateway: GatewayName::Stripe, id };
            let kind = kind.parse().unwrap();
            let event = Event { key, kind, reference, purpose, mode, created_at, fact };
            Webhook { event, state, received_at, wake }
        },
    )
}

fn fact() -> impl Strategy<Value = Fact> {
    let subject = prop_oneof![
        Just(FactSubject::Authorization),
        Just(FactSubject::Capture),
        Just(FactSubject::Cancellation),
        any::<u32>().prop_map(FactSubject::Refund),
    ];
    (subject, any::<bool>(), option::of(money()), id()).prop_map(|(subject, success, amount, payment)| Fact {
        subject,
        success,
        amount,
        payment,
    })
}
