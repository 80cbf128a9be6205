//! What moved at Adyen, as the payment accounting report of a day, and money that moves without the shop's doing.

use rusqlite::Row;
use serde::Deserialize;

use super::desk::Desk;
use super::payment::{Payment, Standing};
use crate::book::Entries;

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS adyen_bookings (
        psp_reference TEXT NOT NULL UNIQUE,
        booked INTEGER NOT NULL,
        payment TEXT NOT NULL REFERENCES adyen_payments (psp_reference),
        reference TEXT NOT NULL,
        captured INTEGER NOT NULL CHECK (captured <> 0)
    ) STRICT;
";

/// The report's columns (<https://docs.adyen.com/reporting/invoice-reconciliation/payment-accounting-report>), as far as they
/// have something here.
const HEADER: &str = "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Booking Date,TimeZone,\
                      Record Type,Payment Currency,Captured (PC),Modification Psp Reference,Modification Merchant Reference\n";

/// A change of the register of captured money.
pub(super) struct Booking<'a> {
    pub(super) payment: &'a Payment,
    /// The id and the shop's name of what was asked for.
    pub(super) psp_reference: &'a str,
    pub(super) reference: &'a str,
    /// More by what was captured, less by what went back.
    pub(super) captured: i64,
    /// In seconds since the Unix epoch.
    pub(super) at: i64,
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
                psp_reference: &entries.fresh_psp_reference()?,
                reference: &taking.reference,
                captured: taking.amount,
                at: taking.captured_at.map_or_else(|| entries.now(), Ok)?,
            })
        })
    }
}

impl Entries<'_> {
    /// Notes that money moved.
    pub(super) fn book_adyen(&self, booking: &Booking<'_>) -> rusqlite::Result<()> {
        let Booking { payment, psp_reference, reference, captured, at } = booking;
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO adyen_bookings (psp_reference, booked, payment, reference, captured)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        statement.execute((psp_reference, at, &payment.psp_reference, reference, captured))?;
        Ok(())
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<String> {
    let text = |column: &str| row.get::<_, String>(column);
    let (currency, captured) = (text("currency")?, row.get::<_, i64>("captured")?);
    let record_type = if captured < 0 { "SentForRefund" } else { "SentForSettle" };
    let (account, payment, paid, date) = (text("account")?, text("payment")?, text("paid")?, text("date")?);
    let (psp_reference, reference) = (text("psp_reference")?, text("reference")?);
    let written = written(captured, &currency);
    Ok(format!(
        "Sandbox,{account},{payment},{paid},visa,{date},UTC,{record_type},{currency},{written},{psp_reference},{reference}\n"
    ))
}

/// In major units.
fn written(captured: i64, currency: &str) -> String {
    let (sign, amount) = (if captured < 0 { "-" } else { "" }, captured.unsigned_abs());
    if currency == "JPY" {
        format!("{sign}{amount}")
    } else {
        format!("{sign}{}.{:02}", amount / 100, amount % 100)
    }
}
