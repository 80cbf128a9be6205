//! What moved at Adyen, as the payment accounting report of a day, and money that moves without the shop's doing.

use rusqlite::Row;
use serde::Deserialize;

use super::desk::Desk;
use super::payment::{Payment, Standing};
use crate::book::Entries;

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS adyen_bookings (
        psp_reference TEXT NOT NULL,
        booked INTEGER NOT NULL,
        payment TEXT NOT NULL REFERENCES adyen_payments (psp_reference),
        record_type TEXT NOT NULL,
        reference TEXT NOT NULL,
        captured INTEGER CHECK (captured <> 0),
        original INTEGER NOT NULL CHECK (original > 0),
        UNIQUE (psp_reference, record_type)
    ) STRICT;
";

/// The report's columns (<https://docs.adyen.com/reporting/invoice-reconciliation/payment-accounting-report>), as far as they
/// have something here.
const HEADER: &str = "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Booking Date,TimeZone,\
                      Record Type,Payment Currency,Captured (PC),Modification Psp Reference,Modification Merchant Reference,\
                      Original Amount\n";

/// A change of a payment that moves money.
pub(super) struct Booking<'a> {
    pub(super) payment: &'a Payment,
    pub(super) change: Change,
    /// The id and the shop's name of what was asked for. A dispute has no such name.
    pub(super) psp_reference: &'a str,
    pub(super) reference: &'a str,
    pub(super) amount: i64,
    /// In seconds since the Unix epoch.
    pub(super) at: i64,
}

/// What is done to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Captured,
    Refunded,
    ChargedBack,
    ChargebackReversed,
}

impl Change {
    /// The word in the report.
    const fn record_type(self) -> &'static str {
        match self {
            Self::Captured => "SentForSettle",
            Self::Refunded => "SentForRefund",
            Self::ChargedBack => "Chargeback",
            Self::ChargebackReversed => "ChargebackReversed",
        }
    }

    /// By how much it changes the register of captured money. What was settled has left it when it is disputed.
    const fn captured(self, amount: i64) -> Option<i64> {
        match self {
            Self::Captured => Some(amount),
            Self::Refunded => Some(amount.saturating_neg()),
            Self::ChargedBack | Self::ChargebackReversed => None,
        }
    }
}

/// Money that moves although the shop has not asked for it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Taking {
    merchant_account: String,
    /// The shop's name of the payment, or anybody's.
    reference: String,
    amount: i64,
    currency: String,
    /// When, in seconds since the Unix epoch; now without.
    captured_at: Option<i64>,
}

impl Desk {
    /// The report of an account and a day in UTC, such as `2026-09-21`. It is complete at once, also of days that are not over.
    pub(crate) fn report(&self, account: &str, day: &str) -> rusqlite::Result<String> {
        self.book.transaction(|entries| {
            let mut statement = entries.connection().prepare_cached(
                "SELECT moved.*, datetime(booked, 'unixepoch') AS date, paid.reference AS paid, account, currency
                 FROM adyen_bookings AS moved JOIN adyen_payments AS paid ON paid.psp_reference = payment
                 WHERE account = ?1 AND date(booked, 'unixepoch') = ?2 ORDER BY moved.rowid",
            )?;
            let rows = statement.query_map([account, day], row)?.collect::<Result<String, _>>()?;
            Ok(format!("{HEADER}{rows}"))
        })
    }

    /// Moves money without anybody being told.
    pub(crate) fn take(&self, taking: &Taking) -> rusqlite::Result<()> {
        self.book.transaction(|entries| {
            let payment = Payment {
                psp_reference: entries.fresh_psp_reference()?,
                reference: taking.reference.clone(),
                account: taking.merchant_account.clone(),
                currency: taking.currency.clone(),
                amount: taking.amount,
                standing: Standing::Captured,
            };
            entries.add_adyen_payment(&payment)?;
            entries.book_adyen(&Booking {
                payment: &payment,
                change: Change::Captured,
                psp_reference: &entries.fresh_psp_reference()?,
                reference: &taking.reference,
                amount: taking.amount,
                at: taking.captured_at.map_or_else(|| entries.now(), Ok)?,
            })
        })
    }
}

impl Entries<'_> {
    /// Notes that money moved.
    pub(super) fn book_adyen(&self, booking: &Booking<'_>) -> rusqlite::Result<()> {
        let Booking { payment, change, psp_reference, reference, amount, at } = booking;
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO adyen_bookings (psp_reference, booked, payment, record_type, reference, captured, original)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let (payment, record_type, captured) =
            (&payment.psp_reference, change.record_type(), change.captured(*amount));
        statement.execute((psp_reference, at, payment, record_type, reference, captured, amount))?;
        Ok(())
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<String> {
    let text = |column: &str| row.get::<_, String>(column);
    let (currency, record_type) = (text("currency")?, text("record_type")?);
    let (account, payment, paid, date) = (text("account")?, text("payment")?, text("paid")?, text("date")?);
    let (psp_reference, reference) = (text("psp_reference")?, text("reference")?);
    let captured: Option<i64> = row.get("captured")?;
    let captured = captured.map_or_else(String::new, |captured| written(captured, &currency));
    let original = written(row.get("original")?, &currency);
    Ok(format!(
        "Sandbox,{account},{payment},{paid},visa,{date},UTC,{record_type},{currency},{captured},{psp_reference},\
         {reference},{original}\n"
    ))
}

/// In major units.
fn written(amount: i64, currency: &str) -> String {
    let (sign, amount) = (if amount < 0 { "-" } else { "" }, amount.unsigned_abs());
    if currency == "JPY" {
        format!("{sign}{amount}")
    } else {
        format!("{sign}{}.{:02}", amount / 100, amount % 100)
    }
}
