use rusqlite::{OptionalExtension, Row, named_params};

use super::order::{Order, Refund};
use super::transfers::Moved;
use crate::book::Entries;

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS paypal_orders (
        id TEXT NOT NULL UNIQUE,
        custom_id TEXT NOT NULL,
        invoice_id TEXT NOT NULL,
        currency TEXT NOT NULL,
        value TEXT NOT NULL,
        amount INTEGER NOT NULL CHECK (amount > 0),
        return_url TEXT,
        standing TEXT NOT NULL,
        account TEXT,
        authorization TEXT UNIQUE,
        capture TEXT UNIQUE,
        refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND amount)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS paypal_refunds (
        id TEXT NOT NULL UNIQUE,
        paypal_order TEXT NOT NULL REFERENCES paypal_orders (id),
        invoice_id TEXT NOT NULL,
        currency TEXT NOT NULL,
        value TEXT NOT NULL,
        amount INTEGER NOT NULL CHECK (amount > 0)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS paypal_transactions (
        id TEXT NOT NULL UNIQUE,
        initiated INTEGER NOT NULL,
        event_code TEXT NOT NULL,
        paypal_order TEXT NOT NULL REFERENCES paypal_orders (id),
        invoice_id TEXT NOT NULL,
        value TEXT NOT NULL
    ) STRICT;
";

/// The captured orders, oldest first, in the columns of a charge.
pub(crate) const CHARGES: &str = "
    SELECT id, custom_id AS order_id, amount, currency, refunded, NULL AS token FROM paypal_orders
    WHERE standing = 'captured' ORDER BY rowid
";

impl Entries<'_> {
    /// A new id as PayPal writes them: seventeen capital letters and digits.
    pub(super) fn fresh_paypal_id(&self) -> rusqlite::Result<String> {
        let mut statement = self.connection().prepare_cached("SELECT substr(hex(randomblob(9)), 1, 17)")?;
        statement.query_row([], |row| row.get(0))
    }

    pub(super) fn paypal_order(&self, id: &str) -> rusqlite::Result<Option<Order>> {
        let mut statement = self.connection().prepare_cached("SELECT * FROM paypal_orders WHERE id = ?1")?;
        statement.query_row([id], read).optional()
    }

    /// The order of an authorization.
    pub(super) fn authorized_paypal_order(&self, authorization: &str) -> rusqlite::Result<Option<Order>> {
        let mut statement =
            self.connection().prepare_cached("SELECT * FROM paypal_orders WHERE authorization = ?1")?;
        statement.query_row([authorization], read).optional()
    }

    /// The order of a capture.
    pub(super) fn captured_paypal_order(&self, capture: &str) -> rusqlite::Result<Option<Order>> {
        let mut statement =
            self.connection().prepare_cached("SELECT * FROM paypal_orders WHERE capture = ?1")?;
        statement.query_row([capture], read).optional()
    }

    /// The last order that this was captured for.
    pub(super) fn captured_paypal_order_for(&self, order_id: &str) -> rusqlite::Result<Option<Order>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT * FROM paypal_orders WHERE custom_id = ?1 AND standing = 'captured' ORDER BY rowid DESC LIMIT 1",
        )?;
        statement.query_row([order_id], read).optional()
    }

    /// Moves money back and writes that down, if so much of the capture is left.
    pub(super) fn give_paypal_back(&self, refund: &Refund) -> rusqlite::Result<bool> {
        let moved = self
            .connection()
            .prepare_cached(
                "UPDATE paypal_orders SET refunded = refunded + ?1 WHERE id = ?2 AND refunded + ?1 <= amount",
            )?
            .execute((refund.amount, &refund.order))?;
        if moved == 0 {
            return Ok(false);
        }
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO paypal_refunds (id, paypal_order, invoice_id, currency, value, amount)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let Refund { id, order, invoice_id, currency, value, amount } = refund;
        statement.execute((id, order, invoice_id, currency, value, amount))?;
        let (event_code, value, at) = ("T1107", &format!("-{value}"), self.now()?);
        self.note_paypal_transfer(&Moved { id, event_code, order, invoice_id, value, at })?;
        Ok(true)
    }

    pub(super) fn paypal_refunds(&self, order: &str) -> rusqlite::Result<Vec<Refund>> {
        let mut statement = self
            .connection()
            .prepare_cached("SELECT * FROM paypal_refunds WHERE paypal_order = ?1 ORDER BY rowid")?;
        let read = |row: &Row<'_>| {
            Ok(Refund {
                id: row.get("id")?,
                order: row.get("paypal_order")?,
                invoice_id: row.get("invoice_id")?,
                currency: row.get("currency")?,
                value: row.get("value")?,
                amount: row.get("amount")?,
            })
        };
        statement.query_map([order], read)?.collect()
    }

    /// Adds an order, or moves on the one that is there. What was asked for in the beginning never changes.
    pub(super) fn save_paypal_order(&self, order: &Order) -> rusqlite::Result<()> {
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO paypal_orders
               (id, custom_id, invoice_id, currency, value, amount, return_url, standing, account, authorization,
                capture)
             VALUES
               (:id, :custom_id, :invoice_id, :currency, :value, :amount, :return_url, :standing, :account,
                :authorization, :capture)
             ON CONFLICT (id) DO UPDATE SET
               standing = excluded.standing, account = excluded.account,
               authorization = excluded.authorization, capture = excluded.capture",
        )?;
        statement.execute(named_params! {
            ":id": order.id,
            ":custom_id": order.custom_id,
            ":invoice_id": order.invoice_id,
            ":currency": order.currency,
            ":value": order.value,
            ":amount": order.amount,
            ":return_url": order.return_url,
            ":standing": order.standing,
            ":account": order.account,
            ":authorization": order.authorization,
            ":capture": order.capture,
        })?;
        match &order.capture {
            Some(id) => self.note_paypal_transfer(&Moved {
                id,
                event_code: "T0006",
                order: &order.id,
                invoice_id: &order.invoice_id,
                value: &order.value,
                at: self.now()?,
            }),
            None => Ok(()),
        }
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Order> {
    Ok(Order {
        id: row.get("id")?,
        custom_id: row.get("custom_id")?,
        invoice_id: row.get("invoice_id")?,
        currency: row.get("currency")?,
        value: row.get("value")?,
        amount: row.get("amount")?,
        return_url: row.get("return_url")?,
        standing: row.get("standing")?,
        account: row.get("account")?,
        authorization: row.get("authorization")?,
        capture: row.get("capture")?,
    })
}
