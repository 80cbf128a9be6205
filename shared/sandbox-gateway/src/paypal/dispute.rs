//! PayPal's disputes (<https://developer.paypal.com/api/customer-disputes/v1/>): of a capture, and all of it.

use serde::Serialize;

use super::answer::{self, Amount, Link};
use super::desk::Desk;
use super::notification::Told;
use super::order::Order;
use super::transfers::Moved;
use crate::answer::Answer;
use crate::book::Entries;
use crate::dispute::{self, Demand, Dispute, Standing};
use crate::execute::Performed;

/// Before the ids of disputes.
const ID: &str = "PP-D-";

/// Whether a dispute of this id is one of PayPal's.
pub(crate) fn is_id(id: &str) -> bool {
    id.starts_with(ID)
}

/// A dispute as PayPal shows it, in the fields that the shop can meet.
#[derive(Debug, Serialize)]
pub(super) struct DisputeBody<'a> {
    dispute_id: &'a str,
    create_time: String,
    disputed_transactions: [Disputed<'a>; 1],
    reason: &'static str,
    status: &'static str,
    dispute_amount: Amount<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dispute_outcome: Option<Outcome<'a>>,
    dispute_life_cycle_stage: &'static str,
    dispute_channel: &'static str,
    links: [Link; 1],
}

#[derive(Debug, Serialize)]
struct Disputed<'a> {
    seller_transaction_id: &'a str,
    invoice_number: &'a str,
    custom: &'a str,
}

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    outcome_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_refunded: Option<Amount<'a>>,
}

/// The list has less of each than the dispute itself.
#[derive(Debug, Serialize)]
struct List<'a> {
    items: Vec<Listed<'a>>,
    links: [Link; 1],
}

#[derive(Debug, Serialize)]
struct Listed<'a> {
    dispute_id: &'a str,
    create_time: String,
    status: &'static str,
    dispute_amount: Amount<'a>,
}

fn link(address: &str, path: &str) -> [Link; 1] {
    [Link { href: format!("{address}/v1/customer/disputes{path}"), rel: "self", method: "GET" }]
}

const fn status(standing: Standing) -> &'static str {
    match standing {
        Standing::Open => "WAITING_FOR_SELLER_RESPONSE",
        Standing::Won | Standing::Lost => "RESOLVED",
    }
}

fn shown<'a>(
    entries: &Entries<'_>,
    dispute: &'a Dispute,
    order: &'a Order,
    address: &str,
) -> rusqlite::Result<DisputeBody<'a>> {
    Ok(DisputeBody {
        dispute_id: &dispute.id,
        create_time: created(entries, dispute)?,
        disputed_transactions: [Disputed {
            seller_transaction_id: order.capture.as_deref().unwrap_or_default(),
            invoice_number: &order.invoice_id,
            custom: &order.custom_id,
        }],
        reason: "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        status: status(dispute.standing),
        dispute_amount: answer::amount(order),
        dispute_outcome: match dispute.standing {
            Standing::Open => None,
            Standing::Won => Some(Outcome { outcome_code: "RESOLVED_SELLER_FAVOUR", amount_refunded: None }),
            Standing::Lost => {
                let amount_refunded = Some(answer::amount(order));
                Some(Outcome { outcome_code: "RESOLVED_BUYER_FAVOUR", amount_refunded })
            }
        },
        dispute_life_cycle_stage: "CHARGEBACK",
        dispute_channel: "INTERNAL",
        links: link(address, &format!("/{}", dispute.id)),
    })
}

fn listed<'a>(entries: &Entries<'_>, dispute: &'a Dispute, order: &'a Order) -> rusqlite::Result<Listed<'a>> {
    Ok(Listed {
        dispute_id: &dispute.id,
        create_time: created(entries, dispute)?,
        status: status(dispute.standing),
        dispute_amount: answer::amount(order),
    })
}

fn created(entries: &Entries<'_>, dispute: &Dispute) -> rusqlite::Result<String> {
    let written = "SELECT strftime('%Y-%m-%dT%H:%M:%S.000Z', ?1, 'unixepoch')";
    entries.connection().prepare_cached(written)?.query_row([dispute.created], |row| row.get(0))
}

