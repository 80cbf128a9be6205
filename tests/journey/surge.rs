//! A drop of several pages, sold to real clients while the shop is killed and answers are lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use application::Chance;
use memory::SeededChance;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, CatalogFile, Shop, Shopper, checkout, key};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::folder::Folder;
use crate::{audit, data, shop};

const CLIENTS: u64 = 64;
/// Fifteen pages, and seven units more.
const UNITS: u32 = 157;
/// How many units are sold from one kill to the next.
const UNITS_PER_KILL: u32 = 40;
/// How long a client waits that loses patience, at the most: some requests are not even sent by then, most are
/// answered to nobody.
const PATIENCE_MAX_MILLIS: u32 = 400;
/// How often a request is repeated at the most.
const REPEATS_MAX: u32 = 2_000;

/// One client with a connection of its own.
struct Client {
    shopper: Shopper,
    /// Where the shop is: elsewhere after each kill.
    address: watch::Receiver<String>,
    chance: SeededChance,
    /// How many answers said that an earlier request, whose answer was lost, had done it.
    replays: Arc<AtomicU32>,
}

impl Client {
    /// Sends a request under one key until there is an answer.
    #[expect(clippy::disallowed_methods, reason = "a client that met nobody comes back a little later")]
    async fn insist(&self, path: &str, body: &Value) -> Answer {
        let key = key();
        for _ in 0..REPEATS_MAX {
            let shopper = self.shopper.at(&self.address.borrow());
            let request = shopper.try_ask(Method::POST, path, Some(&key), Some(body));
            let patience = match self.chance.below(3) {
                0 => Duration::from_millis(self.chance.below(PATIENCE_MAX_MILLIS).into()),
                _ => Duration::from_secs(30),
            };
            // Whoever loses patience drops the connection, and with it the answer.
            match tokio::time::timeout(patience, request).await {
                Ok(Ok(answer)) if answer.status.as_u16() < 500 && answer.status != 429 => {
                    self.replays.fetch_add(answer.replayed.into(), Ordering::Relaxed);
                    return answer;
                }
                Ok(Ok(_) | Err(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
                Err(_) => {}
            }
        }
        panic!("{path} has no answer");
    }

    /// Holds some units and checks them out; nothing when there are too few.
    async fn buy(&self, quantity: u32) -> Option<Value> {
        let body = json!({"lines": [{"sku": "final-shirt", "quantity": quantity}]});
        let held = self.insist("/reservations", &body).await;
        if held.status == 409 {
            assert_eq!(held.body["type"], "/problems/insufficient-stock", "{}", held.body);
            return None;
        }
        assert_eq!(held.status, 201, "{}", held.body);
        let placed = self.insist("/checkout", &checkout(&held.body, "pm_card_visa")).await;
        assert_eq!(placed.status, 202, "{}", placed.body);
        Some(placed.body)
    }

    /// Buys one, two or three at a time, and one by one once there are not so many, until there are none.
    async fn shop(self, sold: watch::Sender<u32>) -> Vec<Value> {
        let mut orders = Vec::new();
        let mut quantity = self.chance.below(3) + 1;
        loop {
            match self.buy(quantity).await {
                Some(order) => {
                    orders.push(order);
                    sold.send_modify(|sold| *sold += quantity);
                }
                None if quantity > 1 => quantity = 1,
                None => return orders,
            }
        }
    }
}

/// Kills the shop and opens it again, each time that some more units are sold.
async fn kill_now_and_then(
    mut shop_of_now: Shop,
    arguments: Vec<String>,
    address: watch::Sender<String>,
    mut sold: watch::Receiver<u32>,
) -> Shop {
    for threshold in (UNITS_PER_KILL..UNITS).step_by(usize::try_from(UNITS_PER_KILL).unwrap()) {
        sold.wait_for(|sold| *sold >= threshold).await.unwrap();
        shop_of_now.kill();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        shop_of_now = shop(&arguments);
        address.send_replace(shop_of_now.address.clone());
    }
    shop_of_now
}

/// What is left after the crowd, for whoever comes late: a unit on a page that was just opened when the shop was
/// killed is found by the next full look, within some seconds.
#[expect(clippy::disallowed_methods, reason = "a shopper reloads the page; the bound ends a hopeless wait")]
async fn take_the_rest(shopper: &Shopper, mut left: u32) -> Vec<Value> {
    let mut orders = Vec::new();
    for _ in 0..600 {
        if left == 0 {
            return orders;
        }
        let held = shopper.hold(&key(), "final-shirt", 1).await;
        if held.status == 201 {
            let placed = shopper.check_out(&key(), &held.body, "pm_card_visa").await;
            assert_eq!(placed.status, 202, "{}", placed.body);
            orders.push(placed.body);
            left -= 1;
        } else {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    panic!("{left} units are stranded");
}

fn units(orders: &[Value]) -> u32 {
    let quantities = orders.iter().flat_map(|order| order["lines"].as_array().unwrap());
    quantities.map(|line| u32::try_from(line["quantity"].as_u64().unwrap()).unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_clients_buy_a_drop_to_the_last_unit_whatever_is_killed_or_lost_meanwhile() {
    let folder = Folder::new();
    let catalog = CatalogFile::write(folder.path(), &[("final-shirt", UNITS)]);
    let data = data(&folder);
    let arguments = ["--catalog", catalog.path(), "--data", &data].map(str::to_owned);
    let opened = shop(&arguments.each_ref().map(String::as_str));

    let address = watch::Sender::new(opened.address.clone());
    let (sold, replays) = (watch::Sender::new(0), Arc::new(AtomicU32::new(0)));
    let mut crowd = JoinSet::new();
    for number in 0..CLIENTS {
        let (shopper, chance) = (opened.shopper(), SeededChance::new(number));
        let (address, replays) = (address.subscribe(), Arc::clone(&replays));
        crowd.spawn(Client { shopper, address, chance, replays }.shop(sold.clone()));
    }
    let killing = kill_now_and_then(opened, arguments.into(), address, sold.subscribe());
    let (shop, orders) = tokio::join!(killing, crowd.join_all());

    let mut orders: Vec<Value> = orders.into_iter().flatten().collect();
    let late = shop.shopper();
    orders.extend(take_the_rest(&late, UNITS - units(&orders)).await);
    assert_eq!(late.hold(&key(), "final-shirt", 1).await.status, 409);
    assert!(replays.load(Ordering::Relaxed) > 0, "no answer was lost");
    all_are_charged(&shop, &orders).await;
    audit(shop, &folder);
}

/// The gateway's own book has a charge for every order once they are settled, and no other. What a worker had begun when it
/// was killed is taken up when its claim is over and the sweeper comes by, which takes up to two minutes.
#[expect(clippy::disallowed_methods, reason = "payments take their time; the bound ends a hopeless wait")]
async fn all_are_charged(shop: &Shop, orders: &[Value]) {
    for _ in 0..4_800 {
        let charges = shop.charges().await;
        assert!(charges.len() <= orders.len(), "more charges than orders");
        if charges.len() == orders.len() && charges.iter().all(|charge| charge["state"] == "captured") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("some orders were never charged");
}
