use form_urlencoded::parse;
use rusqlite::{Row, named_params};
use serde::Serialize;

use super::answer;
use crate::answer::Answer;
use crate::book::Entries;

/// Which page of which time is asked for.
struct Asked {
    from: String,
    to: String,
    page: i64,
    page_size: i64,
}

/// PayPal's list of transactions (<https://developer.paypal.com/docs/api/transaction-search/v1/>). It is complete at once.
#[derive(Debug, Serialize)]
struct List {
    transaction_details: Vec<Details>,
    page: i64,
    total_items: i64,
    total_pages: i64,
    last_refreshed_datetime: String,
}

#[derive(Debug, Serialize)]
struct Details {
    transaction_info: Info,
}

#[derive(Debug, Serialize)]
struct Info {
    transaction_id: String,
    transaction_event_code: String,
    transaction_initiation_date: String,
    transaction_amount: Amount,
    transaction_status: &'static str,
    invoice_id: String,
    custom_field: String,
}

#[derive(Debug, Serialize)]
struct Amount {
    currency_code: String,
    value: String,
}

/// One movement of money.
pub(super) struct Moved<'a> {
    pub(super) id: &'a str,
    pub(super) event_code: &'static str,
    /// The order that was paid, and what PayPal was told to write on this.
    pub(super) order: &'a str,
    pub(super) invoice_id: &'a str,
    /// In major units; less than nothing where it left the shop.
    pub(super) value: &'a str,
    /// In seconds since the Unix epoch.
    pub(super) at: i64,
}

impl Asked {
    fn parse(query: &[u8]) -> Option<Self> {
        let (mut from, mut to, mut page, mut page_size) = (None, None, 1, 100);
        for (name, value) in parse(query) {
            match &*name {
                "start_date" => from = Some(value.into_owned()),
                "end_date" => to = Some(value.into_owned()),
                "page" => page = value.parse().ok()?,
                "page_size" => page_size = value.parse().ok()?,
                "fields" if value == "transaction_info" => {}
                _ => return None,
            }
        }
        let is_page = page >= 1 && (1..=500).contains(&page_size);
        is_page.then_some(Self { from: from?, to: to?, page, page_size })
    }
}

/// A page of what moved, oldest first.
pub(super) fn list(entries: &Entries<'_>, query: &str) -> rusqlite::Result<Answer> {
    let Some(asked) = Asked::parse(query.as_bytes()) else { return Ok(answer::invalid_request()) };
    let connection = entries.connection();
    let mut count = connection.prepare_cached(
        "SELECT count(*) FROM paypal_transactions WHERE initiated BETWEEN unixepoch(?1) AND unixepoch(?2)",
    )?;
    let total_items: i64 = count.query_row((&asked.from, &asked.to), |row| row.get(0))?;
    let mut statement = connection.prepare_cached(
        "SELECT moved.id, event_code, strftime('%Y-%m-%dT%H:%M:%S+0000', initiated, 'unixepoch') AS initiated,
                moved.invoice_id, moved.value, currency, custom_id
         FROM paypal_transactions AS moved JOIN paypal_orders AS paid ON paid.id = paypal_order
         WHERE moved.initiated BETWEEN unixepoch(:from) AND unixepoch(:to)
         ORDER BY moved.rowid LIMIT :page_size OFFSET :page_size * (:page - 1)",
    )?;
    let parameters = named_params! {
        ":from": asked.from, ":to": asked.to, ":page": asked.page, ":page_size": asked.page_size,
    };
    let transaction_details = statement.query_map(parameters, read)?.collect::<Result<_, _>>()?;
    let now = "SELECT strftime('%Y-%m-%dT%H:%M:%S+0000', 'now')";
    Ok(Answer::of(
        200,
        &List {
            transaction_details,
            page: asked.page,
            total_items,
            total_pages: total_items.saturating_add(asked.page_size).saturating_sub(1) / asked.page_size,
            last_refreshed_datetime: connection.prepare_cached(now)?.query_row([], |row| row.get(0))?,
        },
    ))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Details> {
    Ok(Details {
        transaction_info: Info {
            transaction_id: row.get("id")?,
            transaction_event_code: row.get("event_code")?,
            transaction_initiation_date: row.get("initiated")?,
            transaction_amount: Amount { currency_code: row.get("currency")?, value: row.get("value")? },
            transaction_status: "S",
            invoice_id: row.get("invoice_id")?,
            custom_field: row.get("custom_id")?,
        },
    })
}

impl Entries<'_> {
    /// Notes that money moved. What moved once is not noted again.
    pub(super) fn note_paypal_transfer(&self, moved: &Moved<'_>) -> rusqlite::Result<()> {
        let Moved { id, event_code, order, invoice_id, value, at } = moved;
        let mut statement = self.connection().prepare_cached(
            "INSERT OR IGNORE INTO paypal_transactions (id, initiated, event_code, paypal_order, invoice_id, value)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        statement.execute((id, at, event_code, order, invoice_id, value))?;
        Ok(())
    }
}
