//! What may go wrong at one call to a port, and where it does.

use crate::dice::Dice;

/// A call to a port: one place to interleave, and one place to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) name: &'static str,
    pub(crate) sort: Sort,
}

/// What kind of other side a call has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Read,
    Write,
    /// A write that may also come late: long after its caller has given up on it.
    LateWrite,
    Send,
    Gateway,
    GatewayRead,
}

/// What goes wrong at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The process dies, and the call was never made.
    KilledBefore,
    /// The process dies, and the call was executed.
    KilledAfter,
    /// The process dies, and its request is executed later.
    KilledMeanwhile,
    /// Not executed: the other side cannot.
    Unavailable,
    /// Not executed: we ask too often.
    Throttled,
    /// Executed, and nobody hears of it.
    AnswerLost,
    /// Not executed, and nobody hears of it.
    RequestLost,
    /// Executed in part: the first of several messages is refused.
    PartlyRefused,
    /// The caller gives up, and its request is executed later.
    Late,
    /// The gateway refuses it unexecuted, as for a rate limit.
    Rejected,
    /// No connection: no byte leaves the process.
    NotSent,
    /// The gateway fails, and answers every repetition under the same key with the same failure.
    KeptFailure,
}

impl Fault {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::KilledBefore,
        Self::KilledAfter,
        Self::KilledMeanwhile,
        Self::Unavailable,
        Self::Throttled,
        Self::AnswerLost,
        Self::RequestLost,
        Self::PartlyRefused,
        Self::Late,
        Self::Rejected,
        Self::NotSent,
        Self::KeptFailure,
    ];

    /// In a trace.
    pub const fn words(self) -> &'static str {
        match self {
            Self::KilledBefore => "killed before it",
            Self::KilledAfter => "killed after it",
            Self::KilledMeanwhile => "killed while it was on its way",
            Self::Unavailable => "refused: unavailable",
            Self::Throttled => "refused: throttled",
            Self::AnswerLost => "applied, but the answer is lost",
            Self::RequestLost => "the request is lost",
            Self::PartlyRefused => "one message refused",
            Self::Late => "no answer in time; the request lands later",
            Self::Rejected => "rejected unexecuted",
            Self::NotSent => "no connection",
            Self::KeptFailure => "fails, and the failure is kept under the key",
        }
    }

    /// Every way in which a call of this sort can fail.
    pub(crate) const fn of(sort: Sort) -> &'static [Self] {
        match sort {
            Sort::Read => &[Self::KilledBefore, Self::KilledAfter, Self::Unavailable, Self::RequestLost],
            Sort::Write => &[
                Self::KilledBefore,
                Self::KilledAfter,
                Self::Unavailable,
                Self::Throttled,
                Self::AnswerLost,
                Self::RequestLost,
            ],
            Sort::LateWrite => &[
                Self::KilledBefore,
                Self::KilledAfter,
                Self::Unavailable,
                Self::Throttled,
                Self::AnswerLost,
                Self::RequestLost,
                Self::Late,
                Self::KilledMeanwhile,
            ],
            Sort::Send => &[
                Self::KilledBefore,
                Self::KilledAfter,
                Self::Unavailable,
                Self::PartlyRefused,
                Self::AnswerLost,
            ],
            Sort::Gateway => &[
                Self::KilledBefore,
                Self::KilledAfter,
                Self::KilledMeanwhile,
                Self::Rejected,
                Self::NotSent,
                Self::AnswerLost,
                Self::RequestLost,
                Self::Late,
                Self::KeptFailure,
            ],
            Sort::GatewayRead => {
                &[Self::KilledBefore, Self::KilledAfter, Self::Rejected, Self::NotSent, Self::RequestLost]
            }
        }
    }
}

/// A fault that is set beforehand: the call of this number fails in the way of this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The call, counted from 0 over the whole run.
    pub call: u32,
    /// The place in the list of what can go wrong with a call of its sort.
    pub way: usize,
}

/// Where things go wrong.
#[derive(Clone, Debug)]
pub(crate) enum Faults {
    Planned(Vec<Planned>),
    /// So many in a thousand calls, and messages that are lost, doubled and delayed.
    Seeded {
        per_mille: u32,
    },
}

impl Faults {
    /// What goes wrong at this call.
    pub(crate) fn at(&self, number: u32, call: Call, dice: &mut Dice) -> Option<Fault> {
        let ways = Fault::of(call.sort);
        match self {
            Self::Planned(planned) => {
                let way = planned.iter().find(|planned| planned.call == number)?.way;
                ways.get(way).copied()
            }
            Self::Seeded { per_mille } => {
                let often = match call.sort {
                    Sort::Read => per_mille.div_ceil(2),
                    Sort::Write | Sort::LateWrite | Sort::Send => *per_mille,
                    Sort::Gateway | Sort::GatewayRead => per_mille.saturating_mul(3),
                };
                if !dice.hits(often) {
                    return None;
                }
                ways.get(dice.place(ways.len())).copied()
            }
        }
    }
}
