use serde_json::{Value, json};

use crate::answer::{Answer, redacted};
use crate::goods::{product, sku, variant};
use crate::request::Request;
use crate::shop::{Shop, Units, answer};

fn cart(lines: &[(&str, u32)]) -> Request {
    let lines: Vec<Value> =
        lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect();
    Request::of("create-reservation").body(&json!({ "lines": lines }).to_string())
}

/// Asks for a cart that must be refused so that nobody has more or less than before.
async fn refused(shop: &Shop, request: &Request) -> Answer {
    let before = shop.possessions().await;
    let refusal = shop.ask(request).await;
    assert_eq!(shop.possessions().await, before, "{}", refusal.shown());
    refusal
}

#[tokio::test]
async fn fault_07_a_price_comes_from_the_catalog_alone() {
    let shop = Shop::open().await;
    let cheap = Request::of("create-reservation").with("/lines/0/unit_price/amount", json!(1));
    assert_eq!(refused(&shop, &cheap).await.refusal().1, "price-changed");
    let answer = shop.ask(&cart(&[("SHIRT-FINAL-M", 2)])).await;
    assert_eq!(answer.body()["totals"]["total"]["amount"], 17_998);
}

#[tokio::test]
async fn fault_22_a_price_that_changed_since_the_shopper_saw_it_holds_nothing() {
    let shop = Shop::open().await;
    let dearer = product("championship-shirt-2026", "shirts", vec![variant("SHIRT-FINAL-M", 9_999, "EUR")]);
    shop.put_on_sale(&(dearer, vec![])).await;
    let answer = refused(&shop, &Request::of("create-reservation")).await;
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn fault_22_a_sku_that_the_shop_does_not_have_or_has_no_more_holds_nothing() {
    let shop = Shop::open().await;
    let unknown = refused(&shop, &cart(&[("SCARF", 1), ("NO-SUCH-SKU", 1)])).await;
    assert_eq!(unknown.text_at("/sku"), "NO-SUCH-SKU");

    let withdrawn =
        product("championship-shirt-2026", "shirts", vec![variant("SHIRT-FINAL-L", 8_999, "EUR")]);
    shop.put_on_sale(&(withdrawn, vec![])).await;
    let answer = refused(&shop, &Request::of("create-reservation")).await;
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn fault_22_a_price_that_changes_later_leaves_a_reservation_as_it_was_made() {
    let shop = Shop::open().await;
    let first = shop.succeed("create-reservation").await;
    let dearer = product("championship-shirt-2026", "shirts", vec![variant("SHIRT-FINAL-M", 9_999, "EUR")]);
    shop.put_on_sale(&(dearer, vec![])).await;
    assert_eq!(shop.succeed("create-reservation").await.body(), first.body());
    assert_eq!(shop.succeed("checkout").await.body()["totals"]["total"]["amount"], 17_998);
}

#[tokio::test]
async fn fault_23_lines_of_one_sku_are_merged() {
    let shop = Shop::open().await;
    let answer = shop.ask(&cart(&[("SHIRT-FINAL-M", 2), ("SCARF", 1), ("SHIRT-FINAL-M", 3)])).await;
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn fault_23_merged_lines_keep_to_the_limits_of_a_line() {
    let shop = Shop::open().await;
    let pair = |first: Value, second: Value| {
        let lines = json!({ "lines": [first, second] }).to_string();
        Request::of("create-reservation").body(&lines)
    };
    let money = |amount: i64| json!({"amount": amount, "currency": "EUR"});
    for request in [
        cart(&[("SHIRT-FINAL-M", 50), ("SHIRT-FINAL-M", 50)]),
        pair(
            json!({"sku": "SCARF", "quantity": 1, "unit_price": money(1_999)}),
            json!({"sku": "SCARF", "quantity": 1, "unit_price": money(1_899)}),
        ),
        cart(&[]),
    ] {
        let answer = refused(&shop, &request).await;
        assert_eq!(answer.refusal(), (422, "invalid-value".to_owned(), "/lines".to_owned()));
    }
}

#[tokio::test]
async fn fault_23_a_cart_has_at_most_twenty_skus() {
    let shop = Shop::open().await;
    let skus: Vec<String> = (0..21).map(|number| format!("SOCK-{number}")).collect();
    let socks = skus.iter().map(|sku| variant(sku, 500, "EUR")).collect();
    let units = skus.iter().map(|text| (sku(text), 40)).collect();
    shop.put_on_sale(&(product("sock", "socks", socks), units)).await;
    let of_each = |count: usize, quantity| -> Vec<(&str, u32)> {
        skus.iter().take(count).map(|sku| (sku.as_str(), quantity)).collect()
    };

    let answer = refused(&shop, &cart(&of_each(21, 1))).await;
    assert_eq!(answer.refusal(), (422, "invalid-value".to_owned(), "/lines".to_owned()));
    // Eighty pages are more than one transaction takes.
    let answer = refused(&shop, &cart(&of_each(20, 40))).await;
    assert_eq!(
        (answer.refusal().1.as_str(), answer.body()["shortages"].as_array().unwrap().len()),
        ("insufficient-stock", 20)
    );

    let answer = shop.ask(&cart(&of_each(20, 30))).await;
    assert_eq!(answer.status, 201, "{}", answer.shown());
    assert_eq!(shop.units("SOCK-19").await, Units { available: 10, held: 30, sold: 0 });
}

#[tokio::test]
async fn fault_24_a_cart_is_held_in_full_or_not_at_all() {
    let shop = Shop::open().await;
    let answer = refused(&shop, &cart(&[("SHIRT-FINAL-M", 2), ("SCARF", 4), ("TICKET", 1)])).await;
    assert_eq!(shop.units("SHIRT-FINAL-M").await, Units { available: 25, held: 0, sold: 0 });
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn fault_24_a_refusal_is_not_remembered() {
    let shop = Shop::open().await;
    let request = cart(&[("SCARF", 3)]);
    let other = cart(&[("SCARF", 1)]).guest(2);
    assert_eq!(shop.ask(&other).await.status, 201);
    assert_eq!(refused(&shop, &request).await.refusal().1, "insufficient-stock");

    let release = Request::of("release-reservation").guest(2).path(&shop.ask(&other).await.text_at("/id"));
    assert_eq!(shop.ask(&release).await.status, 204);
    shop.restart().await;
    assert_eq!(shop.ask(&request).await.status, 201);
}

#[tokio::test]
async fn fault_24_the_last_unit_is_sold_once() {
    let shop = Shop::open().await;
    let mut asking = tokio::task::JoinSet::new();
    for number in 1..=8 {
        let instance = shop.instance("create-reservation", &[]).await;
        let request = cart(&[("SCARF", 1)]).guest(number).key(number);
        asking.spawn(async move { answer(instance.as_ref(), &request).await.status });
    }
    let mut statuses = asking.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 201, 409, 409, 409, 409, 409]);
    assert_eq!(shop.units("SCARF").await, Units { available: 0, held: 3, sold: 0 });
}

#[tokio::test]
async fn lines_share_one_currency() {
    let shop = Shop::open().await;
    let mixed = cart(&[("SCARF", 1), ("CAP-USD", 1)]);
    let elsewhere = Request::of("create-reservation").with("/currency", json!("USD"));
    for request in [mixed, elsewhere] {
        let answer = refused(&shop, &request).await;
        assert_eq!(answer.refusal(), (422, "invalid-value".to_owned(), "/lines".to_owned()));
    }
}
