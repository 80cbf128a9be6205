use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::{ACCESS_PATTERNS, ENTITIES, Entity, PARTITION};
use crate::attribute::Item;
use crate::{arbitrary, catalog, orders, reservations, stock, supply};

const BEGIN: &str = "<!-- from src/keys/registry.rs -->\n";
const END: &str = "<!-- end -->\n";

fn render() -> String {
    let mut text = "\n| item | table | key | attributes | written by |\n|---|---|---|---|---|\n".to_owned();
    for Entity { kind, table, key, attributes, written_by } in &ENTITIES {
        let attributes: Vec<String> = attributes.iter().map(|name| format!("`{name}`")).collect();
        let attributes = attributes.join(" ");
        text += &format!("| {kind} | {} | `{key}` | {attributes} | {written_by} |\n", table.as_str());
    }
    text += "\n| question | operation | key | condition | function |\n|---|---|---|---|---|\n";
    for pattern in &ACCESS_PATTERNS {
        let condition =
            if pattern.condition.is_empty() { String::new() } else { format!("`{}`", pattern.condition) };
        text += &format!(
            "| {} | {} | {} | {condition} | {} |\n",
            pattern.question, pattern.operation, pattern.key, pattern.function
        );
    }
    text + "\n"
}

#[test]
fn the_readme_shows_the_registry() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let expected = format!("{before}{BEGIN}{}{END}{after}", render());
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(&path, expected).unwrap();
    } else {
        assert!(
            text == expected,
            "run `UPDATE_README=1 cargo test -p matchday-dynamodb` and look at what changed"
        );
    }
}

/// Checks an item's attributes against the registry's for keys of this form.
pub(crate) fn assert_registered(item: &Item, key: &str) {
    let entity = ENTITIES.iter().find(|entity| entity.key.starts_with(key)).unwrap();
    let form = |name: &str| match name.split_once(':') {
        Some((kind, _)) => format!("{kind}:<reservation id>"),
        None => name.to_owned(),
    };
    let found: BTreeSet<String> =
        item.keys().filter(|name| *name != PARTITION).map(|name| form(name)).collect();
    let known: BTreeSet<String> =
        entity.attributes.iter().map(|name| name.trim_end_matches('?').to_owned()).collect();
    let required: BTreeSet<String> =
        entity.attributes.iter().filter(|name| !name.ends_with('?')).map(|&name| name.to_owned()).collect();
    assert!(found.is_subset(&known), "{key}: the registry does not know {:?}", &found - &known);
    assert!(required.is_subset(&found), "{key}: the item lacks {:?}", &required - &found);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_attribute_is_in_the_registry(
        product in arbitrary::product(),
        page in arbitrary::page(),
        list in arbitrary::list(),
        alert in arbitrary::alert(),
        supply in arbitrary::supply(),
        movement in arbitrary::movement(),
        reservation in arbitrary::reservation(),
        order in arbitrary::order(),
    ) {
        assert_registered(&catalog::item::shown(&product, 1), "product#");
        assert_registered(&catalog::item::copy(&product, &supply.sku, 1), "sku#");
        assert_registered(&stock::item::page(&page), "page#");
        assert_registered(&stock::list::stock_list(&list), "list#");
        assert_registered(&stock::list::alert(&alert), "stock-alert#");
        assert_registered(&supply::item::supply(&supply), "supply#");
        assert_registered(&supply::item::movement(&movement), "movement#");
        assert_registered(&reservations::item::reservation(&reservation), "reservation#");
        assert_registered(&orders::item::new_order(&arbitrary::new_order(order)), "order#");
    }
}
