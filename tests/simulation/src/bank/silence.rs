use domain::payment::Operation;

use super::{Asked, Bank, Request, Status, place, token};

/// What becomes of a first confirm or complete because of its token, whatever else goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    AfterItWasDone,
    InsteadOfDoingIt,
    /// The gateway fails once it has done it, and keeps nothing of that.
    FailingAfterItWasDone,
}

impl Bank {
    /// Whether this very request meets silence, as its token says: the first confirm or complete of its object does.
    pub(crate) fn silence(&self, request: &Request) -> Option<Silence> {
        if request.asked == Asked::Change(Operation::Complete) {
            let intent = self.intent(request.reference.as_ref())?;
            let first = intent.status == Status::RequiresAction;
            let fails = first && token(&request.charge) == "three_d_secure_used_up";
            return fails.then_some(Silence::FailingAfterItWasDone);
        }
        if request.asked != Asked::Change(Operation::Confirm) {
            return None;
        }
        let first = self.intent(request.reference.as_ref()).is_some_and(|intent| intent.confirms == 0);
        match token(&request.charge) {
            "answer_lost" if first => Some(Silence::AfterItWasDone),
            "request_lost" if first => Some(Silence::InsteadOfDoingIt),
            _ => None,
        }
    }

    /// Remembers that a confirm of this object was tried.
    pub(crate) fn note_confirm(&mut self, request: &Request) {
        if request.asked == Asked::Change(Operation::Confirm)
            && let Some(intent) = place(request.reference.as_ref()).and_then(|at| self.intents.get_mut(at))
        {
            intent.confirms = intent.confirms.saturating_add(1);
        }
    }
}
