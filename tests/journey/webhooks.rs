use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Shop, Shopper};

use crate::folder::Folder;
use crate::{audit, shop_with};

/// A payment that waits for its shopper is looked at after 2, 4, 6, 8, 12, 16, 20, 24 and 32 seconds; or, because an
/// event made the first look, after 2, 4, 6, 10, 14, 18, 22 and 30. This lies in a gap of both, some seconds before its
/// end.
const BETWEEN_LOOKS: Duration = Duration::from_secs(26);

/// Plans what goes wrong with the events that the gateway tells next.
async fn plan(shop: &Shop, faults: Value) {
    let url = format!("{}/sandbox/faults", shop.sandbox);
    let planned = reqwest::Client::new()
        .put(url)
        .header("Content-Type", "application/json")
        .body(json!({ "webhook": faults }).to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(planned.status(), 204);
}

/// An order whose shopper must act, and the page where they do.
async fn waiting(shopper: &Shopper) -> (Value, String) {
    waiting_for(shopper, shopper.order("scarf", "pm_card_authenticationRequired").await).await
}

/// The same at PayPal, where every payment waits for its shopper.
async fn waiting_at_paypal(shopper: &Shopper) -> (Value, String) {
    waiting_for(shopper, shopper.order_by("scarf", &json!([{"gateway": "paypal"}])).await).await
}

async fn waiting_for(shopper: &Shopper, order: Value) -> (Value, String) {
    let waiting = shopper.watch(&order, "/payment/state", "action_required").await;
    let page = waiting["payment"]["next_action"]["url"].as_str().unwrap().to_owned();
    (order, page)
}

/// Agrees on the gateway's page, at PayPal with the account that pays.
async fn act(page: &str) {
    let pays = [("account", "pays")];
    assert!(reqwest::Client::new().post(page).form(&pays).send().await.unwrap().status().is_success());
}

/// An order whose shopper acts on the gateway's page long before the next look is paid at once.
#[expect(clippy::disallowed_methods, reason = "the shopper takes a while, and the test takes the time")]
async fn is_paid_at_once(shop: Shop, folder: Folder, shopper: &Shopper, (order, page): (Value, String)) {
    tokio::time::sleep(BETWEEN_LOOKS).await;
    let acted = Instant::now();
    act(&page).await;
    shopper.watch(&order, "/state", "paid").await;
    assert!(acted.elapsed() < Duration::from_secs(3), "it took {:?}", acted.elapsed());
    assert_eq!(shop.charges().await.len(), 1);
    audit(shop, &folder);
}

#[tokio::test]
async fn an_order_is_paid_at_once_when_its_shopper_has_acted_because_the_gateway_tells() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let waiting = waiting(&shopper).await;
    is_paid_at_once(shop, folder, &shopper, waiting).await;
}

#[tokio::test]
async fn an_order_is_paid_at_once_when_its_shopper_has_approved_because_paypal_tells() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let waiting = waiting_at_paypal(&shopper).await;
    is_paid_at_once(shop, folder, &shopper, waiting).await;
}

#[tokio::test]
async fn fault_28_29_what_paypal_tells_twice_late_out_of_order_or_never_changes_nothing() {
    let (shop, folder) = shop_with(&[("scarf", 4)], &[]);
    let shopper = shop.shopper();
    let twice = json!({"fault": "duplicated", "times": 3});
    let overtaken = json!({"fault": "reordered", "times": 1});
    let late = json!({"fault": "delayed", "times": 2, "milliseconds": 1500});
    let never = json!({"fault": "not_sent", "times": 3});
    for faults in [json!([twice]), json!([overtaken, twice]), json!([late, overtaken]), json!([never])] {
        plan(&shop, faults).await;
        let (order, page) = waiting_at_paypal(&shopper).await;
        act(&page).await;
        shopper.watch(&order, "/state", "paid").await;
    }
    assert_eq!(shop.charges().await.len(), 4);
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_28_29_events_that_come_twice_late_out_of_order_or_never_change_nothing() {
    let (shop, folder) = shop_with(&[("scarf", 5)], &[]);
    let shopper = shop.shopper();
    let twice = json!({"fault": "duplicated", "times": 3});
    let overtaken = json!({"fault": "reordered", "times": 1});
    let late = json!({"fault": "delayed", "times": 2, "milliseconds": 1500});
    let never = json!({"fault": "not_sent", "times": 3});
    for faults in [json!([twice]), json!([overtaken, twice]), json!([late, overtaken]), json!([never])] {
        plan(&shop, faults).await;
        let (order, page) = waiting(&shopper).await;
        act(&page).await;
        shopper.watch(&order, "/state", "paid").await;
    }
    plan(&shop, json!([])).await;
    let plain = shopper.order("scarf", "pm_card_visa").await;
    shopper.watch(&plain, "/state", "paid").await;
    assert_eq!(shop.charges().await.len(), 5);
    audit(shop, &folder);
}
