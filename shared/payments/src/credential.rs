use application::{Secret, SecretName, Secrets};

/// The secrets to try one after the other, for as long as the gateway refuses each: the one in hand, the one that the
/// store has now, and, during a rotation, the one before. A refusal says that nothing was executed, so the very same
/// call may be made with the next. None comes twice.
pub(crate) struct Candidates<'a> {
    secrets: &'a dyn Secrets,
    name: &'a SecretName,
    tried: Vec<Secret>,
    next: Next,
}

enum Next {
    Current,
    Refreshed,
    Previous,
    Nothing,
}

impl<'a> Candidates<'a> {
    pub(crate) fn of(secrets: &'a dyn Secrets, name: &'a SecretName) -> Self {
        Self { secrets, name, tried: Vec::new(), next: Next::Current }
    }

    /// The next one; none when there is no other, or when the store does not tell.
    pub(crate) async fn next(&mut self) -> Option<Secret> {
        loop {
            let candidate = match self.next {
                Next::Current => {
                    self.next = Next::Refreshed;
                    Some(self.secrets.current(self.name).await.ok()?)
                }
                Next::Refreshed => {
                    self.next = Next::Previous;
                    Some(self.secrets.refreshed(self.name).await.ok()?)
                }
                Next::Previous => {
                    self.next = Next::Nothing;
                    self.secrets.previous(self.name).await.ok()?
                }
                Next::Nothing => return None,
            };
            if let Some(secret) = candidate.filter(|secret| !self.tried.contains(secret)) {
                self.tried.push(secret.clone());
                return Some(secret);
            }
        }
    }
}
