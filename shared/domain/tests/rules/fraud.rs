use std::time::Duration;

use domain::fraud::{
    Activity, Count, Day, Known, Mark, PaidHistory, RULES, Risk, Screening, Signals, Subject, Verdict,
    screen, screen_risk,
};
use domain::order::Order;
use domain::payment::GatewayName;
use domain::{Idempotent, Timestamp};
use proptest::prelude::*;

use crate::samples::{NOON, method, placed, price};

const MINUTE: Duration = Duration::from_secs(60);

fn order(amount: i64) -> Order {
    let mut order = placed(vec![method(GatewayName::Stripe, "tok_any")]).1.order;
    order.totals.total = price(amount);
    order
}

fn mark(number: usize, at: Timestamp) -> Mark {
    Mark { at, order: format!("other-{number}").parse().unwrap(), attempt: 1 }
}

/// So many orders and declines of each subject of an order, at this time.
fn counted(order: &Order, orders: usize, declines: usize, at: Timestamp) -> Vec<Activity> {
    let activity = |subject| Activity {
        orders: (0..orders).map(|number| mark(number, at)).collect(),
        declines: (0..declines).map(|number| mark(number, at)).collect(),
        ..Activity::none(subject, Day::of(at))
    };
    order.count(NOON).subjects.into_iter().map(activity).collect()
}

fn screened(order: &Order, activities: Vec<Activity>, paid: PaidHistory) -> Screening {
    screen(&Signals::of(order, Known { activities, paid }, NOON))
}

#[test]
fn nothing_speaks_against_a_first_shirt() {
    let order = order(8_999);
    let screening = screened(&order, vec![], PaidHistory::default());
    assert_eq!(screening, Screening { verdict: Verdict::Allow, fired: vec![] });
}

#[test]
fn nothing_speaks_against_whoever_buys_three_times_in_a_drop_and_mistypes_a_card_twice() {
    let order = order(26_997);
    let screening = screened(&order, counted(&order, 2, 2, NOON), PaidHistory { orders: 2, amount: 17_998 });
    assert_eq!(screening.verdict, Verdict::Allow);
}

#[test]
fn five_declines_within_ten_minutes_are_refused_and_before_that_they_are_not() {
    let order = order(8_999);
    let fired = |minutes: u32, declines| {
        let activities = counted(&order, 0, declines, NOON.minus(MINUTE * minutes));
        let only_customer = activities.into_iter().take(1).collect();
        screened(&order, only_customer, PaidHistory::default())
    };
    assert_eq!(fired(9, 5).fired, ["card-testing"]);
    assert_eq!(fired(9, 5).verdict, Verdict::Refuse);
    assert_eq!(fired(9, 4).verdict, Verdict::Allow);
    assert_eq!(fired(10, 5).verdict, Verdict::Allow);
}

#[test]
fn an_address_that_others_name_never_refuses_by_itself() {
    let order = order(8_999);
    let address = Subject::address(&order.shipping_address);
    let mut activities = counted(&order, Activity::MARKS_MAX, Activity::MARKS_MAX, NOON);
    activities.retain(|activity| activity.subject == address);
    assert_eq!(screened(&order, activities, PaidHistory::default()).verdict, Verdict::Review);
}

#[test]
fn an_amount_far_above_what_was_paid_is_reviewed_and_a_small_one_is_not() {
    let history = PaidHistory { orders: 2, amount: 20_000 };
    assert_eq!(screened(&order(50_000), vec![], history).fired, ["amount-jump"]);
    assert_eq!(screened(&order(49_999), vec![], history).verdict, Verdict::Allow);
    assert_eq!(screened(&order(200_000), vec![], PaidHistory::default()).fired, ["large-first-order"]);
    let regular = PaidHistory { orders: 1, amount: 100_000 };
    assert_eq!(screened(&order(200_000), vec![], regular).verdict, Verdict::Allow);
}

#[test]
fn an_order_does_not_count_against_itself_and_around_midnight_it_counts_once() {
    let order = order(8_999);
    let mut activities = counted(&order, 7, 0, NOON);
    for activity in &mut activities {
        activity.orders.insert(order.count(NOON).order);
    }
    let eve = activities.clone();
    activities.extend(eve.into_iter().map(|one| Activity { day: Day::with_eve(NOON)[1], ..one }));
    assert_eq!(screened(&order, activities, PaidHistory::default()).verdict, Verdict::Allow);
    let one_more = counted(&order, 8, 0, NOON);
    assert_eq!(
        screened(&order, one_more, PaidHistory::default()).fired,
        ["customer-velocity", "payment-velocity"]
    );
}

#[test]
fn an_address_is_known_however_it_is_spelled_and_a_shared_test_card_never() {
    let written = order(1).shipping_address;
    let mut other = written.clone();
    other.line1 = format!(" {}. ", written.line1.to_uppercase());
    other.name = "Somebody Else".to_owned();
    assert_eq!(Subject::address(&other), Subject::address(&written));
    other.postal_code.push('1');
    assert_ne!(Subject::address(&other), Subject::address(&written));
    let of = |token| Subject::payment(&method(GatewayName::Stripe, token));
    assert_eq!(of("pm_card_visa"), None);
    assert_ne!(of("pm_1Nabc"), of("pm_1Ndef"));
    assert_eq!(Subject::payment(&method(GatewayName::PayPal, "")), None);
}

#[test]
fn a_subject_shows_nothing_of_whom_it_stands_for() {
    let order = order(1);
    let shown = format!("{:?}", order.count(NOON).subjects);
    for secret in ["tok_any", "Kim", "Stadium", "04109", order.caller.as_str()] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn rules_have_names_of_their_own_and_each_asks_for_something() {
    let names: std::collections::BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), RULES.len());
    assert!(RULES.iter().all(|rule| rule.verdict > Verdict::Allow && rule.at_least > 0));
}

proptest! {
    #[test]
    fn counting_again_changes_nothing(declines in proptest::collection::btree_set(1_u32..9, 0..5)) {
        let order = order(8_999);
        let declines = declines.iter().map(|attempt| Mark { attempt: *attempt, ..order.count(NOON).order });
        let count = Count { declines: declines.collect(), ..order.count(NOON) };
        let none = Activity::none(Subject::customer(&order.caller), Day::of(NOON));
        let Ok(Idempotent::Executed(once)) = none.count(&count) else { panic!() };
        prop_assert_eq!(once.clone().count(&count), Ok(Idempotent::AlreadyApplied(once)));
    }

    #[test]
    fn a_mark_reads_back_as_it_was_written(at: i64, order in "[A-Za-z0-9_-]{1,64}", attempt: u32) {
        let mark = Mark { at: Timestamp::from_millis(at), order: order.parse().unwrap(), attempt };
        prop_assert_eq!(mark.to_string().parse(), Ok(mark));
    }
}

#[test]
fn what_the_gateway_doubts_counts_like_every_other_rule_and_once() {
    let elevated = screen_risk(Risk::Elevated);
    assert_eq!(elevated, Screening { verdict: Verdict::Review, fired: vec!["gateway-elevated".to_owned()] });
    let highest = screen_risk(Risk::Highest);
    assert_eq!(highest.verdict, Verdict::Refuse);
    let before = Screening { verdict: Verdict::Review, fired: vec!["amount-jump".to_owned()] };
    let both = before.clone().and(highest.clone());
    assert_eq!(both.verdict, Verdict::Refuse);
    assert_eq!(both.fired.len(), before.fired.len() + highest.fired.len());
    assert_eq!(both.clone().and(highest), both);
    assert_eq!(both.clone().and(before), both, "a verdict gets no milder");
}
