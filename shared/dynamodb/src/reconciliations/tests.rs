use application::{Differences, Reconciliations};
use domain::Idempotent;
use domain::payment::GatewayName;
use domain::reconciliation::{Difference, DifferenceKey, DifferenceKind, DifferenceSubject};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::item;
use crate::arbitrary::{id, money, time};
use crate::attribute::text;
use crate::embedded::Embedded;
use crate::keys::readme::assert_registered;
use crate::keys::{self, Table};
use crate::orders::tests::at;

fn difference() -> impl Strategy<Value = Difference> {
    let subject = prop_oneof![
        (id(), option::of(id())).prop_map(|(transfer, order)| (DifferenceSubject::Transfer(transfer), order)),
        (id(), any::<u32>()).prop_map(|(order, posting)| {
            let order: domain::OrderId = order;
            (DifferenceSubject::Posting(order.clone(), posting), Some(order))
        }),
    ];
    let kind = (select(GatewayName::ALL.to_vec()), select(DifferenceKind::ALL.to_vec()));
    (kind, subject, money(), time(), option::of(time())).prop_map(
        |((gateway, kind), (subject, order_id), amount, found_at, resolved_at)| Difference {
            key: DifferenceKey { gateway, kind, subject },
            order_id,
            amount,
            found_at,
            resolved_at,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fault_45_a_difference_reads_back_as_it_was_written_and_a_newer_word_stops_its_reader(
        difference in difference(),
    ) {
        let written = item::difference(&difference);
        assert_registered(&written, "difference#");
        prop_assert_eq!(item::read_difference(&written), Ok(difference));
        for name in ["kind", "gateway"] {
            let mut newer = written.clone();
            newer.insert(name.to_owned(), text("split"));
            prop_assert!(item::read_difference(&newer).is_err());
        }
    }
}

#[tokio::test]
async fn how_far_a_list_was_compared_is_registered_and_an_audit_reads_past_it() {
    let shop = Embedded::start().await;
    let table = shop.orders();
    assert_eq!(table.advance(GatewayName::Stripe, None, at(0)).await, Ok(Idempotent::Executed(())));
    assert_eq!(table.note_unanswered(GatewayName::Stripe, at(0), at(1)).await, Ok(Idempotent::Executed(())));
    let item = shop.item(Table::Orders, keys::reconciliation(GatewayName::Stripe)).await.unwrap();
    assert_registered(&item, "reconciliation#");
    let amount = domain::Money::new(1, "EUR".parse().unwrap()).unwrap();
    let key = DifferenceKey {
        gateway: GatewayName::Stripe,
        kind: DifferenceKind::UnknownOrder,
        subject: DifferenceSubject::Transfer("ch_1".parse().unwrap()),
    };
    let difference = Difference { key, order_id: None, amount, found_at: at(1), resolved_at: None };
    assert_eq!(table.note(&difference).await, Ok(Idempotent::Executed(())));
    let books = application::Archive::books(&shop.purchases()).await.unwrap();
    assert_eq!(books, domain::invariant::Books::default());
}
