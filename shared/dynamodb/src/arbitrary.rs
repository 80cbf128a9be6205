//! Any product, page, list, supply, limit, reservation and order that the domain can express.

use core::str::FromStr;
use std::collections::BTreeMap;

use domain::catalog::{Availability, LowStock, Product, Variant};
use domain::fraud::Risk;
use domain::payment::GatewayName;
use domain::reservation::{Line, Reservation, ReservationState, Totals, TriedHold};
use domain::stock::{
    AlertKind, CustomerLimit, Hold, Lane, Look, Looking, Movement, MovementKind, PageKey, PlannedHold,
    StockAlert, StockList, StockPage, Supply,
};
use domain::wake::{Queue, Wake};
use domain::webhook::{
    DisputeStage, Event, EventKey, EventSubject, Fact, FactSubject, Mode, Purpose, Quarantine, Settlement,
    Webhook, WebhookState,
};
use domain::{Money, Quantity, Timestamp};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

mod orders; // orders, with their attempts, refunds and postings

pub(crate) use orders::{new_order, order};

pub(crate) fn id<T: FromStr + core::fmt::Debug>() -> impl Strategy<Value = T> {
    "[A-Za-z0-9_-]{16,24}".prop_filter_map("an id", |text| text.parse().ok())
}

fn words() -> impl Strategy<Value = String> {
    "[ -~äöüß€]{0,12}"
}

pub(crate) fn time() -> impl Strategy<Value = Timestamp> {
    any::<i64>().prop_map(Timestamp::from_millis)
}

pub(crate) fn money() -> impl Strategy<Value = Money> {
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

pub(crate) fn webhook() -> impl Strategy<Value = Webhook> {
    let reason = select(&[
        Quarantine::OtherMode,
        Quarantine::UnknownOrder,
        Quarantine::UnknownAttempt,
        Quarantine::Reversed,
    ]);
    let state = prop_oneof![
        Just(WebhookState::Received),
        time().prop_map(|at| WebhookState::Settled(Settlement::Applied { at })),
        time().prop_map(|at| WebhookState::Settled(Settlement::Dismissed { at })),
        (time(), reason)
            .prop_map(|(at, reason)| WebhookState::Settled(Settlement::Quarantined { at, reason })),
    ];
    let purpose = (id(), any::<u32>()).prop_map(|(order_id, attempt)| Purpose { order_id, attempt });
    let mode = select(&[Mode::Live, Mode::Test]);
    let subject = select(&[
        EventSubject::Payment,
        EventSubject::Approval,
        EventSubject::Dispute,
        EventSubject::Reversal,
    ]);
    let object = (id(), subject);
    let what = (id(), "[a-zA-Z._-]{1,64}", object, option::of(purpose), mode, option::of(fact()));
    let wake = (select(&Queue::ALL), time()).prop_map(|(queue, at)| Wake { queue, at });
    (what, state, time(), time(), option::of(wake)).prop_map(
        |(what, state, created_at, received_at, wake)| {
            let (id, kind, (reference, subject), purpose, mode, fact) = what;
            let key = EventKey { gateway: GatewayName::Stripe, id };
            let kind = kind.parse().unwrap();
            let event = Event { key, kind, subject, reference, purpose, mode, created_at, fact };
            Webhook { event, state, received_at, wake }
        },
    )
}

fn fact() -> impl Strategy<Value = Fact> {
    let stage =
        select(&[DisputeStage::Opened, DisputeStage::Won, DisputeStage::Lost, DisputeStage::LostAgain]);
    let subject = prop_oneof![
        Just(FactSubject::Authorization),
        Just(FactSubject::Capture),
        Just(FactSubject::Cancellation),
        any::<u32>().prop_map(FactSubject::Refund),
        (id(), stage).prop_map(|(reference, stage)| FactSubject::Dispute { reference, stage }),
    ];
    let risk = option::of(select(&[Risk::Elevated, Risk::Highest]));
    (subject, any::<bool>(), option::of(money()), id(), risk).prop_map(
        |(subject, success, amount, payment, risk)| Fact { subject, success, amount, payment, risk },
    )
}
