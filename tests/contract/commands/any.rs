use std::collections::BTreeMap;

use domain::payment::{Decline, Operation, Outcome, Retry};
use domain::stock::PageKey;
use proptest::prelude::*;

use crate::samples::page;

/// One call of a port. Numbers choose among the few records that there are.
#[derive(Clone, Debug)]
pub(super) enum Command {
    PutOnSale { page: usize, units: u32 },
    Reserve { number: usize, holds: BTreeMap<usize, u32>, seconds: u64 },
    Close { number: usize, by_shopper: bool },
    Free { number: usize, page: usize, seen: Seen },
    Place { number: usize, order: usize, from: Copy },
    Move { order: usize, step: OrderStep, from: Copy },
    Postpone { order: usize, seconds: u64, from: Copy },
    PutOffPage { page: usize, seconds: Option<u64>, from: Copy },
    PutProduct { id: usize, category: usize, skus: Vec<usize> },
    Remember,
    TimePasses { seconds: u64 },
}

/// Whether a decision is made from what is stored now, or from what was remembered and may be old.
#[derive(Clone, Copy, Debug)]
pub(super) enum Copy {
    Fresh,
    Remembered,
}

/// The hold that somebody believes to be there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Seen {
    AsPlanned,
    AsStored,
    Paying(u32),
}

#[derive(Clone, Debug)]
pub(super) enum OrderStep {
    Claim(Operation),
    Record(Outcome),
    LookUp(Outcome),
    Retry(u32),
    Expire,
}

pub(super) const PAGES: usize = 4;
pub(super) const RESERVATIONS: usize = 4;
pub(super) const ORDERS: usize = 2;

pub(super) fn page_key(number: usize) -> PageKey {
    let sku = if number < 3 { "shirt" } else { "scarf" };
    page(sku, u32::try_from(number % 3).unwrap())
}

pub(super) fn reservation_key(number: usize) -> String {
    format!("reserve-{number}")
}

pub(super) fn order_key(number: usize) -> String {
    format!("checkout-{number}")
}

pub(super) fn any_outcome() -> impl Strategy<Value = Outcome> {
    let retry = prop_oneof![Just(Retry::SameMethod), Just(Retry::OtherMethod), Just(Retry::None)];
    prop_oneof![
        Just(Outcome::Opened("pi_1".parse().unwrap())),
        Just(Outcome::Authorized),
        Just(Outcome::Captured),
        Just(Outcome::RequiresAction { url: "https://bank.example/3ds?a=1".to_owned() }),
        retry.prop_map(|retry| Outcome::Declined(Decline { code: "declined".to_owned(), retry })),
        Just(Outcome::Rejected),
        Just(Outcome::NotSent),
        Just(Outcome::Voided),
        Just(Outcome::Mismatch),
        Just(Outcome::Unknown),
    ]
}

pub(super) fn any_step() -> impl Strategy<Value = OrderStep> {
    let operation = prop_oneof![Just(Operation::Confirm), Just(Operation::Capture), Just(Operation::Void)];
    prop_oneof![
        1 => operation.prop_map(OrderStep::Claim),
        4 => any_outcome().prop_map(OrderStep::Record),
        1 => any_outcome().prop_map(OrderStep::LookUp),
        2 => (0..3_u32).prop_map(OrderStep::Retry),
        1 => Just(OrderStep::Expire),
    ]
}

pub(super) fn any_command() -> impl Strategy<Value = Command> {
    let copy = || prop_oneof![4 => Just(Copy::Fresh), 1 => Just(Copy::Remembered)];
    let seen = prop_oneof![
        3 => Just(Seen::AsPlanned),
        2 => Just(Seen::AsStored),
        1 => (1..4_u32).prop_map(Seen::Paying),
    ];
    let holds = proptest::collection::btree_map(0..PAGES, 1..5_u32, 1..3);
    let skus = proptest::collection::btree_set(0..4_usize, 0..3).prop_map(|skus| skus.into_iter().collect());
    let seconds = || 0..900_u64;
    prop_oneof![
        1 => (0..PAGES, 0..=10_u32).prop_map(|(page, units)| Command::PutOnSale { page, units }),
        6 => (0..RESERVATIONS, holds, 300..900_u64)
            .prop_map(|(number, holds, seconds)| Command::Reserve { number, holds, seconds }),
        2 => (0..RESERVATIONS, any::<bool>())
            .prop_map(|(number, by_shopper)| Command::Close { number, by_shopper }),
        2 => (0..RESERVATIONS, 0..PAGES, seen)
            .prop_map(|(number, page, seen)| Command::Free { number, page, seen }),
        5 => (0..RESERVATIONS, 0..ORDERS, copy())
            .prop_map(|(number, order, from)| Command::Place { number, order, from }),
        9 => (0..ORDERS, any_step(), copy()).prop_map(|(order, step, from)| Command::Move { order, step, from }),
        1 => (0..ORDERS, seconds(), copy())
            .prop_map(|(order, seconds, from)| Command::Postpone { order, seconds, from }),
        2 => (0..PAGES, proptest::option::of(seconds()), copy())
            .prop_map(|(page, seconds, from)| Command::PutOffPage { page, seconds, from }),
        2 => (0..3_usize, 0..2_usize, skus)
            .prop_map(|(id, category, skus)| Command::PutProduct { id, category, skus }),
        2 => Just(Command::Remember),
        2 => seconds().prop_map(|seconds| Command::TimePasses { seconds }),
    ]
}
