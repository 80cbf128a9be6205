use std::collections::BTreeSet;

use domain::payment::{Circuit, CircuitState, GatewayName};

use super::Checker;

/// Of all who want to probe a gateway at a time, exactly one is told to.
const ONE_PROBER: &str = "ONE_PROBER";

/// The versions of circuits that somebody was told to probe with.
pub(super) type Probes = BTreeSet<(GatewayName, u64)>;

impl Checker {
    /// Somebody is told that this was written.
    pub(crate) fn turned(&mut self, circuit: &Circuit) {
        let is_probe = matches!(circuit.state, CircuitState::Probing { .. });
        let (gateway, version) = (circuit.gateway, circuit.version);
        if is_probe && !self.probes.insert((gateway, version)) {
            self.breaks(ONE_PROBER, || {
                format!("two probe {} with version {version} of its circuit", gateway.as_str())
            });
        }
    }
}
