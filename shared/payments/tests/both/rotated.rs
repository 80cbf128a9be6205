use application::{Failure, Secret, SecretName, Secrets};
use async_trait::async_trait;

/// A secret store that has rotated its key.
pub(crate) struct Rotated {
    pub(crate) current: Result<&'static str, Failure>,
    pub(crate) refreshed: Result<&'static str, Failure>,
}

#[async_trait]
impl Secrets for Rotated {
    async fn current(&self, _: &SecretName) -> Result<Secret, Failure> {
        self.current.map(|text| Secret::new(text.to_owned()))
    }

    async fn refreshed(&self, _: &SecretName) -> Result<Secret, Failure> {
        self.refreshed.map(|text| Secret::new(text.to_owned()))
    }
    async fn previous(&self, _: &SecretName) -> Result<Option<Secret>, Failure> {
        Ok(None)
    }
}
