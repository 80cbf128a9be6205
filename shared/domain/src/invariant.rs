//! What always holds after every committed write, whatever crashed, was repeated, came late or was never answered.
//!
//! Tests read everything that is stored into [`Books`] and call [`check`]. Nothing here repairs anything: a
//! [`Violation`] is a bug, or a fault that the design did not foresee.

use core::fmt;
use std::collections::BTreeSet;

use crate::order::OrderRecord;
use crate::payment::{DisputeDecision, DisputeSeen};
use crate::reservation::Reservation;
use crate::stock::{CustomerLimit, Lane, Movement, Opener, PAGE_UNITS, PageKey, StockPage, Supply};
use crate::{Currency, OrderId, Sku};

mod audit; // AUDIT_COMPLETE
mod charge; // ONE_CHARGE
mod facts; // FACTS_STAY, between two readings
mod index; // the books, found by id
mod limit; // LIMIT_KEPT
mod money; // MONEY_CONSERVED
mod oversell; // NO_OVERSELL
mod reading; // NOTHING_FALSE
mod supply; // PAGE_BALANCES and SUPPLY_ACCOUNTED
mod uniqueness; // ONE_ANSWER

use index::Index;

pub use facts::check_change;
pub use supply::page_balances;

/// Everything that is stored, read while nobody writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// What was put on sale.
    pub supplies: Vec<Supply>,
    /// The ledger that explains it.
    pub movements: Vec<Movement>,
    /// What hands out pages.
    pub openers: Vec<Opener>,
    /// Every stock page.
    pub pages: Vec<StockPage>,
    /// Every reservation.
    pub reservations: Vec<Reservation>,
    /// What customers have of limited SKUs.
    pub limits: Vec<CustomerLimit>,
    /// Every order with its history.
    pub orders: Vec<OrderRecord>,
    /// What the gateways say about charges; none where they were not asked.
    pub charges: Option<Vec<ChargeEntry>>,
}

impl Books {
    /// Units of a SKU that nobody holds and nobody bought: on its pages, and on those that nobody has written.
    pub fn free_units(&self, sku: &Sku) -> u32 {
        let pages = || self.pages.iter().filter(|page| page.key.sku == *sku);
        let written = pages().filter(|page| page.key.lane() != Lane::LOOSE).count();
        let supply = self.supplies.iter().find(|supply| supply.sku == *sku);
        let given = supply.map_or(0, |supply| supply.lanes.iter().copied().fold(0, u32::saturating_add));
        let unwritten = given.saturating_sub(u32::try_from(written).unwrap_or(u32::MAX));
        pages().fold(unwritten.saturating_mul(PAGE_UNITS), |sum, page| sum.saturating_add(page.available))
    }

    /// The pages that openers have handed out and nobody has written.
    pub fn unwritten_pages(&self) -> impl Iterator<Item = StockPage> {
        let written: BTreeSet<&PageKey> = self.pages.iter().map(|page| &page.key).collect();
        let handed_out = self.openers.iter().flat_map(Opener::opened_pages);
        handed_out.filter(move |key| !written.contains(key)).filter_map(StockPage::unwritten)
    }
}

/// One object in a gateway's own book. It is another's account of our charges, so nothing about it is taken for granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeEntry {
    /// The order that the gateway was told about.
    pub order_id: OrderId,
    /// What was asked for, in minor units.
    pub amount: i64,
    /// In this currency.
    pub currency: Currency,
    /// What was moved to us.
    pub captured: i64,
    /// What was moved back.
    pub refunded: i64,
    /// What its shopper demands back, or has won back, over the shop's head.
    pub disputes: Vec<DisputeSeen>,
    /// Whether it was captured although the gateway had said no to it, or had confirmed a cancel. That is the gateway's
    /// fault; the shop's part is to give it back.
    pub after_no: bool,
}

impl ChargeEntry {
    /// What is not the shopper's again, by a refund or a lost dispute, in minor units.
    pub fn kept(&self) -> i64 {
        let lost = self.disputes.iter().filter(|one| one.decision == Some(DisputeDecision::Lost));
        lost.fold(self.captured.saturating_sub(self.refunded), |kept, one| {
            kept.saturating_sub(one.amount.amount())
        })
    }
}

