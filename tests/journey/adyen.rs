use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::Shopper;

use crate::{audit, captured, shop_with};

/// Holds a scarf and checks it out with this stored card of `ada`, and gives the accepted order.
pub(crate) async fn order(shopper: &Shopper, card: &str) -> Value {
    let held = shopper.hold(&tests::key(), "scarf", 1).await;
    let mut body = tests::checkout(&held.body, "replaced");
    body["payment_methods"] = json!([{"gateway": "adyen", "token": card}]);
    body["return_url"] = json!("https://shop.example/orders");
    let placed = shopper.ask(Method::POST, "/checkout", Some(&tests::key()), Some(&body)).await;
    assert_eq!(placed.status, StatusCode::ACCEPTED, "{}", placed.body);
    placed.body
}

#[tokio::test]
async fn the_order_is_paid_once_adyen_has_told_of_the_capture() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = order(&shopper, "visa").await;
    let paid = shopper.watch(&order, "/state", "paid").await;
    assert_eq!(
        (&paid["payment"]["gateway"], &paid["payment"]["state"]),
        (&json!("adyen"), &json!("captured"))
    );
    assert_eq!(shop.charges().await, [captured(&paid["id"], &paid["totals"]["total"])]);
    audit(shop, &folder);
}

#[tokio::test]
async fn each_refusal_leaves_the_units_held_for_another_card() {
    for (card, code) in [("refused", "refused"), ("fraud", "fraud")] {
        let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
        let shopper = shop.shopper();
        let order = order(&shopper, card).await;
        let failed = shopper.watch(&order, "/state", "payment_failed").await;
        assert_eq!(failed["payment"]["decline"]["code"], code);
        assert_eq!(shopper.pay_with(&tests::key(), &order, "pm_card_visa").await.status, 202);
        shopper.watch(&order, "/state", "paid").await;
        assert_eq!(shop.charges().await.len(), 1);
        audit(shop, &folder);
    }
}

/// What the shopper brings back who did this on their bank's page, once the order says that it waits for them.
pub(crate) async fn acts(shopper: &Shopper, order: &Value, answer: &str) -> String {
    let waiting = shopper.watch(order, "/payment/state", "action_required").await;
    let page = waiting["payment"]["next_action"]["url"].as_str().unwrap();
    assert_eq!(reqwest::get(page).await.unwrap().status(), StatusCode::OK);
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let back = browser.post(page).form(&[("answer", answer)]).send().await.unwrap();
    let back = reqwest::Url::parse(back.headers()["location"].to_str().unwrap()).unwrap();
    assert_eq!((back.host_str(), back.path()), (Some("shop.example"), "/orders"));
    back.query_pairs().find(|(name, _)| name == "redirectResult").unwrap().1.into_owned()
}

pub(crate) async fn submit(shopper: &Shopper, order: &Value, result: &str) -> (StatusCode, Value) {
    let path = format!("/orders/{}/action-results", order["id"].as_str().unwrap());
    let answer = shopper.ask(Method::POST, &path, None, Some(&json!({"redirect_result": result}))).await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn the_shopper_comes_back_from_their_bank_and_the_order_becomes_paid_however_often_that_is_handed_in() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &["--hold-seconds", "1"]);
    let shopper = shop.shopper();
    let order = order(&shopper, "authentication").await;
    let result = acts(&shopper, &order, "proves").await;
    assert!(shop.charges().await.is_empty());
    for _ in 0..2 {
        assert_eq!(submit(&shopper, &order, &result).await.0, StatusCode::ACCEPTED);
    }
    let paid = shopper.watch(&order, "/state", "paid").await;
    let (status, again) = submit(&shopper, &order, &result).await;
    assert_eq!((status, &again["state"]), (StatusCode::ACCEPTED, &json!("paid")));
    assert_eq!(shop.charges().await, [captured(&paid["id"], &paid["totals"]["total"])]);
    audit(shop, &folder);
}

#[tokio::test]
async fn who_fails_at_their_bank_is_declined_and_pays_with_another_card() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = order(&shopper, "authentication").await;
    let result = acts(&shopper, &order, "fails").await;
    assert_eq!(submit(&shopper, &order, &result).await.0, StatusCode::ACCEPTED);
    let failed = shopper.watch(&order, "/state", "payment_failed").await;
    assert_eq!(failed["payment"]["decline"]["code"], "3d_not_authenticated");
    assert_eq!(shopper.pay_with(&tests::key(), &order, "pm_card_visa").await.status, 202);
    shopper.watch(&order, "/state", "paid").await;
    assert_eq!(shop.charges().await.len(), 1);
    audit(shop, &folder);
}

