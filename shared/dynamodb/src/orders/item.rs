use application::Failure;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::order::{
    Address, AuditEntry, Contact, Ledger, Order, OrderChange, OrderRecord, OrderState, Posting, PostingCause,
};
use domain::payment::GatewayName;

use super::{attempt, dispute, refund};
use crate::attribute::{self, Fields, Item, add, list, map, money, number, text, time};
use crate::keys;
use crate::reservations::item::{holds, lines, read_holds, read_lines, read_totals, read_wake, totals, wake};
use crate::work_items as work;

/// A new order with the first line of its history.
pub(crate) fn new_order(change: &OrderChange) -> Item {
    let order = &change.order;
    let key = keys::order(&order.id);
    let mut item = attribute::item([
        (keys::WAKE.partition, text(keys::shard(&key))),
        (keys::PARTITION, text(key)),
        ("order_id", text(order.id.as_str())),
        ("reservation_id", text(order.reservation_id.as_str())),
        ("caller", text(order.caller.as_str())),
        ("fingerprint", text(order.fingerprint.as_str())),
        ("contact", contact(&order.contact)),
        ("shipping_address", address(&order.shipping_address)),
        ("lines", lines(&order.lines)),
        ("totals", totals(&order.totals)),
        ("holds", holds(&order.holds)),
        ("created_at", time(order.created_at)),
        ("history", history(change)),
    ]);
    add(&mut item, "ledger", postings(order));
    for (name, value) in moving(order) {
        add(&mut item, name, value);
    }
    item
}