/// What always holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// `PAGE_BALANCES`
    PageBalances,
    /// `SUPPLY_ACCOUNTED`
    SupplyAccounted,
    /// `NO_OVERSELL`
    NoOversell,
    /// `LIMIT_KEPT`
    LimitKept,
    /// `ONE_CHARGE`
    OneCharge,
    /// `MONEY_CONSERVED`
    MoneyConserved,
    /// `NOTHING_FALSE`
    NothingFalse,
    /// `ONE_ANSWER`
    OneAnswer,
    /// `FACTS_STAY`
    FactsStay,
    /// `AUDIT_COMPLETE`
    AuditComplete,
}

impl Invariant {
    /// Every invariant.
    pub const ALL: [Self; 10] = [
        Self::PageBalances,
        Self::SupplyAccounted,
        Self::NoOversell,
        Self::LimitKept,
        Self::OneCharge,
        Self::MoneyConserved,
        Self::NothingFalse,
        Self::OneAnswer,
        Self::FactsStay,
        Self::AuditComplete,
    ];

    /// Its name in the design, in test names and in failures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PageBalances => "PAGE_BALANCES",
            Self::SupplyAccounted => "SUPPLY_ACCOUNTED",
            Self::NoOversell => "NO_OVERSELL",
            Self::LimitKept => "LIMIT_KEPT",
            Self::OneCharge => "ONE_CHARGE",
            Self::MoneyConserved => "MONEY_CONSERVED",
            Self::NothingFalse => "NOTHING_FALSE",
            Self::OneAnswer => "ONE_ANSWER",
            Self::FactsStay => "FACTS_STAY",
            Self::AuditComplete => "AUDIT_COMPLETE",
        }
    }

    /// What it says.
    pub const fn statement(self) -> &'static str {
        match self {
            Self::PageBalances => "on every stock page, available + held + sold = capacity",
            Self::SupplyAccounted => {
                "per SKU, the capacity of its pages and of those not yet written is what was received and not written \
                 off, and its ledger explains each page"
            }
            Self::NoOversell => {
                "units sold or held never exceed units put on sale, and each unit of a reservation or an order is \
                 where that says, exactly once"
            }
            Self::LimitKept => {
                "per SKU and customer, the units being paid for or sold are claimed and within the limit"
            }
            Self::OneCharge => {
                "at most one attempt of an order may have charged; paid means exactly one capture of the right \
                 amount; failed means that every attempt is a definite no, and cancelled that, or that everything has \
                 gone back"
            }
            Self::MoneyConserved => {
                "totals are the sum of their lines, for each charge 0 ≤ refunded ≤ captured ≤ amount, an order's ledger \
                 adds up to nothing, is sealed and says what its attempts, its refunds, its disputes and the gateways \
                 say, and no refund begins while its money is in dispute, or of what was lost to one"
            }
            Self::NothingFalse => {
                "what a shopper reads of a payment is true of what the gateways keep of their money"
            }
            Self::OneAnswer => "a reservation becomes at most one order, and the two name each other",
            Self::FactsStay => "what was captured, refunded, disputed, refused or closed is never undone",
            Self::AuditComplete => {
                "every change of an order has one line of history, without gaps, and the last one is the order's state"
            }
        }
    }
}

impl fmt::Display for Invariant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Something that must never be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What does not hold.
    pub invariant: Invariant,
    /// The page, SKU, reservation or order.
    pub subject: String,
    /// What was found.
    pub detail: String,
}

impl Violation {
    fn new(invariant: Invariant, subject: impl fmt::Display, detail: impl Into<String>) -> Self {
        Self { invariant, subject: subject.to_string(), detail: detail.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}: {}", self.invariant, self.subject, self.detail)
    }
}

/// Every violation in the books; none when all is well.
pub fn check(books: &Books) -> Vec<Violation> {
    let index = Index::of(books);
    let mut found = Vec::new();
    found.extend(books.pages.iter().filter_map(supply::check_page));
    found.extend(supply::check(&index));
    found.extend(oversell::check(&index));
    found.extend(limit::check(&index));
    found.extend(books.orders.iter().flat_map(|record| charge::check(&index, &record.order)));
    found.extend(books.orders.iter().filter_map(|record| reading::check(&index, &record.order)));
    found.extend(money::check(&index));
    found.extend(uniqueness::check(&index));
    found.extend(books.orders.iter().filter_map(audit::check));
    found
}

/// Every violation that an order's record shows by itself: a line of its history or a posting was changed or taken out.
pub fn check_record(record: &OrderRecord) -> Vec<Violation> {
    audit::check(record).into_iter().chain(money::check_ledger(&record.order)).collect()
}
