use domain::fraud::{Review, ReviewEnd, Screening, Verdict};
use domain::order::{Address, Contact, Ledger, Order, OrderChange, OrderState, Posting, PostingCause};
use domain::payment::{
    Attempt, AttemptRequest, AttemptState, Decline, Dispute, DisputeState, GatewayName, ListedAs, Operation,
    PaymentMethod, Refund, RefundCause, RefundReview, RefundState, Retry,
};
use domain::wake::{Queue, Wake};
use domain::work::{Work, WorkKind};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{holds, id, lines, money, time, totals, words};

fn method() -> impl Strategy<Value = PaymentMethod> {
    prop_oneof![id().prop_map(|token| PaymentMethod::Stripe { token }), Just(PaymentMethod::PayPal)]
}

fn attempt_state() -> impl Strategy<Value = AttemptState> {
    let operation = || select(&Operation::ALL);
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
    let fraud = (option::of(screening()), option::of(review()));
    let begun = (time(), option::of(requested), option::of(id()));
    (any::<u32>(), method(), option::of(id()), attempt_state(), is, fraud, begun).prop_map(
        |(number, method, reference, state, is, (screening, review), begun)| {
            let (started_at, requested, action_result) = begun;
            Attempt {
                number,
                method,
                reference,
                state,
                undoubted: is.0,
                given_up: is.1,
                screening,
                action_result,
                review,
                started_at,
                requested,
            }
        },
    )
}

fn screening() -> impl Strategy<Value = Screening> {
    (select(&Verdict::ALL), vec(words(), 0..3)).prop_map(|(verdict, fired)| Screening { verdict, fired })
}

fn review() -> impl Strategy<Value = Review> {
    (time(), option::of((select(&ReviewEnd::ALL), time()))).prop_map(|(until, end)| Review { until, end })
}

fn refund() -> impl Strategy<Value = Refund> {
    let cause = prop_oneof![
        Just(RefundCause::Cancelled),
        id().prop_map(RefundCause::Asked),
        any::<u32>().prop_map(RefundCause::Orphaned),
    ];
    let tries = any::<u32>;
    let state = prop_oneof![
        tries().prop_map(|tries| RefundState::Ready { tries }),
        (tries(), time()).prop_map(|(tries, lease_until)| RefundState::Sending { tries, lease_until }),
        tries().prop_map(|tries| RefundState::Unknown { tries }),
        tries().prop_map(|tries| RefundState::Pending { tries }),
        time().prop_map(|at| RefundState::Refunded { at }),
        select(&RefundReview::ALL).prop_map(RefundState::ManualReview),
        time().prop_map(|at| RefundState::Withdrawn { at }),
    ];
    (any::<u32>(), money(), cause, state, holds(), time(), option::of(time())).prop_map(
        |(number, amount, cause, state, returned, started_at, doubtful_since)| Refund {
            number,
            amount,
            cause,
            state,
            returned,
            started_at,
            doubtful_since,
        },
    )
}

fn dispute() -> impl Strategy<Value = Dispute> {
    let state = prop_oneof![
        Just(DisputeState::Open),
        time().prop_map(|at| DisputeState::Won { at }),
        time().prop_map(|at| DisputeState::Lost { at }),
    ];
    let listed_as = (option::of(id()), option::of(id()))
        .prop_map(|(withdrawn, reversed)| ListedAs { withdrawn, reversed });
    (any::<u32>(), id(), any::<u32>(), money(), state, time(), listed_as).prop_map(
        |(number, reference, attempt, amount, state, opened_at, listed_as)| Dispute {
            number,
            reference,
            attempt,
            amount,
            state,
            opened_at,
            listed_as,
        },
    )
}

fn posting() -> impl Strategy<Value = Posting> {
    const CAUSES: [&str; 8] = [
        "captured",
        "refunded",
        "orphaned",
        "orphan_returned",
        "dispute_opened",
        "dispute_won",
        "dispute_lost",
        "orphan_dispute_lost",
    ];
    let cause = (select(&CAUSES), any::<u32>());
    let cause = cause.prop_map(|(word, number)| PostingCause::named(word, number).unwrap());
    let seal = "[a-zA-Z0-9_-]{42}A".prop_map(|digest| digest.parse().unwrap());
    (any::<u32>(), time(), cause, money(), seal).prop_map(|(number, at, cause, amount, seal)| Posting {
        number,
        version: 1,
        at,
        cause,
        gateway: GatewayName::Stripe,
        amount,
        seal,
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
    let back = (vec(refund(), 0..3), vec(dispute(), 0..3));
    let ending = (back, option::of(time()), vec(posting(), 0..3));
    let payment = (order_state(), vec(attempt(), 0..3), vec(method(), 0..2), url, ending);
    let work = (select(&WorkKind::ALL), time(), option::of(time()));
    let work = work.prop_map(|(kind, since, until)| Work { kind, since, until });
    let rest = (any::<u64>(), option::of(wake), option::of(work), time(), time());
    (who, what, payment, rest).prop_map(|(who, what, payment, rest)| {
        let (id, reservation_id, caller, fingerprint, contact, shipping_address) = who;
        let (lines, totals, holds, held_until) = what;
        let (state, attempts, fallbacks, return_url, ending) = payment;
        let ((refunds, disputes), cancel_requested_at, postings) = ending;
        let (version, wake, work, created_at, updated_at) = rest;
        // A new item has the postings of its own write.
        let ledger = Ledger::of(postings.into_iter().map(|posting| Posting { version, ..posting }).collect());
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
            disputes,
            ledger,
            cancel_requested_at,
            fallbacks,
            return_url,
            version,
            wake,
            work,
            created_at,
            updated_at,
        }
    })
}

/// The change that makes an order.
pub(crate) fn new_order(order: Order) -> OrderChange {
    OrderChange { order, seen_version: None, holds: None }
}
