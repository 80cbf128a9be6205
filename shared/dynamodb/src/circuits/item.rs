use application::Failure;
use domain::payment::{Circuit, CircuitState, GatewayName};

use crate::attribute::{Fields, Item};

pub(crate) fn read_circuit(item: &Item) -> Result<Circuit, Failure> {
    let fields = Fields(item);
    Ok(Circuit {
        gateway: fields.word("gateway", GatewayName::named)?,
        state: read_state(fields)?,
        version: fields.number("version")?,
    })
}

fn read_state(fields: Fields<'_>) -> Result<CircuitState, Failure> {
    let openings = fields.number("openings")?;
    Ok(match fields.text("state")? {
        "closed" => CircuitState::Closed {
            failures: fields.number("failures")?,
            since: fields.time("since")?,
            openings,
        },
        "open" => CircuitState::Open { until: fields.time("until")?, openings },
        "probing" => CircuitState::Probing { until: fields.time("until")?, openings },
        _ => return Err(Failure::Unreadable("state")),
    })
}
