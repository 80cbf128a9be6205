//! What each token of the sandbox leads to, and that the shopper, the ledger and the sandbox's book agree about it. A token
//! of which nobody has said here what it leads to fails.

use futures_util::future::join_all;
use reqwest::Client;
use serde_json::{Value, json};
use tests::{Shop, Shopper};

use crate::adyen::{acts, order as order_at_adyen, submit};
use crate::cancels::cancel;
use crate::paypal::{approve, approve_at};
use crate::{audit, shop_with};

/// An order, as its shopper reads it in the end, and how much of its total stays with the shop or is disputed.
struct End {
    order: Value,
    keeps: i64,
}

impl End {
    fn paid(order: Value) -> Self {
        let keeps = order["totals"]["total"]["amount"].as_i64().unwrap();
        Self { order, keeps }
    }

    const fn unpaid(order: Value) -> Self {
        Self { order, keeps: 0 }
    }
}

async fn at_stripe(shopper: &Shopper, token: &str) -> End {
    let order = shopper.order("scarf", token).await;
    let becomes = async |pointer, word| shopper.watch(&order, pointer, word).await;
    match token {
        "pm_card_visa" | "pm_card_visa_timeoutAfterCharge" => End::paid(becomes("/state", "paid").await),
        "pm_card_createDispute" => End::paid(becomes("/state", "disputed").await),
        "pm_card_chargeDeclined"
        | "pm_card_chargeDeclinedFraudulent"
        | "pm_card_riskLevelHighest"
        | "pm_card_visa_timeoutBeforeCharge" => End::unpaid(becomes("/state", "payment_failed").await),
        "pm_card_authenticationRequired" | "pm_klarna" => {
            let waiting = becomes("/payment/state", "action_required").await;
            let page = waiting["payment"]["next_action"]["url"].as_str().unwrap();
            assert!(Client::new().post(page).send().await.unwrap().status().is_success());
            End::paid(becomes("/state", "paid").await)
        }
        "pm_card_riskLevelElevated" => cancelled_in_review(shopper, &order).await,
        "pm_card_visa_capturedAfterDecline" => {
            becomes("/payment/state", "being_confirmed").await;
            assert_eq!(cancel(shopper, &order).await.status, 202);
            End::unpaid(becomes("/payment/state", "refunded").await)
        }
        other => panic!("nobody has said what {other} leads to"),
    }
}

/// An order that waits for a person, until its shopper cancels it.
async fn cancelled_in_review(shopper: &Shopper, order: &Value) -> End {
    shopper.watch(order, "/payment/state", "being_confirmed").await;
    assert_eq!(cancel(shopper, order).await.status, 202);
    End::unpaid(shopper.watch(order, "/state", "cancelled").await)
}

async fn at_paypal(shopper: &Shopper, account: &str) -> End {
    let order = shopper.order_by("scarf", &json!([{"gateway": "paypal"}])).await;
    let page = approve(shopper, &order, account).await;
    let becomes = async |pointer, word| shopper.watch(&order, pointer, word).await;
    match account {
        "pays" | "timeout_after_authorization" => End::paid(becomes("/state", "paid").await),
        "disputes" => End::paid(becomes("/state", "disputed").await),
        "declines" => End::unpaid(becomes("/state", "payment_failed").await),
        "timeout_before_authorization" => {
            becomes("/payment/state", "being_confirmed").await;
            // PayPal answers again.
            approve_at(&page, "pays").await;
            End::paid(becomes("/state", "paid").await)
        }
        other => panic!("nobody has said what {other} leads to"),
    }
}

async fn at_adyen(shopper: &Shopper, card: &str) -> End {
    let order = order_at_adyen(shopper, card).await;
    let becomes = async |pointer, word| shopper.watch(&order, pointer, word).await;
    match card {
        "visa" | "timeoutAfterPayment" | "timeoutBeforePayment" => End::paid(becomes("/state", "paid").await),
        "chargeback" => End::paid(becomes("/state", "disputed").await),
        "refused" | "fraud" | "riskLevelHighest" => End::unpaid(becomes("/state", "payment_failed").await),
        "authentication" => {
            let result = acts(shopper, &order, "proves").await;
            assert_eq!(submit(shopper, &order, &result).await.0, 202);
            End::paid(becomes("/state", "paid").await)
        }
        "riskLevelElevated" => cancelled_in_review(shopper, &order).await,
        other => panic!("nobody has said what {other} leads to"),
    }
}

/// The gateway's own book has once what the shop keeps of each order, and nothing else of it.
async fn agree(shop: &Shop, ends: Vec<End>) {
    let charges = shop.charges().await;
    for End { order, keeps } in ends {
        let ours: Vec<&Value> = charges.iter().filter(|charge| charge["order_id"] == order["id"]).collect();
        let moved = |name: &str| ours.iter().map(|charge| charge[name].as_i64().unwrap()).sum::<i64>();
        assert_eq!(moved("captured") - moved("refunded"), keeps, "{order} {ours:?}");
        assert!(ours.len() <= 1, "{order} {ours:?}");
    }
}

#[tokio::test]
async fn each_token_of_stripe_leads_where_it_is_said_to() {
    let (shop, folder) = shop_with(&[("scarf", 20)], &[]);
    let journeys = sandbox_gateway::stripe_tokens().map(|token| (shop.shopper(), token));
    let ends = join_all(journeys.map(async |(shopper, token)| at_stripe(&shopper, token).await)).await;
    agree(&shop, ends).await;
    audit(shop, &folder);
}

#[tokio::test]
async fn each_account_at_paypal_leads_where_it_is_said_to() {
    let (shop, folder) = shop_with(&[("scarf", 20)], &[]);
    let journeys = sandbox_gateway::paypal_accounts().map(|account| (shop.shopper(), account));
    let ends = join_all(journeys.map(async |(shopper, account)| at_paypal(&shopper, account).await)).await;
    agree(&shop, ends).await;
    audit(shop, &folder);
}

#[tokio::test]
async fn each_stored_card_at_adyen_leads_where_it_is_said_to() {
    let (shop, folder) = shop_with(&[("scarf", 20)], &[]);
    let journeys = sandbox_gateway::adyen_cards().map(|card| (shop.shopper(), card));
    let ends = join_all(journeys.map(async |(shopper, card)| at_adyen(&shopper, card).await)).await;
    agree(&shop, ends).await;
    audit(shop, &folder);
}
