use serde_json::Value;
use tests::key;

use crate::folder::Folder;
use crate::{audit, captured, data, shop, shop_with};

#[tokio::test]
async fn a_shopper_browses_holds_pays_and_watches_the_order_become_paid() {
    let folder = Folder::new();
    let shop = shop(&["--data", &data(&folder)]);
    let shopper = shop.shopper();

    let products = shopper.get("/products").await.body;
    let sku = products.pointer("/items/0/variants/0/sku").and_then(Value::as_str).unwrap().to_owned();
    let product = products.pointer("/items/0/product_id").and_then(Value::as_str).unwrap();
    assert_eq!(shopper.get(&format!("/products/{product}")).await.status, 200);

    let held = shopper.hold(&key(), &sku, 2).await;
    assert_eq!(held.status, 201, "{}", held.body);
    assert_eq!(held.body["state"], "held");
    let reservation = format!("/reservations/{}", held.body["id"].as_str().unwrap());

    let placed = shopper.check_out(&key(), &held.body, "pm_card_visa").await;
    assert_eq!(placed.status, 202, "{}", placed.body);
    let paid = shopper.watch(&placed.body, "/state", "paid").await;

    assert_eq!(paid["payment"]["state"], "captured");
    assert_eq!(shopper.get(&reservation).await.body["state"], "sold");
    assert_eq!(shop.charges().await, [captured(&paid["id"], &held.body["totals"]["total"])]);
    audit(shop, &folder);
}

#[tokio::test]
async fn what_one_guest_made_is_not_there_for_another() {
    let (shop, folder) = shop_with(&[("scarf", 5)], &[]);
    let order = shop.shopper().order("scarf", "pm_card_visa").await;
    let stranger = shop.shopper();
    for path in [
        format!("/orders/{}", order["id"].as_str().unwrap()),
        format!("/reservations/{}", order["reservation_id"].as_str().unwrap()),
    ] {
        assert_eq!(stranger.get(&path).await.status, 404, "{path}");
    }
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_32_a_path_or_method_that_the_shop_does_not_have_is_not_found() {
    let (shop, folder) = shop_with(&[("scarf", 5)], &[]);
    let shopper = shop.shopper();
    for (method, path) in
        [("GET", "/nothing"), ("PATCH", "/products"), ("TRACE", "/checkout"), ("HEAD", "/checkout")]
    {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let status = shopper.ask(method, path, None, None).await.status.as_u16();
        assert!([404, 405].contains(&status), "{path}: {status}");
    }
    audit(shop, &folder);
}
