use core::time::Duration;

use super::{Attempt, GatewayName, Outcome};
use crate::Timestamp;

/// Whether a gateway is asked to begin charges, as everybody sees it.
///
/// ```text
/// Closed ─ too many calls in a row show it ill ─▶ Open ─ its time is over ─▶ Probing, by exactly one
///    ▲                                              ▲                            │
///    │                                              └──────── still ill ─────────┤
///    └───────────────────────────── well ────────────────────────────────────────┘
/// ```
///
/// It saves time, and never carries safety: what is not sent because of it was never sent by anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circuit {
    /// Of which gateway.
    pub gateway: GatewayName,
    /// Where it stands.
    pub state: CircuitState,
    /// Counts the writes; 0 for one that was never written. Every write requires the version it read, so of many who
    /// want to probe one does.
    pub version: u64,
}

/// Where a circuit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CircuitState {
    /// Calls are made.
    Closed {
        /// How many in a row showed the gateway ill.
        failures: u32,
        /// When the first of them was.
        since: Timestamp,
        /// How often in a row it had opened before.
        openings: u32,
    },
    /// No charge begins.
    Open {
        /// Until then.
        until: Timestamp,
        /// How often in a row it has opened.
        openings: u32,
    },
    /// One call is made, and everybody else waits for what becomes of it.
    Probing {
        /// After that whoever made it counts as gone.
        until: Timestamp,
        /// How often in a row it has opened.
        openings: u32,
    },
}

/// What becomes of a call that would begin a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is made.
    Send,
    /// It is made by whoever writes first that it does.
    Probe,
    /// It is not made.
    HoldBack,
}

/// What an answer, or its absence, says about a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It answered.
    Well,
    /// It did not answer, failed, could not be reached, or refused to execute.
    Ill,
}

impl Health {
    /// What the outcome of a call that changes something says. Shoppers cannot make a gateway look ill: a decline is an
    /// answer, and so is a request that the gateway finds invalid when it is to create its object.
    ///
    /// Look-ups say nothing: "not found" is unknown too, and reads may work where charges do not.
    pub const fn shown_by(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Rejected | Outcome::NotSent | Outcome::Unknown => Self::Ill,
            Outcome::Opened(_)
            | Outcome::ApprovalNeeded { .. }
            | Outcome::Approved
            | Outcome::Authorized
            | Outcome::AuthorizedAtRisk(_)
            | Outcome::Captured
            | Outcome::RequiresAction { .. }
            | Outcome::Declined(_)
            | Outcome::Invalid(_)
            | Outcome::Voided
            | Outcome::Received
            | Outcome::Mismatch => Self::Well,
        }
    }
}

impl Circuit {
    /// So many calls in a row that show the gateway ill open it.
    pub const FAILURES_MAX: u32 = 5;
    /// A success is written down when so many failures stand: fewer are forgotten by themselves.
    pub const FAILURES_DOUBTFUL: u32 = 3;
    /// Failures count together within this time.
    pub const WINDOW: Duration = Duration::from_secs(30);
    /// How long it is open for the first time; each further time in a row it is twice as long.
    pub const OPEN_TIME: Duration = Duration::from_secs(10);
    /// The longest time that it is open.
    pub const OPEN_TIME_MAX: Duration = Duration::from_secs(160);
    /// How long a probe is waited for: longer than any call lasts.
    pub const PROBE_TIME: Duration = Attempt::LEASE;

    /// The circuit of a gateway of which nothing bad was ever written.
    pub const fn new(gateway: GatewayName) -> Self {
        let state = CircuitState::Closed { failures: 0, since: Timestamp::from_millis(0), openings: 0 };
        Self { gateway, state, version: 0 }
    }

    /// Whether a call that would begin a charge is made.
    pub fn admit(&self, now: Timestamp) -> Admission {
        match self.state {
            CircuitState::Closed { .. } => Admission::Send,
            CircuitState::Open { until, .. } | CircuitState::Probing { until, .. } if now < until => {
                Admission::HoldBack
            }
            CircuitState::Open { .. } | CircuitState::Probing { .. } => Admission::Probe,
        }
    }

    /// Makes the next call the probe of whoever writes this; nothing unless one is due.
    pub fn probe(self, now: Timestamp) -> Option<Self> {
        match self.state {
            CircuitState::Open { until, openings } | CircuitState::Probing { until, openings }
                if now >= until =>
            {
                Some(self.turn(CircuitState::Probing { until: now.plus(Self::PROBE_TIME), openings }))
            }
            CircuitState::Closed { .. } | CircuitState::Open { .. } | CircuitState::Probing { .. } => None,
        }
    }

    /// Takes what the probe showed; nothing unless one is made. One that went well closes the circuit on trial: the
    /// next failure opens it again, for longer.
    pub fn probed(self, health: Health, now: Timestamp) -> Option<Self> {
        let CircuitState::Probing { openings, .. } = self.state else { return None };
        Some(match health {
            Health::Well => {
                let failures = Self::FAILURES_MAX.saturating_sub(1);
                self.turn(CircuitState::Closed { failures, since: now, openings })
            }
            Health::Ill => self.open(openings, now),
        })
    }

    /// Takes what any other call showed; nothing where that changes nothing. While it is not closed, only the probe
    /// counts: what else is answered then may have been asked long before.
    pub fn observe(self, health: Health, now: Timestamp) -> Option<Self> {
        let CircuitState::Closed { failures, since, openings } = self.state else { return None };
        let counts = failures > 0 && now.since(since) < Self::WINDOW;
        match health {
            Health::Well if counts && failures >= Self::FAILURES_DOUBTFUL => {
                Some(self.turn(CircuitState::Closed { failures: 0, since: now, openings: 0 }))
            }
            Health::Well => None,
            Health::Ill if !counts => {
                Some(self.turn(CircuitState::Closed { failures: 1, since: now, openings: 0 }))
            }
            Health::Ill if failures.saturating_add(1) < Self::FAILURES_MAX => {
                Some(self.turn(CircuitState::Closed {
                    failures: failures.saturating_add(1),
                    since,
                    openings,
                }))
            }
            Health::Ill => Some(self.open(openings, now)),
        }
    }

    fn open(self, openings: u32, now: Timestamp) -> Self {
        let longer = Self::OPEN_TIME.saturating_mul(2_u32.saturating_pow(openings));
        let until = now.plus(longer.min(Self::OPEN_TIME_MAX));
        self.turn(CircuitState::Open { until, openings: openings.saturating_add(1) })
    }

    fn turn(self, state: CircuitState) -> Self {
        Self { state, version: self.version.saturating_add(1), ..self }
    }
}

impl CircuitState {
    /// The word in the log and in the database.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Closed { .. } => "closed",
            Self::Open { .. } => "open",
            Self::Probing { .. } => "probing",
        }
    }
}
