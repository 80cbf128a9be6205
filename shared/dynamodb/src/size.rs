//! How large the database says an item is: the rules of "DynamoDB item sizes and formats" (`CapacityUnitCalculations`
//! in the developer guide). What an item costs follows from it: a write unit a kilobyte, a read unit four.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::catalog::Availability;
use domain::stock::{Hold, Look, PAGE_UNITS, PageKey, StockList, StockPage, Supply};
use domain::{Caller, RequestKey, ReservationId, Sku, Timestamp};

use crate::attribute::Item;
use crate::reservations::tests::reservation;
use crate::{reservations, stock};

const KILOBYTE: usize = 1_024;

fn item(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + of(value)).sum()
}

fn of(value: &AttributeValue) -> usize {
    let sized = [
        value.as_s().map(String::len).ok(),
        value.as_n().map(|digits| number(digits)).ok(),
        value.as_ns().map(|numbers| numbers.iter().map(|digits| number(digits)).sum()).ok(),
        value.as_m().map(|entries| 3 + entries.len() + item(entries)).ok(),
        value.as_l().map(|values| 3 + values.iter().map(|value| 1 + of(value)).sum::<usize>()).ok(),
        value.as_bool().map(|_| 1).ok(),
    ];
    sized.into_iter().flatten().next().unwrap_or_else(|| panic!("no item of ours has {value:?}"))
}

/// Two digits a byte, and one more.
fn number(digits: &str) -> usize {
    digits.len().div_ceil(2) + 1
}

const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// A SKU as long as shops make them.
fn sku() -> Sku {
    "CHAMPIONS-SHIRT-2026-HOME-XXL".parse().unwrap()
}

fn reservation_id(number: u32) -> ReservationId {
    let key = format!("{number:016}").parse().unwrap();
    RequestKey { caller: Caller::guest(&[7; 32]), key }.reservation_id()
}

#[test]
fn a_page_with_as_many_holds_as_units_costs_one_unit_to_write() {
    let mut page = StockPage::full(PageKey { sku: sku(), number: 123_456 }, PAGE_UNITS);
    page.available = 0;
    for number in 0..PAGE_UNITS {
        page.holds.insert(reservation_id(number), Hold::Held { quantity: 1, expires_at: NOON });
    }
    let size = item(&stock::item::page(&page));
    assert!(size <= KILOBYTE, "{size} bytes");
}

#[test]
fn a_reservation_of_one_line_costs_one_unit_to_write() {
    let mut cart = reservation("r", &[(sku().as_str(), 1)]);
    cart.id = reservation_id(1);
    cart.caller =
        Caller::customer("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_abcdefghi", "ada");
    (cart.created_at, cart.expires_at) = (NOON, NOON);
    let size = item(&reservations::item::reservation(&cart));
    assert!(size <= KILOBYTE, "{size} bytes");
}

#[test]
fn a_list_as_long_as_it_may_be_costs_half_a_unit_to_read() {
    let supply = Supply { lanes: vec![625; 16], ..Supply::none(sku()) };
    let most = u32::try_from(StockList::PAGES_MAX).unwrap();
    let pages: BTreeMap<u32, u32> = (0..most).map(|page| (170_000 - page, PAGE_UNITS)).collect();
    let look = Look {
        pages,
        seen: vec![10_000; 17],
        at: NOON,
        full_at: NOON,
        ..Look::never(2_000, Availability::InStock)
    };
    let mut list = StockList { look, ..StockList::first(&supply) };
    list.openers = supply.opener_keys().map(|opener| (opener.lane, 625)).collect();
    list.returned = (0..most).collect();
    let size = item(&stock::list::stock_list(&list));
    assert!(size <= 4 * KILOBYTE, "{size} bytes");
}
