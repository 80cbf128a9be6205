//! Journeys of shoppers through the whole shop: a process of its own, over HTTP, with the sandbox gateway's own book
//! as the witness.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a suite fails by panicking"
)]

mod adyen; // a gateway that takes captures, cancels and refunds on, and tells later what became of them
mod cancels; // ended by the shopper, before it is paid and after
mod crowd; // many at once: the last unit, and doubled clicks
mod customers; // who signed in, and how much they may have
mod declines; // what a shopper can do after a no
mod disputes; // money that a shopper demands back over the shop's head
mod endings; // released, expired, given up
mod folder; // where a shop keeps its data, which no test leaves unaudited
mod fraud; // refused or reviewed by the shop
mod paypal; // the shopper approves on the gateway's pages
mod purchase; // browse, hold, pay, watch
mod restart; // killed in the middle, started again
mod silence; // a gateway that does not answer
mod surge; // a drop of many pages, whatever breaks meanwhile
mod three_d_secure; // the shopper must act at the gateway
mod tokens; // what each token of the sandbox leads to
mod webhooks; // what the gateway tells by itself

use serde_json::{Value, json};
use tests::{CatalogFile, Shop};

use crate::folder::Folder;

/// A shop that keeps its data, so that it can be audited.
fn shop(arguments: &[&str]) -> Shop {
    assert!(arguments.contains(&"--data"), "nothing of this shop could be audited");
    Shop::start(env!("CARGO_BIN_EXE_shop"), arguments)
}

/// Ends a shop that kept its data in the folder, and audits what it kept.
fn audit(shop: Shop, folder: &Folder) {
    shop.kill_and_audit(env!("CARGO_BIN_EXE_shop"), &data(folder));
    folder.note_audit();
}

/// What the gateway's book has of an order whose total was captured, once, and of which nothing has gone back.
fn captured(order: &Value, total: &Value) -> Value {
    json!({
        "order_id": order, "amount": total["amount"], "currency": total["currency"],
        "captured": total["amount"], "refunded": 0, "disputes": [],
        "after_no": false, "state": "captured",
    })
}

/// Where a shop keeps its data in a test's folder.
fn data(folder: &Folder) -> String {
    folder.path().join("data").to_string_lossy().into_owned()
}

/// A shop that sells these SKUs, keeps its data, and the folder that lives as long as the test.
fn shop_with(stock: &[(&str, u32)], arguments: &[&str]) -> (Shop, Folder) {
    let folder = Folder::new();
    let catalog = CatalogFile::write(folder.path(), stock);
    let data = data(&folder);
    let mut all = vec!["--catalog", catalog.path(), "--data", &data];
    all.extend(arguments);
    (shop(&all), folder)
}
