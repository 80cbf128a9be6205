use application::{WebhookInbox, WebhookLedger};
use domain::Idempotent;
use domain::payment::GatewayName;
use domain::webhook::{Event, EventKey, EventSubject, Mode, Settlement, Webhook, WebhookState};
use proptest::prelude::*;

use super::item;
use crate::arbitrary;
use crate::attribute::text;
use crate::embedded::Embedded;
use crate::keys::readme::assert_registered;
use crate::keys::{self, Table};
use crate::orders::tests::at;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fault_45_an_event_reads_back_as_it_was_written_and_a_newer_word_stops_its_reader(webhook in arbitrary::webhook()) {
        let written = item::webhook(&webhook);
        assert_registered(&written, "webhook#");
        prop_assert_eq!(item::read_webhook(&written), Ok(webhook));
        for name in ["state", "mode", "gateway", "about"] {
            let mut newer = written.clone();
            newer.insert(name.to_owned(), text("split"));
            prop_assert!(item::read_webhook(&newer).is_err());
        }
    }
}

#[tokio::test]
async fn a_settled_event_waits_for_nobody_and_keeps_what_a_newer_version_wrote() {
    let shop = Embedded::start().await;
    let table = shop.orders();
    let key = EventKey { gateway: GatewayName::Stripe, id: "evt_1".parse().unwrap() };
    let event = Event {
        key,
        kind: "payment_intent.succeeded".parse().unwrap(),
        subject: EventSubject::Payment,
        reference: "pi_1".parse().unwrap(),
        purpose: None,
        mode: Mode::Test,
        created_at: at(0),
        fact: None,
    };
    let webhook = Webhook::receive(event, at(1));
    let key = &webhook.event.key;
    assert_eq!(table.receive(&webhook).await, Ok(Idempotent::Executed(())));
    let note = shop
        .client
        .update_item()
        .table_name(Table::Orders.as_str())
        .key(keys::PARTITION, text(keys::webhook(key)))
        .update_expression("SET note = :note")
        .expression_attribute_values(":note", text("new"));
    note.send().await.unwrap();

    let applied = Settlement::Applied { at: at(2) };
    assert_eq!(table.settle(key, applied).await, Ok(Idempotent::Executed(())));
    let stored = table.webhook(key).await.unwrap().unwrap();
    assert_eq!((stored.state, stored.wake), (WebhookState::Settled(applied), None));
    let item = shop.item(Table::Orders, keys::webhook(key)).await.unwrap();
    assert_eq!(item["note"], text("new"));
}