#[tokio::test]
async fn a_result_at_the_wrong_time_and_another_shoppers_change_nothing() {
    let (shop, folder) = shop_with(&[("scarf", 2)], &[]);
    let shopper = shop.shopper();
    let conflict = |answer: (StatusCode, Value)| {
        assert_eq!(answer.0, StatusCode::CONFLICT);
        assert!(answer.1["type"].as_str().unwrap().ends_with("/order-not-awaiting-action"));
    };
    let plain = order(&shopper, "visa").await;
    shopper.watch(&plain, "/state", "paid").await;
    conflict(submit(&shopper, &plain, "made-up").await);

    let order = order(&shopper, "authentication").await;
    let result = acts(&shopper, &order, "proves").await;
    assert_eq!(submit(&shopper.another(), &order, &result).await.0, StatusCode::NOT_FOUND);
    let cancel = format!("/orders/{}/cancel", order["id"].as_str().unwrap());
    assert_eq!(shopper.ask(Method::POST, &cancel, None, None).await.status, StatusCode::ACCEPTED);
    conflict(submit(&shopper, &order, &result).await);
    shopper.watch(&order, "/state", "cancelled").await;
    conflict(submit(&shopper, &order, &result).await);
    assert_eq!(shop.charges().await.len(), 1);
    audit(shop, &folder);
}

#[tokio::test]
async fn what_is_made_up_is_a_decline_that_moves_nothing() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = order(&shopper, "authentication").await;
    let _brought_back = acts(&shopper, &order, "proves").await;
    assert_eq!(submit(&shopper, &order, "made-up").await.0, StatusCode::ACCEPTED);
    let failed = shopper.watch(&order, "/state", "payment_failed").await;
    assert_eq!(failed["payment"]["decline"]["code"], "validation_702");
    assert!(shop.charges().await.is_empty());
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_60_61_a_completion_without_an_answer_is_made_again_and_charges_once() {
    for fault in ["silent_before", "silent_after"] {
        let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
        let shopper = shop.shopper();
        let order = order(&shopper, "authentication").await;
        let result = acts(&shopper, &order, "proves").await;
        shop.plan_faults(&json!({"complete": [{"fault": fault, "times": 1}]})).await;
        assert_eq!(submit(&shopper, &order, &result).await.0, StatusCode::ACCEPTED);
        shopper.watch(&order, "/state", "paid").await;
        assert_eq!(shop.charges().await.len(), 1);
        audit(shop, &folder);
    }
}

#[tokio::test]
async fn fault_60_a_payment_that_was_never_made_is_made_by_its_repetition_and_charges_once() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = order(&shopper, "timeoutBeforePayment").await;
    shopper.watch(&order, "/payment/state", "being_confirmed").await;
    shopper.watch(&order, "/state", "paid").await;
    assert_eq!(shop.charges().await.len(), 1);
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_61_a_payment_whose_answer_was_lost_is_told_of_and_charges_once() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = order(&shopper, "timeoutAfterPayment").await;
    shopper.watch(&order, "/state", "paid").await;
    assert_eq!(shop.charges().await.len(), 1);
    audit(shop, &folder);
}

#[tokio::test]
async fn a_cancel_of_a_paid_order_gives_everything_back_once_adyen_has_told_of_it() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = order(&shopper, "visa").await;
    let paid = shopper.watch(&order, "/state", "paid").await;
    let path = format!("/orders/{}/cancel", order["id"].as_str().unwrap());
    let asked = shopper.ask(Method::POST, &path, Some(&tests::key()), None).await;
    assert!(asked.status.is_success(), "{} {}", asked.status, asked.body);
    shopper.watch(&order, "/state", "cancelled").await;
    let charges = shop.charges().await;
    assert_eq!(charges[0]["refunded"], paid["totals"]["total"]["amount"]);
    audit(shop, &folder);
}

#[tokio::test]
async fn a_card_that_adyen_doubts_is_authorized_and_waits_for_a_person() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = order(&shopper, "riskLevelElevated").await;
    let waiting = shopper.watch(&order, "/payment/state", "being_confirmed").await;
    assert_eq!(waiting["state"], "pending_payment");
    let path = format!("/orders/{}/cancel", order["id"].as_str().unwrap());
    assert_eq!(shopper.ask(Method::POST, &path, Some(&tests::key()), None).await.status, 202);
    let over = shopper.watch(&order, "/state", "cancelled").await;
    assert_eq!(over["payment"]["state"], "voided");
    assert!(shop.charges().await.is_empty());
    audit(shop, &folder);
}

#[tokio::test]
async fn a_card_that_adyen_warns_of_is_voided_and_its_shopper_may_bring_another() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = order(&shopper, "riskLevelHighest").await;
    let refused = shopper.watch(&order, "/state", "payment_failed").await;
    let decline = &refused["payment"]["decline"];
    assert_eq!((&decline["code"], &decline["retry"]), (&json!("generic_decline"), &json!("none")));
    assert!(shop.charges().await.is_empty());
    assert_eq!(shopper.pay_with(&tests::key(), &order, "pm_card_visa").await.status, 202);
    shopper.watch(&order, "/state", "paid").await;
    assert_eq!(shop.charges().await.len(), 1);
    audit(shop, &folder);
}
