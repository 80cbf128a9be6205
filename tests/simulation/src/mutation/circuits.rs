use application::{ChangeError, Circuits};
use domain::payment::{Circuit, CircuitState, Decline, GatewayName, Operation, Outcome, Retry};
use memory::Store;

use super::boxed;
use crate::bank::Asked;
use crate::conduct::{Conduct, Honest, Invoked, now};

/// Whoever wants to probe is told to.
#[derive(Default)]
struct EverybodyProbes(Honest);

impl Conduct for EverybodyProbes {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn turn(&self, by: Invoked, turned: &Circuit) -> Result<(), ChangeError> {
        match (self.0.turn(by, turned), turned.state) {
            (Err(ChangeError::Conflict), CircuitState::Probing { .. }) => Ok(()),
            (answer, _) => answer,
        }
    }
}

pub(super) fn everybody_probes() -> Box<dyn Conduct> {
    boxed(EverybodyProbes::default())
}

/// A confirm without an answer counts as not made where the circuit is open, although it was, or was made before.
#[derive(Default)]
struct OpenIsNo(Honest);

impl Conduct for OpenIsNo {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn heard(&self, asked: Asked, outcome: Outcome) -> Outcome {
        let circuit = now(Circuits::circuit(self.store(), GatewayName::Stripe));
        let is_open = circuit.is_ok_and(|circuit| matches!(circuit.state, CircuitState::Open { .. }));
        match (asked, outcome) {
            (Asked::Change(Operation::Confirm), Outcome::Unknown | Outcome::NotSent) if is_open => {
                Outcome::Declined(Decline { code: "circuit_open".to_owned(), retry: Retry::OtherMethod })
            }
            (_, outcome) => outcome,
        }
    }
}

pub(super) fn open_is_no() -> Box<dyn Conduct> {
    boxed(OpenIsNo::default())
}
