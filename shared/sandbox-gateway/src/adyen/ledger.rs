use rusqlite::{OptionalExtension, Row, named_params};

use super::payment::{Payment, Standing};
use super::redirect::Redirect;
use crate::book::Entries;

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS adyen_payments (
        psp_reference TEXT NOT NULL UNIQUE,
        reference TEXT NOT NULL,
        account TEXT NOT NULL,
        order_id TEXT NOT NULL,
        currency TEXT NOT NULL,
        amount INTEGER NOT NULL CHECK (amount > 0),
        standing TEXT NOT NULL,
        refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND amount)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS adyen_redirects (
        psp_reference TEXT PRIMARY KEY,
        return_url TEXT NOT NULL,
        result TEXT UNIQUE,
        proven INTEGER CHECK (proven IN (0, 1))
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS adyen_ignored (reference TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS adyen_charged_back (psp_reference TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
";

/// The captured payments, oldest first, in the columns of a charge.
pub(crate) const CHARGES: &str = "
    SELECT psp_reference AS id, order_id, amount, currency, refunded, NULL AS token FROM adyen_payments
    WHERE standing = 'captured' ORDER BY rowid
";

impl Entries<'_> {
    /// A new id as Adyen writes them: sixteen capital letters and digits.
    pub(super) fn fresh_psp_reference(&self) -> rusqlite::Result<String> {
        let mut statement = self.connection().prepare_cached("SELECT hex(randomblob(8))")?;
        statement.query_row([], |row| row.get(0))
    }

    pub(super) fn adyen_payment(&self, psp_reference: &str) -> rusqlite::Result<Option<Payment>> {
        let mut statement =
            self.connection().prepare_cached("SELECT * FROM adyen_payments WHERE psp_reference = ?1")?;
        statement.query_row([psp_reference], read).optional()
    }

    /// The last payment that the shop gave this reference.
    pub(super) fn adyen_payment_named(&self, reference: &str) -> rusqlite::Result<Option<Payment>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT * FROM adyen_payments WHERE reference = ?1 ORDER BY rowid DESC LIMIT 1",
        )?;
        statement.query_row([reference], read).optional()
    }

    /// The last payment of an order that was captured.
    pub(super) fn captured_adyen_payment(&self, order_id: &str) -> rusqlite::Result<Option<Payment>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT * FROM adyen_payments WHERE order_id = ?1 AND standing = 'captured' ORDER BY rowid DESC LIMIT 1",
        )?;
        statement.query_row([order_id], read).optional()
    }

    pub(super) fn add_adyen_payment(&self, payment: &Payment) -> rusqlite::Result<()> {
        let Payment { psp_reference, reference, account, currency, amount, standing } = payment;
        // The shop's references are an order's id and the number of an attempt.
        let order_id = reference.rsplit_once('-').map_or(reference.as_str(), |(order_id, _)| order_id);
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO adyen_payments (psp_reference, reference, account, order_id, currency, amount, standing)
             VALUES (:psp_reference, :reference, :account, :order_id, :currency, :amount, :standing)",
        )?;
        statement.execute(named_params! {
            ":psp_reference": psp_reference,
            ":reference": reference,
            ":account": account,
            ":order_id": order_id,
            ":currency": currency,
            ":amount": amount,
            ":standing": standing,
        })?;
        Ok(())
    }

    pub(super) fn move_adyen_payment(&self, payment: &Payment, to: Standing) -> rusqlite::Result<()> {
        let mut statement = self
            .connection()
            .prepare_cached("UPDATE adyen_payments SET standing = ?1 WHERE psp_reference = ?2")?;
        statement.execute((to, &payment.psp_reference))?;
        Ok(())
    }

    /// Moves money back, if so much of the capture is left.
    pub(super) fn give_adyen_back(&self, payment: &Payment, amount: i64) -> rusqlite::Result<bool> {
        let mut statement = self.connection().prepare_cached(
            "UPDATE adyen_payments SET refunded = refunded + ?1
             WHERE psp_reference = ?2 AND standing = 'captured' AND refunded + ?1 <= amount",
        )?;
        Ok(statement.execute((amount, &payment.psp_reference))? > 0)
    }

    /// The shopper will demand this payment back once it is captured.
    pub(super) fn charge_back_later(&self, psp_reference: &str) -> rusqlite::Result<()> {
        let mut statement = self
            .connection()
            .prepare_cached("INSERT OR IGNORE INTO adyen_charged_back (psp_reference) VALUES (?1)")?;
        statement.execute([psp_reference])?;
        Ok(())
    }

    pub(super) fn is_charged_back(&self, psp_reference: &str) -> rusqlite::Result<bool> {
        let mut statement =
            self.connection().prepare_cached("SELECT 1 FROM adyen_charged_back WHERE psp_reference = ?1")?;
        statement.exists([psp_reference])
    }

    /// The shopper of this payment is sent to their bank.
    pub(super) fn add_adyen_redirect(&self, psp_reference: &str, return_url: &str) -> rusqlite::Result<()> {
        let mut statement = self
            .connection()
            .prepare_cached("INSERT INTO adyen_redirects (psp_reference, return_url) VALUES (?1, ?2)")?;
        statement.execute((psp_reference, return_url))?;
        Ok(())
    }

    pub(super) fn adyen_redirect(&self, psp_reference: &str) -> rusqlite::Result<Option<Redirect>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT * FROM adyen_redirects JOIN adyen_payments USING (psp_reference) WHERE psp_reference = ?1",
        )?;
        statement.query_row([psp_reference], read_redirect).optional()
    }

    /// The redirect from which this was brought back.
    pub(super) fn adyen_redirect_of(&self, result: &str) -> rusqlite::Result<Option<Redirect>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT * FROM adyen_redirects JOIN adyen_payments USING (psp_reference) WHERE result = ?1",
        )?;
        statement.query_row([result], read_redirect).optional()
    }

    /// What a shopper brings back is made when they act, in letters that must be percent-encoded in an address.
    pub(super) fn authenticate_at_adyen(&self, psp_reference: &str, proves: bool) -> rusqlite::Result<()> {
        let mut statement = self.connection().prepare_cached(
            "UPDATE adyen_redirects SET proven = ?1, result = 'X6XtfGC3!' || hex(randomblob(64)) || '+/=='
             WHERE psp_reference = ?2 AND result IS NULL",
        )?;
        statement.execute((proves, psp_reference))?;
        Ok(())
    }

    /// Whether a payment of this reference is ignored for the first time.
    pub(super) fn ignore_adyen_once(&self, reference: &str) -> rusqlite::Result<bool> {
        let mut statement = self
            .connection()
            .prepare_cached("INSERT OR IGNORE INTO adyen_ignored (reference) VALUES (?1)")?;
        Ok(statement.execute([reference])? > 0)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Payment> {
    Ok(Payment {
        psp_reference: row.get("psp_reference")?,
        reference: row.get("reference")?,
        account: row.get("account")?,
        currency: row.get("currency")?,
        amount: row.get("amount")?,
        standing: row.get("standing")?,
    })
}

fn read_redirect(row: &Row<'_>) -> rusqlite::Result<Redirect> {
    Ok(Redirect::new(read(row)?, row.get("return_url")?, row.get("result")?, row.get("proven")?))
}
