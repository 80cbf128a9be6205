use std::collections::BTreeMap;

use domain::invariant::{Books, Invariant, check};
use domain::stock::{Lane, MovementKind, Opener, OpenerKey, StockPage, Supply};

use super::{sold, violated, violations};
use crate::samples::{movement, page, sku, units};

/// What is said of the supply after a change of the books, which must be the only thing wrong with them.
fn said(change: impl FnOnce(&mut Books)) -> Vec<String> {
    let found = violations(change);
    assert!(found.iter().all(|violation| violation.invariant == Invariant::SupplyAccounted), "{found:?}");
    found.into_iter().map(|violation| violation.detail).collect()
}

fn first_lane() -> Lane {
    Lane::opener(1).unwrap()
}

#[test]
fn units_from_nowhere_are_not_accounted() {
    let grown = |books: &mut Books| {
        books.pages[1].capacity += 1;
        books.pages[1].available += 1;
    };
    assert_eq!(violated(grown), [Invariant::SupplyAccounted]);
}

#[test]
fn a_loose_page_that_is_gone_is_not_accounted() {
    let received = |books: &mut Books| {
        let receipt =
            Supply::none(sku("scarf")).receive(units(4), movement("scarves", MovementKind::Receipt));
        let receipt = receipt.unwrap();
        books.pages.extend(receipt.new_pages());
        books.supplies.push(receipt.supply);
        books.movements.push(receipt.movement);
    };
    assert_eq!(violated(received), []);
    let lost = |books: &mut Books| {
        received(books);
        books.pages.pop();
    };
    assert_eq!(said(lost), ["4 units are on sale, and its pages account for Some(0)"]);
}

#[test]
fn pages_not_created_yet_are_accounted() {
    let receipt = |books: &mut Books| {
        let more =
            books.supplies[0].clone().receive(units(20), movement("more", MovementKind::Receipt)).unwrap();
        books.openers[0].pages = more.supply.given(first_lane());
        books.supplies[0] = more.supply;
        books.movements.push(more.movement);
    };
    assert_eq!(violated(receipt), []);
    // Its number was handed out, and nobody has held any of it.
    let opened = |books: &mut Books| {
        receipt(books);
        books.openers[0].opened = 4;
    };
    assert_eq!(violated(opened), []);
    let created = |books: &mut Books| {
        opened(books);
        books.pages.push(StockPage::full(page("shirt", first_lane().page(3)), 10));
    };
    assert_eq!(violated(created), []);
}

#[test]
fn more_pages_than_the_openers_were_given_are_not_accounted() {
    let more = |books: &mut Books| {
        books.openers[0].opened = 2;
        books.pages.extend([1, 2].map(|place| StockPage::full(page("shirt", first_lane().page(place)), 10)));
    };
    let said = said(more);
    assert_eq!(said[0], "27 units are on sale, and its pages account for None");
}

#[test]
fn nothing_leaves_a_page_that_was_not_put_on_sale() {
    let without = |books: &mut Books| books.supplies.clear();
    assert!(violated(without).contains(&Invariant::SupplyAccounted));
}

#[test]
fn a_movement_that_is_missing_or_there_twice_is_a_gap() {
    assert_eq!(said(|books| books.movements.clear()), ["its ledger has gaps"]);
    let twice = |books: &mut Books| books.movements.push(books.movements[0].clone());
    assert_eq!(said(twice), ["its ledger has gaps"]);
    let later = |books: &mut Books| books.movements[0].number = 2;
    assert_eq!(said(later), ["its ledger has gaps"]);
}

#[test]
fn a_movement_of_other_units_does_not_add_up() {
    let said = said(|books| books.movements[0].units += 1);
    assert_eq!(said, ["its ledger adds up to another number of units"]);
}

#[test]
fn units_that_moved_from_page_to_page_are_not_explained() {
    let moved = |books: &mut Books| {
        books.pages[0].capacity -= 1;
        books.pages[0].available -= 1;
        books.pages[1].capacity += 1;
        books.pages[1].available += 1;
    };
    assert_eq!(said(moved), ["its ledger does not explain page 0 of shirt"]);
    let elsewhere = |books: &mut Books| {
        books.movements[0].pages = BTreeMap::from([(Lane::LOOSE.page(0), 6), (first_lane().page(0), 1)]);
    };
    assert_eq!(said(elsewhere), ["its ledger does not explain page 0 of shirt"]);
}

#[test]
fn pages_that_no_movement_gave_an_opener_are_not_explained() {
    let given = |books: &mut Books| {
        books.movements[0].unopened.insert(first_lane(), 3);
    };
    assert_eq!(said(given), ["its ledger does not explain what an opener was given"]);
    assert_eq!(
        said(|books| books.movements[0].unopened.clear()),
        ["its ledger does not explain what an opener was given"]
    );
}

#[test]
fn an_opener_has_what_the_supply_gave_it_and_hands_out_no_more() {
    let expected = ["an opener has other pages than the supply gave it"];
    assert_eq!(said(|books| books.openers[0].pages = 3), expected);
    assert_eq!(said(|books| books.openers[0].opened = 3), expected);
    assert_eq!(said(|books| books.openers[0].key.sku = sku("scarf")), expected);
}

#[test]
fn a_page_is_created_only_after_its_number_was_handed_out() {
    let early = |books: &mut Books| books.openers[0].opened = 0;
    assert_eq!(said(early), ["page 1 of shirt was never handed out"]);
    let skipped = |books: &mut Books| {
        books.pages.push(StockPage::full(page("shirt", first_lane().page(1)), 10));
    };
    assert_eq!(said(skipped), ["page 18 of shirt was never handed out"]);
}

#[test]
fn a_loose_page_beyond_those_that_came_is_not_accounted() {
    let more = |books: &mut Books| books.pages.push(StockPage::full(page("shirt", Lane::LOOSE.page(1)), 0));
    assert_eq!(said(more), ["page 17 of shirt was never handed out"]);
}

#[test]
fn a_lane_without_its_opener_is_noticed_though_nothing_was_opened_from_it() {
    let mut books = sold();
    let receipt = Supply::none(sku("scarf")).receive(units(40), movement("scarves", MovementKind::Receipt));
    let receipt = receipt.unwrap();
    books.supplies.push(receipt.supply);
    books.movements.push(receipt.movement);
    let key = OpenerKey { sku: sku("scarf"), lane: first_lane() };
    let opener = Opener { key, pages: 4, opened: 0 };
    let with = Books { openers: [books.openers.clone(), vec![opener]].concat(), ..books.clone() };
    assert_eq!(check(&with), vec![]);
    assert_eq!(check(&books).len(), 1);
}
