use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A call of the shop's, in the words of the fault plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Open,
    Confirm,
    Complete,
    Capture,
    Cancel,
    LookUp,
    Refund,
    ListRefunds,
    ListDisputes,
    AnswerDispute,
    ListTransfers,
}

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// Not applied, never answered.
    SilentBefore,
    /// Applied, never answered.
    SilentAfter,
    /// Refused unexecuted.
    #[serde(rename = "status_429")]
    Status429,
    /// Not applied; the key may be used again.
    #[serde(rename = "status_500")]
    Status500,
    /// Not applied; the key repeats the failure for ever.
    #[serde(rename = "cached_500")]
    Cached500,
    /// Applied; the answer cannot be read.
    Garbage,
    /// Applied after a while, whether or not the client still waits; never answered.
    Late,
}

/// What goes wrong with one event that the gateway tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WebhookFault {
    /// It is never told.
    NotSent,
    /// It is told twice at once.
    Duplicated,
    /// It is told after the one that follows it.
    Reordered,
    /// It is told after a while.
    Delayed,
}

/// A fault and how often it strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Planned<F> {
    fault: F,
    times: u32,
    /// How late a late request is applied, or a delayed event told.
    #[serde(default)]
    milliseconds: u64,
}

/// What will go wrong, per operation, first come first struck.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Plan {
    open: VecDeque<Planned<Fault>>,
    confirm: VecDeque<Planned<Fault>>,
    complete: VecDeque<Planned<Fault>>,
    capture: VecDeque<Planned<Fault>>,
    cancel: VecDeque<Planned<Fault>>,
    look_up: VecDeque<Planned<Fault>>,
    refund: VecDeque<Planned<Fault>>,
    list_refunds: VecDeque<Planned<Fault>>,
    list_disputes: VecDeque<Planned<Fault>>,
    answer_dispute: VecDeque<Planned<Fault>>,
    list_transfers: VecDeque<Planned<Fault>>,
    webhook: VecDeque<Planned<WebhookFault>>,
}

/// A fault that strikes now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Strike<F> {
    pub(crate) fault: F,
    pub(crate) delay: Duration,
}

/// The plan of faults that is in force.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Plan>);

impl Faults {
    pub(crate) fn replace(&self, plan: Plan) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = plan;
    }

    /// What has not struck yet.
    pub(crate) fn left(&self) -> Plan {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The fault that meets this call, which uses it up once.
    pub(crate) fn strike(&self, operation: Operation) -> Option<Strike<Fault>> {
        let mut plan = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        plan.strike(operation)
    }

    /// The fault that meets this event, which uses it up once.
    pub(crate) fn strike_webhook(&self) -> Option<Strike<WebhookFault>> {
        next(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).webhook)
    }
}

impl Plan {
    fn strike(&mut self, operation: Operation) -> Option<Strike<Fault>> {
        next(match operation {
            Operation::Open => &mut self.open,
            Operation::Confirm => &mut self.confirm,
            Operation::Complete => &mut self.complete,
            Operation::Capture => &mut self.capture,
            Operation::Cancel => &mut self.cancel,
            Operation::LookUp => &mut self.look_up,
            Operation::Refund => &mut self.refund,
            Operation::ListRefunds => &mut self.list_refunds,
            Operation::ListDisputes => &mut self.list_disputes,
            Operation::AnswerDispute => &mut self.answer_dispute,
            Operation::ListTransfers => &mut self.list_transfers,
        })
    }
}

fn next<F: Copy>(queue: &mut VecDeque<Planned<F>>) -> Option<Strike<F>> {
    while let Some(planned) = queue.front_mut() {
        if let Some(times) = planned.times.checked_sub(1) {
            planned.times = times;
            let strike = Strike { fault: planned.fault, delay: Duration::from_millis(planned.milliseconds) };
            if times == 0 {
                queue.pop_front();
            }
            return Some(strike);
        }
        queue.pop_front();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_strike_in_their_order_as_often_as_planned_and_only_their_operation() {
        let plan =
            r#"{"confirm":[{"fault":"status_429","times":2},{"fault":"late","times":1,"milliseconds":7}]}"#;
        let mut plan: Plan = serde_json::from_str(plan).unwrap();
        let struck: Vec<_> = core::iter::from_fn(|| plan.strike(Operation::Confirm)).collect();
        let faults: Vec<_> = struck.iter().map(|strike| strike.fault).collect();
        assert_eq!(faults, [Fault::Status429, Fault::Status429, Fault::Late]);
        assert_eq!(struck[2].delay, Duration::from_millis(7));
        assert_eq!(plan.strike(Operation::Open), None);
    }
}
