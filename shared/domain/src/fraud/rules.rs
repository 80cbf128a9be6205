use super::{Signal, SubjectKind, Verdict, Window};

/// A rule: from this value of the signal on, at least this verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in an order's record.
    pub name: &'static str,
    /// What is measured.
    pub signal: Signal,
    /// From where on it fires.
    pub at_least: u64,
    /// What it asks for.
    pub verdict: Verdict,
}

const fn rule(name: &'static str, signal: Signal, at_least: u64, verdict: Verdict) -> Rule {
    Rule { name, signal, at_least, verdict }
}

use Signal::{Declines, FirstAmount, GatewayRisk, Orders, TimesPaid};
use SubjectKind::{Address, Customer, Payment};
use Verdict::{Refuse, Review};
use Window::{Day, Hour, TenMinutes};

/// Every rule. Amounts are counted in minor units of the order's own currency, whatever these are worth: the bounds are meant
/// for currencies about as much worth as the euro, or about a hundredth of it and without minor units, as the yen.
///
/// On a match day a customer buys one to three times, and mistypes a card twice; a card tester tries dozens.
/// An address can be named by anybody, so that by itself it never refuses.
#[rustfmt::skip]
pub static RULES: [Rule; 12] = [
    rule("card-testing",        Declines(Customer, TenMinutes),       5, Refuse),
    rule("declined-all-day",    Declines(Customer, Day),             15, Refuse),
    rule("payment-declined",    Declines(Payment, Hour),              3, Refuse),
    rule("customer-flood",      Orders(Customer, Day),               25, Refuse),
    rule("gateway-highest",     GatewayRisk,                          2, Refuse),
    rule("address-declined",    Declines(Address, Hour),             10, Review),
    rule("customer-velocity",   Orders(Customer, Hour),               8, Review),
    rule("address-velocity",    Orders(Address, Day),                12, Review),
    rule("payment-velocity",    Orders(Payment, Day),                 8, Review),
    rule("large-first-order",   FirstAmount,                    200_000, Review),
    rule("amount-jump",         TimesPaid,                            5, Review),
    rule("gateway-elevated",    GatewayRisk,                          1, Review),
];
