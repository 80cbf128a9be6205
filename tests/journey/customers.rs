use reqwest::Method;
use serde_json::json;
use std::time::Duration;
use tests::{CatalogFile, Shop, Shopper, key};

use crate::folder::Folder;
use crate::{audit, data, shop};

const PROGRAM: &str = env!("CARGO_BIN_EXE_shop");

/// A shop that sells 57 signed balls, two to a customer, and its folder.
fn shop_with_limit(arguments: &[&str]) -> (Shop, Folder) {
    let folder = Folder::new();
    let catalog = CatalogFile::write_with(folder.path(), &[("signed-ball", 57)], Some(2));
    let data = data(&folder);
    let mut all = vec!["--catalog", catalog.path(), "--data", &data];
    all.extend(arguments);
    (shop(&all), folder)
}

fn is_over_the_limit(answer: &tests::Answer) -> bool {
    (answer.status.as_u16(), &answer.body["type"]) == (409, &json!("/problems/customer-limit-reached"))
}

#[tokio::test]
async fn a_customer_buys_up_to_the_limit_over_two_orders_and_a_guest_is_asked_to_sign_in() {
    let (shop, folder) = shop_with_limit(&[]);
    let guest = shop.shopper().hold(&key(), "signed-ball", 1).await;
    assert_eq!((guest.status.as_u16(), &guest.body["type"]), (401, &json!("/problems/sign-in-required")));

    let customer = shop.customer(PROGRAM, &data(&folder), "ada");
    let paid = customer.order("signed-ball", "pm_card_visa").await;
    let held = customer.hold(&key(), "signed-ball", 1).await;
    assert_eq!(held.status, 201, "{}", held.body);
    let elsewhere = shop.customer(PROGRAM, &data(&folder), "ada");
    let third = elsewhere.hold(&key(), "signed-ball", 1).await;
    assert!(is_over_the_limit(&third), "{}", third.body);
    assert_eq!(
        shop.customer(PROGRAM, &data(&folder), "bea").hold(&key(), "signed-ball", 2).await.status,
        201
    );

    let path = format!("/reservations/{}", held.body["id"].as_str().unwrap());
    assert_eq!(elsewhere.ask(Method::DELETE, &path, None, None).await.status, 204);
    let second = customer.order("signed-ball", "pm_card_visa").await;
    for order in [paid, second] {
        elsewhere.watch(&order, "/state", "paid").await;
    }
    assert!(is_over_the_limit(&customer.hold(&key(), "signed-ball", 1).await), "what is paid for counts");
    audit(shop, &folder);
}

/// Tries until units can be held, as a shopper who reloads the page; the bound ends a hopeless wait.
#[expect(clippy::disallowed_methods, reason = "a shopper reloads the page")]
async fn hold_when_allowed(shopper: &Shopper, quantity: u32) {
    for _ in 0..600 {
        let answer = shopper.hold(&key(), "signed-ball", quantity).await;
        if answer.status == 201 {
            return;
        }
        assert!(is_over_the_limit(&answer), "{}", answer.body);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("what has expired still counts");
}

#[tokio::test]
async fn what_a_customer_held_and_did_not_pay_for_counts_until_it_expires() {
    let (shop, folder) = shop_with_limit(&["--hold-seconds", "2"]);
    let customer = shop.customer(PROGRAM, &data(&folder), "ada");
    assert_eq!(customer.hold(&key(), "signed-ball", 2).await.status, 201);
    assert!(is_over_the_limit(&customer.hold(&key(), "signed-ball", 1).await));
    hold_when_allowed(&customer, 2).await;
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_19_a_token_of_another_shop_opens_nothing_here() {
    let (shop, folder) = shop_with_limit(&[]);
    let (other, elsewhere) = shop_with_limit(&[]);
    let token_from_elsewhere = other.customer(PROGRAM, &data(&elsewhere), "ada").at(&shop.address);
    let refused = token_from_elsewhere.hold(&key(), "signed-ball", 1).await;
    assert_eq!((refused.status.as_u16(), &refused.body["type"]), (401, &json!("/problems/token-invalid")));
    audit(shop, &folder);
    audit(other, &elsewhere);
}
