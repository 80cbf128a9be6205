use application::Failure;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::Quantity;
use domain::reservation::{Line, Reservation, ReservationState, Totals, TriedHold};
use domain::stock::{PageKey, PlannedHold};
use domain::wake::{Queue, Wake};

use crate::attribute::{self, Fields, Item, add, list, map, money, number, text, time};
use crate::keys;

/// The word of a reservation that became an order.
pub(crate) const ORDERED: &str = "ordered";

pub(crate) fn reservation(reservation: &Reservation) -> Item {
    let mut item = attribute::item([
        (keys::PARTITION, text(keys::reservation(&reservation.id))),
        ("reservation_id", text(reservation.id.as_str())),
        ("caller", text(reservation.caller.as_str())),
        ("fingerprint", text(reservation.fingerprint.as_str())),
        ("lines", lines(&reservation.lines)),
        ("totals", totals(&reservation.totals)),
        ("holds", holds(&reservation.holds)),
        ("tried", tried(&reservation.tried)),
        ("turn", number(reservation.turn)),
        ("state", text(state_word(&reservation.state))),
        ("created_at", time(reservation.created_at)),
        ("expires_at", time(reservation.expires_at)),
        ("wake", wake(reservation.wake())),
    ]);
    add(&mut item, "order_id", reservation.order_id().map(|order| text(order.as_str())));
    item
}

pub(crate) fn read_reservation(item: &Item) -> Result<Reservation, Failure> {
    let fields = Fields(item);
    let state = match fields.text("state")? {
        "open" => ReservationState::Open,
        ORDERED => ReservationState::Ordered(fields.parsed("order_id")?),
        "released" => ReservationState::Released,
        "expired" => ReservationState::Expired,
        "refused" => ReservationState::Refused,
        _ => return Err(Failure::Unreadable("state")),
    };
    Ok(Reservation {
        id: fields.parsed("reservation_id")?,
        caller: fields.parsed("caller")?,
        fingerprint: fields.parsed("fingerprint")?,
        lines: read_lines(fields)?,
        totals: read_totals(fields)?,
        holds: read_holds(fields)?,
        tried: read_tried(fields)?,
        turn: fields.number("turn")?,
        state,
        created_at: fields.time("created_at")?,
        expires_at: fields.time("expires_at")?,
    })
}

pub(crate) fn state_word(state: &ReservationState) -> &'static str {
    match state {
        ReservationState::Open => "open",
        ReservationState::Ordered(_) => ORDERED,
        ReservationState::Released => "released",
        ReservationState::Expired => "expired",
        ReservationState::Refused => "refused",
    }
}

pub(crate) fn lines(lines: &[Line]) -> AttributeValue {
    list(lines.iter().map(|line| {
        let mut entry = attribute::item([
            ("sku", text(line.sku.as_str())),
            ("quantity", number(line.quantity)),
            ("unit_price", money(line.unit_price)),
        ]);
        add(&mut entry, "limit", line.limit.map(number));
        AttributeValue::M(entry)
    }))
}

pub(crate) fn read_lines(fields: Fields<'_>) -> Result<Vec<Line>, Failure> {
    fields.list_of("lines", |line| {
        Ok(Line {
            sku: line.parsed("sku")?,
            quantity: Quantity::parse(line.number("quantity")?)
                .map_err(|_| Failure::Unreadable("quantity"))?,
            unit_price: line.money("unit_price")?,
            limit: line.optional("limit", Fields::number)?,
        })
    })
}

pub(crate) fn totals(totals: &Totals) -> AttributeValue {
    map([
        ("items", money(totals.items)),
        ("discount", money(totals.discount)),
        ("shipping", money(totals.shipping)),
        ("tax", money(totals.tax)),
        ("total", money(totals.total)),
        ("tax_included", AttributeValue::Bool(totals.tax_included)),
    ])
}

pub(crate) fn read_totals(fields: Fields<'_>) -> Result<Totals, Failure> {
    let totals = fields.map("totals")?;
    Ok(Totals {
        items: totals.money("items")?,
        discount: totals.money("discount")?,
        shipping: totals.money("shipping")?,
        tax: totals.money("tax")?,
        total: totals.money("total")?,
        tax_included: totals.flag("tax_included")?,
    })
}

pub(crate) fn holds(holds: &[PlannedHold]) -> AttributeValue {
    list(holds.iter().map(|hold| AttributeValue::M(planned(hold))))
}

fn planned(hold: &PlannedHold) -> Item {
    attribute::item([
        ("sku", text(hold.page.sku.as_str())),
        ("page", number(hold.page.number)),
        ("quantity", number(hold.quantity)),
    ])
}

pub(crate) fn read_holds(fields: Fields<'_>) -> Result<Vec<PlannedHold>, Failure> {
    fields.list_of("holds", read_planned)
}

pub(crate) fn read_planned(hold: Fields<'_>) -> Result<PlannedHold, Failure> {
    Ok(PlannedHold {
        page: PageKey { sku: hold.parsed("sku")?, number: hold.number("page")? },
        quantity: hold.number("quantity")?,
    })
}

fn tried(tried: &[TriedHold]) -> AttributeValue {
    list(tried.iter().map(|tried| {
        let mut entry = planned(&tried.planned);
        add(&mut entry, "expires_at", Some(time(tried.expires_at)));
        AttributeValue::M(entry)
    }))
}

fn read_tried(fields: Fields<'_>) -> Result<Vec<TriedHold>, Failure> {
    fields.list_of("tried", |tried| {
        Ok(TriedHold { planned: read_planned(tried)?, expires_at: tried.time("expires_at")? })
    })
}

pub(crate) fn wake(wake: Wake) -> AttributeValue {
    map([("queue", text(wake.queue.name())), ("at", time(wake.at))])
}

pub(crate) fn read_wake(fields: Fields<'_>, name: &'static str) -> Result<Wake, Failure> {
    let wake = fields.map(name)?;
    Ok(Wake { queue: wake.word("queue", Queue::named)?, at: wake.time("at")? })
}
