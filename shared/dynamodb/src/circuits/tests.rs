use application::{Circuits, Failure};
use domain::payment::{Circuit, CircuitState, GatewayName};

use super::item;
use crate::attribute::text;
use crate::embedded::Embedded;
use crate::keys::readme::assert_registered;
use crate::keys::{self, Table};
use crate::orders::tests::at;

#[tokio::test]
async fn fault_45_a_circuit_reads_back_as_it_was_written_and_a_newer_word_stops_its_reader() {
    let shop = Embedded::start().await;
    let table = shop.orders();
    let states = [
        CircuitState::Closed { failures: 4, since: at(1), openings: 2 },
        CircuitState::Open { until: at(2), openings: 3 },
        CircuitState::Probing { until: at(3), openings: 3 },
        CircuitState::Closed { failures: 0, since: at(4), openings: 0 },
    ];
    for (version, state) in (1..).zip(states) {
        let circuit = Circuit { gateway: GatewayName::Stripe, state, version };
        table.turn(&circuit).await.unwrap();
        assert_eq!(table.circuit(GatewayName::Stripe).await, Ok(circuit));
        let mut item = shop.item(Table::Orders, keys::circuit(GatewayName::Stripe)).await.unwrap();
        assert_registered(&item, "circuit#");
        item.insert("state".to_owned(), text("split"));
        assert_eq!(item::read_circuit(&item), Err(Failure::Unreadable("state")));
    }
    assert_eq!(table.circuit(GatewayName::PayPal).await, Ok(Circuit::new(GatewayName::PayPal)));
}