/// The attributes that an order's change may change, as they will be; without a value they are to be absent.
pub(crate) fn moving(order: &Order) -> [(&'static str, Option<AttributeValue>); 19] {
    let (paid_at, retry_until, cancelled_at) = match order.state {
        OrderState::PendingPayment => (None, None, None),
        OrderState::Paid { at } => (Some(at), None, None),
        OrderState::PaymentFailed { retry_until } => (None, Some(retry_until), None),
        OrderState::Cancelled { at } => (None, None, Some(at)),
    };
    [
        ("state", Some(text(order.state.as_str()))),
        ("paid_at", paid_at.map(time)),
        ("retry_until", retry_until.map(time)),
        ("cancelled_at", cancelled_at.map(time)),
        ("held_until", Some(time(order.held_until))),
        ("attempts", Some(list(order.attempts.iter().map(attempt::attempt)))),
        ("refunds", (!order.refunds.is_empty()).then(|| list(order.refunds.iter().map(refund::refund)))),
        ("disputes", (!order.disputes.is_empty()).then(|| list(order.disputes.iter().map(dispute::dispute)))),
        ("cancel_requested_at", order.cancel_requested_at.map(time)),
        ("fallbacks", Some(list(order.fallbacks.iter().map(attempt::method)))),
        ("return_url", order.return_url.as_ref().map(|url| text(url.as_str()))),
        ("version", Some(number(order.version))),
        ("wake", order.wake.map(wake)),
        (keys::WAKE.place, order.wake.map(|wake| time(wake.at))),
        ("work", order.work.map(|work| text(work.kind.as_str()))),
        (keys::WORK.place, order.work.map(|work| time(work.since))),
        ("work_until", order.work.and_then(|work| work.until).map(time)),
        (keys::POSTED.place, order.ledger.posted_at().map(time)),
        ("updated_at", Some(time(order.updated_at))),
    ]
}

/// The line that the history gains, as a list to append.
pub(crate) fn history(change: &OrderChange) -> AttributeValue {
    let entry = change.audit_entry();
    list(core::iter::once(map([
        ("version", number(entry.version)),
        ("at", time(entry.at)),
        ("state", text(entry.state)),
        ("attempt", number(entry.attempt)),
        ("payment", text(entry.payment)),
    ])))
}

/// The postings that the ledger gains, as a list to append; none where no money moved.
pub(crate) fn postings(order: &Order) -> Option<AttributeValue> {
    let mut added = order.ledger.added_by(order.version).map(posting).peekable();
    added.peek().is_some().then(|| list(added))
}

fn posting(posting: &Posting) -> AttributeValue {
    map([
        ("number", number(posting.number)),
        ("version", number(posting.version)),
        ("at", time(posting.at)),
        ("cause", text(posting.cause.as_str())),
        ("of", number(posting.cause.number())),
        ("gateway", text(posting.gateway.as_str())),
        ("amount", money(posting.amount)),
        ("seal", text(posting.seal.as_str())),
    ])
}

fn read_posting(fields: Fields<'_>) -> Result<Posting, Failure> {
    let of = fields.number("of")?;
    Ok(Posting {
        number: fields.number("number")?,
        version: fields.number("version")?,
        at: fields.time("at")?,
        cause: fields.word("cause", |word| PostingCause::named(word, of))?,
        gateway: fields.word("gateway", GatewayName::named)?,
        amount: fields.money("amount")?,
        seal: fields.parsed("seal")?,
    })
}

pub(crate) fn read_record(item: &Item) -> Result<OrderRecord, Failure> {
    Ok(OrderRecord { order: read_order(item)?, history: read_history(item)? })
}

/// The lines of the history, oldest first.
fn read_history(item: &Item) -> Result<Vec<AuditEntry>, Failure> {
    Fields(item).list_of("history", |entry| {
        let state = entry.text("state")?;
        Ok(AuditEntry {
            version: entry.number("version")?,
            at: entry.time("at")?,
            state: OrderState::word(state).ok_or(Failure::Unreadable("state"))?,
            attempt: entry.number("attempt")?,
            payment: entry.owned("payment")?,
        })
    })
}

pub(crate) fn read_order(item: &Item) -> Result<Order, Failure> {
    let fields = Fields(item);
    Ok(Order {
        id: fields.parsed("order_id")?,
        reservation_id: fields.parsed("reservation_id")?,
        caller: fields.parsed("caller")?,
        fingerprint: fields.parsed("fingerprint")?,
        contact: read_contact(fields.map("contact")?)?,
        shipping_address: read_address(fields.map("shipping_address")?)?,
        lines: read_lines(fields)?,
        totals: read_totals(fields)?,
        holds: read_holds(fields)?,
        held_until: fields.time("held_until")?,
        state: read_state(fields)?,
        attempts: fields.list_of("attempts", attempt::read_attempt)?,
        refunds: fields
            .optional("refunds", |fields, name| fields.list_of(name, refund::read_refund))?
            .unwrap_or_default(),
        disputes: fields
            .optional("disputes", |fields, name| fields.list_of(name, dispute::read_dispute))?
            .unwrap_or_default(),
        ledger: fields
            .optional("ledger", |fields, name| fields.list_of(name, read_posting))?
            .map(Ledger::of)
            .unwrap_or_default(),
        cancel_requested_at: fields.optional("cancel_requested_at", Fields::time)?,
        fallbacks: fields.list_of("fallbacks", attempt::read_method)?,
        return_url: fields.optional("return_url", Fields::parsed)?,
        version: fields.number("version")?,
        wake: fields.optional("wake", read_wake)?,
        work: fields.optional("work", |fields, _| work::read_work(fields))?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

fn read_state(fields: Fields<'_>) -> Result<OrderState, Failure> {
    match fields.text("state")? {
        "pending_payment" => Ok(OrderState::PendingPayment),
        "paid" => Ok(OrderState::Paid { at: fields.time("paid_at")? }),
        "payment_failed" => Ok(OrderState::PaymentFailed { retry_until: fields.time("retry_until")? }),
        "cancelled" => Ok(OrderState::Cancelled { at: fields.time("cancelled_at")? }),
        _ => Err(Failure::Unreadable("state")),
    }
}

fn contact(contact: &Contact) -> AttributeValue {
    let mut item = attribute::item([("email", text(contact.email.as_str()))]);
    add(&mut item, "phone", contact.phone.as_deref().map(text));
    AttributeValue::M(item)
}

fn read_contact(fields: Fields<'_>) -> Result<Contact, Failure> {
    Ok(Contact { email: fields.owned("email")?, phone: fields.optional("phone", Fields::owned)? })
}

fn address(address: &Address) -> AttributeValue {
    let mut item = attribute::item([
        ("name", text(address.name.as_str())),
        ("line1", text(address.line1.as_str())),
        ("city", text(address.city.as_str())),
        ("postal_code", text(address.postal_code.as_str())),
        ("country", text(address.country.as_str())),
    ]);
    add(&mut item, "line2", address.line2.as_deref().map(text));
    add(&mut item, "region", address.region.as_deref().map(text));
    AttributeValue::M(item)
}

fn read_address(fields: Fields<'_>) -> Result<Address, Failure> {
    Ok(Address {
        name: fields.owned("name")?,
        line1: fields.owned("line1")?,
        line2: fields.optional("line2", Fields::owned)?,
        city: fields.owned("city")?,
        postal_code: fields.owned("postal_code")?,
        region: fields.optional("region", Fields::owned)?,
        country: fields.owned("country")?,
    })
}
