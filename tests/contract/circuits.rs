use application::ChangeError;
use domain::payment::{Admission, Circuit, CircuitState, GatewayName, Health};

use crate::samples::{NOON, later};
use crate::world::World;

/// A circuit that failures have just opened, and every version on the way there.
fn opening(gateway: GatewayName) -> Vec<Circuit> {
    let mut turns: Vec<Circuit> = Vec::new();
    while turns.last().is_none_or(|circuit| circuit.admit(NOON) == Admission::Send) {
        let last = turns.last().copied().unwrap_or(Circuit::new(gateway));
        turns.push(last.observe(Health::Ill, NOON).unwrap());
    }
    turns
}

#[tokio::test]
async fn a_circuit_of_which_nothing_was_written_is_closed() {
    for world in World::both().await {
        for gateway in GatewayName::ALL {
            assert_eq!(world.circuits.circuit(gateway).await, Ok(Circuit::new(gateway)));
        }
    }
}

#[tokio::test]
async fn a_circuit_is_written_once_for_each_version_and_reads_back_as_it_was() {
    for world in World::both().await {
        for turned in opening(GatewayName::Stripe) {
            assert_eq!(world.circuits.turn(&turned).await, Ok(()));
            assert_eq!(world.circuits.turn(&turned).await, Err(ChangeError::Conflict));
            assert_eq!(world.circuits.circuit(GatewayName::Stripe).await, Ok(turned));
        }
        assert_eq!(
            world.circuits.circuit(GatewayName::PayPal).await,
            Ok(Circuit::new(GatewayName::PayPal)),
            "each gateway has its own"
        );
    }
}

#[tokio::test]
async fn a_circuit_that_was_never_written_has_no_second_version() {
    for world in World::both().await {
        let second = opening(GatewayName::Stripe).remove(1);
        assert_eq!(world.circuits.turn(&second).await, Err(ChangeError::Conflict));
    }
}

#[tokio::test]
async fn of_many_who_want_to_probe_one_does_and_what_it_shows_is_written() {
    for world in World::both().await {
        for turned in opening(GatewayName::PayPal) {
            world.circuits.turn(&turned).await.unwrap();
        }
        let seen = world.circuits.circuit(GatewayName::PayPal).await.unwrap();
        let probing = seen.probe(later(10)).unwrap();
        let other = seen.probe(later(11)).unwrap();
        assert_eq!(world.circuits.turn(&probing).await, Ok(()));
        assert_eq!(world.circuits.turn(&other).await, Err(ChangeError::Conflict));
        let closed = probing.probed(Health::Well, later(12)).unwrap();
        assert_eq!(world.circuits.turn(&closed).await, Ok(()));
        let stored = world.circuits.circuit(GatewayName::PayPal).await.unwrap();
        assert!(matches!(stored.state, CircuitState::Closed { .. }));
        assert_eq!(stored, closed);
    }
}

#[tokio::test]
async fn a_circuit_wakes_nobody() {
    for world in World::both().await {
        for turned in opening(GatewayName::Stripe) {
            world.circuits.turn(&turned).await.unwrap();
        }
        assert_eq!(world.wake_ups().await, []);
        assert_eq!(world.books().await.orders, []);
    }
}
