use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::Timestamp;
use domain::payment::{Admission, Circuit, CircuitState, GatewayName, Health, Outcome};

use crate::repeat::until_definite;
use crate::{ChangeError, Circuits, Clock};

/// How old a circuit may be that an instance goes by.
const AGE_MAX: Duration = Duration::from_secs(1);

/// How often one instance tries to count one failure. One that is lost because others count theirs is no loss.
const COUNTS_MAX: u32 = 2;

/// What an instance last saw of each gateway's circuit.
#[derive(Debug, Default)]
pub struct CircuitsSeen(Mutex<BTreeMap<GatewayName, (Timestamp, Circuit)>>);

impl CircuitsSeen {
    fn recall(&self, gateway: GatewayName, now: Timestamp) -> Option<Circuit> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&gateway).filter(|(at, _)| now.since(*at) < AGE_MAX).map(|(_, circuit)| *circuit)
    }

    fn remember(&self, circuit: Circuit, now: Timestamp) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(circuit.gateway, (now, circuit));
    }

    fn forget(&self, gateway: GatewayName) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&gateway);
    }
}

/// Keeps charges from beginning at a gateway that is ill.
///
/// Nothing that must be safe rests on it: where the store fails, calls are made as if there were none. While all is well
/// it writes nothing, and reads once a second.
#[derive(Clone, Copy)]
pub struct Breaker<'a> {
    /// The circuits that every instance shares.
    pub circuits: &'a dyn Circuits,
    /// What this instance saw of them.
    pub seen: &'a CircuitsSeen,
    /// The time.
    pub clock: &'a dyn Clock,
}

impl Breaker<'_> {
    /// Makes a call that may begin a charge; none where the gateway's circuit says to hold it back.
    ///
    /// MUST NOT be asked about a call that may have been made before.
    pub(crate) async fn begin(
        &self,
        gateway: GatewayName,
        call: impl Future<Output = Outcome> + Send,
    ) -> Option<Outcome> {
        let Some(circuit) = self.circuit(gateway).await else {
            return Some(call.await);
        };
        match circuit.admit(self.clock.now()) {
            Admission::Send => Some(self.go_through(gateway, call).await),
            Admission::HoldBack => {
                tracing::info!(gateway = gateway.as_str(), "not sent: the gateway's circuit is open");
                None
            }
            Admission::Probe => {
                let probing = circuit.probe(self.clock.now())?;
                // Whoever does not hear that the claim was written does not probe, even if it was.
                self.turn(probing).await.ok()?;
                let outcome = call.await;
                if let Some(probed) = probing.probed(Health::shown_by(&outcome), self.clock.now()) {
                    // Should this not be written, another probe follows when this one's time is over.
                    let _written = self.turn(probed).await;
                }
                Some(outcome)
            }
        }
    }

    /// Makes a call that must be made however ill the gateway is, and counts what it showed.
    pub(crate) async fn go_through(
        &self,
        gateway: GatewayName,
        call: impl Future<Output = Outcome> + Send,
    ) -> Outcome {
        let outcome = call.await;
        self.observe(gateway, Health::shown_by(&outcome)).await;
        outcome
    }

    async fn observe(&self, gateway: GatewayName, health: Health) {
        for _ in 0..COUNTS_MAX {
            let known = match health {
                // What makes a failure worth a write is what others counted meanwhile.
                Health::Ill => self.read(gateway).await,
                Health::Well => self.circuit(gateway).await,
            };
            let Some(turned) = known.and_then(|circuit| circuit.observe(health, self.clock.now())) else {
                return;
            };
            if self.turn(turned).await != Err(ChangeError::Conflict) {
                return;
            }
        }
    }

    /// The circuit, at most a second old; nothing when it cannot be read.
    async fn circuit(&self, gateway: GatewayName) -> Option<Circuit> {
        match self.seen.recall(gateway, self.clock.now()) {
            Some(circuit) => Some(circuit),
            None => self.read(gateway).await,
        }
    }

    async fn read(&self, gateway: GatewayName) -> Option<Circuit> {
        let now = self.clock.now();
        match self.circuits.circuit(gateway).await {
            Ok(circuit) => {
                self.seen.remember(circuit, now);
                Some(circuit)
            }
            Err(failure) => {
                tracing::warn!(gateway = gateway.as_str(), %failure, "the gateway's circuit cannot be read");
                None
            }
        }
    }

    async fn turn(&self, turned: Circuit) -> Result<(), ChangeError> {
        let written = until_definite(|| self.circuits.turn(&turned)).await;
        let (gateway, state) = (turned.gateway.as_str(), turned.state.as_str());
        match written {
            Ok(()) => {
                self.seen.remember(turned, self.clock.now());
                if matches!(turned.state, CircuitState::Open { .. }) {
                    tracing::error!(gateway, "a gateway's circuit opened");
                }
                tracing::info!(gateway, state, "a gateway's circuit turned");
            }
            Err(refused) => {
                self.seen.forget(turned.gateway);
                tracing::info!(gateway, state, %refused, "a gateway's circuit was not written");
            }
        }
        written
    }
}
