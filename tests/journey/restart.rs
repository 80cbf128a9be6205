use tests::{CatalogFile, key};

use crate::folder::Folder;
use crate::{audit, data, shop};

#[tokio::test]
async fn a_shop_that_is_killed_in_the_middle_of_orders_finishes_them_after_its_restart() {
    let folder = Folder::new();
    let catalog = CatalogFile::write(folder.path(), &[("scarf", 50)]);
    let data = data(&folder);
    let arguments = ["--catalog", catalog.path(), "--data", &data];

    let before = shop(&arguments);
    let shopper = before.shopper();
    let mut orders = Vec::new();
    for token in ["pm_card_visa", "pm_card_visa_timeoutAfterCharge", "pm_card_visa", "pm_card_chargeDeclined"]
    {
        orders.push(shopper.order("scarf", token).await);
    }
    let held = shopper.hold(&key(), "scarf", 3).await.body;
    before.kill();

    let after = shop(&arguments);
    let shopper = shopper.at(&after.address);
    for (order, state) in orders.iter().zip(["paid", "paid", "paid", "payment_failed"]) {
        shopper.watch(order, "/state", state).await;
    }
    let path = format!("/reservations/{}", held["id"].as_str().unwrap());
    assert_eq!(shopper.get(&path).await.body["state"], "held");
    let order = shopper.check_out(&key(), &held, "pm_card_visa").await.body;
    shopper.watch(&order, "/state", "paid").await;
    assert_eq!(after.charges().await.len(), 4);
    audit(after, &folder);
}
