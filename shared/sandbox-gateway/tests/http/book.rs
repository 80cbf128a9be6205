use serde_json::json;

use crate::client::Sandbox;

#[tokio::test]
async fn only_captured_money_is_a_charge() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_visa").await;
    sandbox.advance(&id, "confirm").await;
    assert_eq!(sandbox.charges().await, json!([]));
    sandbox.advance(&id, "capture").await;
    sandbox.advance(&id, "capture").await;
    let charge = json!({
        "order_id": "order", "amount": 8999, "currency": "EUR", "captured": 8999, "refunded": 0, "disputes": [],
        "after_no": false, "state": "captured"
    });
    assert_eq!(sandbox.charges().await, json!([charge]));
}

#[tokio::test]
async fn the_book_and_its_keys_outlive_the_gateway() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sandbox.db");

    let before = Sandbox::with_book(Some(&path)).await;
    let opened = before.open("pm_card_visa").await;
    let id = opened.id();
    before.advance(id, "confirm").await;
    before.advance(id, "capture").await;
    let charges = before.charges().await;
    before.stop().await;

    let after = Sandbox::with_book(Some(&path)).await;
    assert_eq!(after.charges().await, charges);
    assert_eq!(after.look_up(id).await.state(), "succeeded");
    let again = after.open("pm_card_visa").await;
    assert!(again.replayed);
    assert_eq!(again.id(), id);
}
