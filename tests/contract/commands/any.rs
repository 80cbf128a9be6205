use std::collections::BTreeMap;

use domain::payment::{Decline, DisputeDecision, Operation, Outcome, RefundOutcome, Retry};
use domain::stock::PageKey;
use proptest::prelude::*;

use crate::samples::{opened_page, page};

/// One call of a port. Numbers choose among the few records that there are.
#[derive(Clone, Debug)]
pub(super) enum Command {
    Supply(SupplyCommand),
    Plan { number: usize, holds: BTreeMap<usize, u32>, step: PlanStep, from: Copy },
    Reserve { number: usize, holds: BTreeMap<usize, u32>, seconds: u64, limit: Option<u32> },
    Hold { number: usize, from: Copy },
    Claim { number: usize, from: Copy },
    GiveBack { number: usize, from: Copy },
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

/// One call about what is on sale, and where it is looked for.
#[derive(Clone, Debug)]
pub(super) enum SupplyCommand {
    Receive { scarves: bool, units: u32, reference: u32 },
    WriteOff { scarves: bool, units: u32, reference: u32 },
    Open { lane: u32 },
    DropOpener { lane: u32, pages: u32 },
    NoteReturned { pages: Vec<usize> },
    BeginLook { by: u32 },
    FinishLook { by: u32, from: Copy },
}

/// What somebody plans for a reservation that may be there.
#[derive(Clone, Copy, Debug)]
pub(super) enum PlanStep {
    First,
    Replan,
    TakeOver,
    Refuse,
    Reopen,
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
    SubmitActionResult(u32),
    Cancel,
    GiveUp,
    Refund { reference: u32, amount: i64, shirts: Option<u32> },
    ClaimRefund,
    RecordRefund(RefundOutcome),
    Dispute { reference: u32, amount: i64, decision: Option<DisputeDecision> },
}

pub(super) const PAGES: usize = 4;
pub(super) const RESERVATIONS: usize = 4;
pub(super) const ORDERS: usize = 2;

/// Two loose pages of shirts, one of shirts that somebody must open, and one loose page of scarves.
pub(super) fn page_key(number: usize) -> PageKey {
    match number {
        0 => page("shirt", 0),
        1 => page("shirt", 1),
        2 => opened_page("shirt", 1, 0),
        _ => page("scarf", 0),
    }
}

pub(super) fn reservation_key(number: usize) -> String {
    format!("reserve-{number}")
}

pub(super) fn order_key(number: usize) -> String {
    format!("checkout-{number}")
}

pub(super) fn any_outcome() -> impl Strategy<Value = Outcome> {
    let retry = prop_oneof![Just(Retry::SameMethod), Just(Retry::OtherMethod), Just(Retry::None)];
    let decline = retry.prop_map(|retry| Decline { code: "declined".to_owned(), retry });
    prop_oneof![
        Just(Outcome::Opened("pi_1".parse().unwrap())),
        Just(Outcome::Authorized),
        Just(Outcome::Captured),
        Just(Outcome::RequiresAction { url: "https://bank.example/3ds?a=1".to_owned() }),
        decline.clone().prop_map(Outcome::Declined),
        decline.prop_map(Outcome::Invalid),
        Just(Outcome::Rejected),
        Just(Outcome::NotSent),
        Just(Outcome::Voided),
        Just(Outcome::Mismatch),
        Just(Outcome::Unknown),
    ]
}

pub(super) fn any_step() -> impl Strategy<Value = OrderStep> {
    let operation = prop_oneof![
        Just(Operation::Confirm),
        Just(Operation::Complete),
        Just(Operation::Capture),
        Just(Operation::Void),
    ];
    prop_oneof![
        2 => operation.prop_map(OrderStep::Claim),
        8 => any_outcome().prop_map(OrderStep::Record),
        2 => any_outcome().prop_map(OrderStep::LookUp),
        4 => (0..3_u32).prop_map(OrderStep::Retry),
        2 => Just(OrderStep::Expire),
        2 => (0..2_u32).prop_map(OrderStep::SubmitActionResult),
        1 => Just(OrderStep::Cancel),
        1 => Just(OrderStep::GiveUp),
        8 => any_ending(),
    ]
}

/// What may become of money after it was taken.
fn any_ending() -> impl Strategy<Value = OrderStep> {
    let outcome = prop_oneof![
        3 => Just(RefundOutcome::Refunded),
        1 => Just(RefundOutcome::Pending),
        1 => Just(RefundOutcome::Refused),
        1 => Just(RefundOutcome::Disputed),
        1 => Just(RefundOutcome::Rejected),
        1 => Just(RefundOutcome::NotSent),
        1 => Just(RefundOutcome::Unknown),
    ];
    let decision = prop_oneof![Just(DisputeDecision::Won), Just(DisputeDecision::Lost)];
    let shirts = proptest::option::of(1..3_u32);
    prop_oneof![
        (0..3_u32, 1..3_000_i64, shirts).prop_map(|(reference, amount, shirts)| OrderStep::Refund {
            reference,
            amount,
            shirts
        }),
        Just(OrderStep::ClaimRefund),
        outcome.prop_map(OrderStep::RecordRefund),
        (0..2_u32, 1..3_000_i64, proptest::option::of(decision))
            .prop_map(|(reference, amount, decision)| OrderStep::Dispute { reference, amount, decision }),
    ]
}

pub(super) fn any_command() -> impl Strategy<Value = Command> {
    let copy = || prop_oneof![4 => Just(Copy::Fresh), 1 => Just(Copy::Remembered)];
    let seen = prop_oneof![
        3 => Just(Seen::AsPlanned),
        2 => Just(Seen::AsStored),
        1 => (1..4_u32).prop_map(Seen::Paying),
    ];
    let holds = || proptest::collection::btree_map(0..PAGES, 1..5_u32, 1..3);
    let plan = prop_oneof![
        2 => Just(PlanStep::First),
        2 => Just(PlanStep::Replan),
        1 => Just(PlanStep::TakeOver),
        1 => Just(PlanStep::Refuse),
        1 => Just(PlanStep::Reopen),
    ];
    let limit = proptest::option::of(1..6_u32);
    let skus = proptest::collection::btree_set(0..4_usize, 0..3).prop_map(|skus| skus.into_iter().collect());
    let seconds = || 0..900_u64;
    prop_oneof![
        6 => any_supply_command().prop_map(Command::Supply),
        5 => (0..RESERVATIONS, holds(), plan, copy())
            .prop_map(|(number, holds, step, from)| Command::Plan { number, holds, step, from }),
        6 => (0..RESERVATIONS, holds(), 300..900_u64, limit)
            .prop_map(|(number, holds, seconds, limit)| Command::Reserve { number, holds, seconds, limit }),
        4 => (0..RESERVATIONS, copy()).prop_map(|(number, from)| Command::Hold { number, from }),
        2 => (0..RESERVATIONS, copy()).prop_map(|(number, from)| Command::Claim { number, from }),
        2 => (0..RESERVATIONS, copy()).prop_map(|(number, from)| Command::GiveBack { number, from }),
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

fn any_supply_command() -> impl Strategy<Value = SupplyCommand> {
    let moved = || (any::<bool>(), 1..40_u32, 0..12_u32);
    let from = prop_oneof![4 => Just(Copy::Fresh), 1 => Just(Copy::Remembered)];
    prop_oneof![
        1 => moved().prop_map(|(scarves, units, reference)| SupplyCommand::Receive { scarves, units, reference }),
        1 => moved().prop_map(|(scarves, units, reference)| SupplyCommand::WriteOff { scarves, units, reference }),
        3 => (1..3_u32).prop_map(|lane| SupplyCommand::Open { lane }),
        1 => (1..3_u32, 0..4_u32).prop_map(|(lane, pages)| SupplyCommand::DropOpener { lane, pages }),
        1 => proptest::collection::vec(0..PAGES, 1..3).prop_map(|pages| SupplyCommand::NoteReturned { pages }),
        1 => (0..3_u32).prop_map(|by| SupplyCommand::BeginLook { by }),
        2 => (0..3_u32, from).prop_map(|(by, from)| SupplyCommand::FinishLook { by, from }),
    ]
}
