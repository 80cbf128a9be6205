use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tests::{Shop, key};
use tokio::task::JoinSet;

use crate::{audit, shop_with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_shoppers_buy_the_last_unit_and_none_beyond_it() {
    const SHOPPERS: usize = 64;
    const ATTEMPTS: usize = 400;
    let (shop, folder) = shop_with(&[("final-shirt", 100)], &[]);
    let left = Arc::new(AtomicUsize::new(ATTEMPTS));
    let mut crowd = JoinSet::new();
    for _ in 0..SHOPPERS {
        let (shopper, left) = (shop.shopper(), Arc::clone(&left));
        crowd.spawn(async move {
            let mut bought = Vec::new();
            while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                let held = shopper.hold(&key(), "final-shirt", 1).await;
                match held.status.as_u16() {
                    201 => {
                        let placed = shopper.check_out(&key(), &held.body, "pm_card_visa").await;
                        assert_eq!(placed.status, 202, "{}", placed.body);
                        bought.push(shopper.watch(&placed.body, "/state", "paid").await);
                    }
                    409 => assert_eq!(held.body["type"], "/problems/insufficient-stock"),
                    other => panic!("{other}: {}", held.body),
                }
            }
            bought
        });
    }
    let orders: Vec<Value> = crowd.join_all().await.into_iter().flatten().collect();
    assert_eq!(orders.len(), 100);
    assert_charged_once_each(&shop, &orders).await;
    audit(shop, &folder);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cart_that_is_checked_out_many_times_at_once_is_one_order_and_one_charge() {
    let (shop, folder) = shop_with(&[("scarf", 40)], &[]);
    let mut carts = JoinSet::new();
    for clicks in [vec![2; 20], vec![8; 5]].concat() {
        let shopper = shop.shopper();
        carts.spawn(async move {
            let held = shopper.hold(&key(), "scarf", 1).await.body;
            let key = key();
            let mut answers = JoinSet::new();
            for _ in 0..clicks {
                let (shopper, held, key) = (shopper.clone(), held.clone(), key.clone());
                answers.spawn(async move { shopper.check_out(&key, &held, "pm_card_visa").await });
            }
            let answers = answers.join_all().await;
            for answer in &answers {
                assert_eq!(answer.status, 202, "{}", answer.body);
                for same in ["/id", "/lines", "/totals", "/reservation_id"] {
                    assert_eq!(answer.body.pointer(same), answers[0].body.pointer(same));
                }
            }
            // The first answer may have been lost in a 503, and then every answer is a repetition.
            assert!(answers.iter().filter(|answer| !answer.replayed).count() <= 1);
            shopper.watch(&answers[0].body, "/state", "paid").await
        });
    }
    let orders = carts.join_all().await;
    assert_eq!(orders.len(), 25);
    assert_charged_once_each(&shop, &orders).await;
    audit(shop, &folder);
}

/// The gateway's own book has one charge of the right amount for each order, and no other.
async fn assert_charged_once_each(shop: &Shop, orders: &[Value]) {
    let charges = shop.charges().await;
    assert_eq!(charges.len(), orders.len());
    for order in orders {
        let of_order: Vec<_> = charges.iter().filter(|charge| charge["order_id"] == order["id"]).collect();
        assert_eq!(of_order.len(), 1, "order {}", order["id"]);
        assert_eq!(of_order[0]["captured"], order["totals"]["total"]["amount"]);
    }
}
