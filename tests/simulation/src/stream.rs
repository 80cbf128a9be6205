//! The store's stream: every committed change, in order, for the relay.

use application::WakeUp;
use memory::{Commit, Store};

/// What was committed, how far it was relayed, and which wake-ups no queue has accepted yet.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    commits: Vec<Commit>,
    checkpoint: usize,
    unsent: Vec<WakeUp>,
    pub(crate) is_read: bool,
}

/// How many changes the relay gets at once.
const BATCH_MAX: usize = 10;

impl Stream {
    /// Takes in what the store has committed since.
    pub(crate) fn follow(&mut self, store: &Store) {
        for commit in store.commits_from(self.commits.len()) {
            self.unsent.extend(commit.wake_up());
            self.commits.push(commit);
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.checkpoint >= self.commits.len()
    }

    /// The next changes, and where they begin.
    pub(crate) fn batch(&self) -> (usize, Vec<Commit>) {
        (self.checkpoint, self.commits.iter().skip(self.checkpoint).take(BATCH_MAX).cloned().collect())
    }

    /// The changes before this place need not come again; a smaller one makes them come again.
    pub(crate) fn set_checkpoint(&mut self, place: usize) {
        self.checkpoint = place;
    }

    /// A queue accepted this wake-up.
    pub(crate) fn accepted(&mut self, wake_up: &WakeUp) {
        self.unsent.retain(|unsent| unsent != wake_up);
    }

    /// Wake-ups of committed changes that never reached their queue.
    pub(crate) fn unsent(&self) -> &[WakeUp] {
        &self.unsent
    }
}