/// The disputes of a capture, newest first.
pub(super) fn list(entries: &Entries<'_>, query: &str, address: &str) -> rusqlite::Result<Performed> {
    let mut capture = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "disputed_transaction_id" => capture = Some(value.into_owned()),
            "page_size" if value.parse().is_ok_and(|size: u32| (1..=50).contains(&size)) => {}
            _ => return Ok(Performed::Refused(answer::invalid_request())),
        }
    }
    let Some(capture) = capture else { return Ok(Performed::Refused(answer::invalid_request())) };
    let order = entries.captured_paypal_order(&capture)?;
    let mut disputes = Vec::new();
    if let Some(order) = &order {
        disputes = dispute::disputes_of(entries.connection(), &order.id)?;
    }
    let of_order = order.iter().flat_map(|order| disputes.iter().map(move |dispute| (order, dispute)));
    let items = of_order.map(|(order, dispute)| listed(entries, dispute, order));
    let items = items.collect::<rusqlite::Result<_>>()?;
    Ok(Performed::Done(Answer::of(200, &List { items, links: link(address, "") })))
}

/// One dispute in full.
pub(super) fn show(entries: &Entries<'_>, id: &str, address: &str) -> rusqlite::Result<Performed> {
    Ok(match of_paypal(entries, id)? {
        Some((dispute, order)) => {
            Performed::Done(Answer::of(200, &shown(entries, &dispute, &order, address)?))
        }
        None => Performed::Refused(answer::not_found()),
    })
}

fn of_paypal(entries: &Entries<'_>, id: &str) -> rusqlite::Result<Option<(Dispute, Order)>> {
    let Some(dispute) = entries.dispute(id)? else { return Ok(None) };
    Ok(entries.paypal_order(&dispute.payment)?.map(|order| (dispute, order)))
}

impl Entries<'_> {
    fn fresh_paypal_dispute_id(&self) -> rusqlite::Result<String> {
        Ok(format!("{ID}{}", self.fresh_paypal_id()?))
    }

    /// Takes back what was captured for an order, while nobody has decided yet.
    fn charge_paypal_back(&self, order: &Order, at: i64) -> rusqlite::Result<Dispute> {
        let dispute = Dispute {
            id: self.fresh_paypal_dispute_id()?,
            created: at,
            payment: order.id.clone(),
            amount: order.amount,
            currency: order.currency.clone(),
            standing: Standing::Open,
        };
        self.add_dispute(&dispute)?;
        self.note_chargeback(order, "T1201", &format!("-{}", order.value), at)?;
        Ok(dispute)
    }

    /// What a dispute moves has an id of its own, and names the payment and no dispute.
    fn note_chargeback(
        &self,
        order: &Order,
        event_code: &'static str,
        value: &str,
        at: i64,
    ) -> rusqlite::Result<()> {
        let id = &self.fresh_paypal_id()?;
        let (order, invoice_id) = (&order.id, &order.invoice_id);
        self.note_paypal_transfer(&Moved { id, event_code, order, invoice_id, value, at })
    }
}

impl Desk {
    /// The account's owner demands back what was captured.
    pub(super) fn open_dispute(&self, entries: &Entries<'_>, order: &Order) -> rusqlite::Result<()> {
        let dispute = entries.charge_paypal_back(order, entries.now()?)?;
        let shown = shown(entries, &dispute, order, &self.address)?;
        self.tell(entries, &Told::Disputed(shown))
    }

    /// They do so without anybody being told. Answers the dispute, if there is such money here.
    pub(crate) fn demand_back(&self, demand: &Demand) -> rusqlite::Result<Option<Dispute>> {
        self.book.transaction(|entries| {
            let Some(order) = entries.captured_paypal_order_for(&demand.order_id)? else { return Ok(None) };
            entries.charge_paypal_back(&order, demand.withdrawn_at).map(Some)
        })
    }

    /// Whoever plays with the sandbox decides a dispute. Answers whether there is one.
    pub(crate) fn decide_dispute(&self, id: &str, decision: Standing) -> rusqlite::Result<bool> {
        self.book.transaction(|entries| {
            let Some((dispute, order)) = of_paypal(entries, id)? else { return Ok(false) };
            if entries.decide_dispute(&dispute, decision)? {
                if decision == Standing::Won {
                    entries.note_chargeback(&order, "T1202", &order.value, entries.now()?)?;
                }
                let dispute = Dispute { standing: decision, ..dispute };
                let shown = shown(entries, &dispute, &order, &self.address)?;
                self.tell(entries, &Told::DisputeResolved(shown))?;
            }
            Ok(true)
        })
    }
}
