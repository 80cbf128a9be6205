use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use application::{Failure, Secret, SecretName};
use async_trait::async_trait;

/// Secrets that can be rotated while somebody still remembers the old value.
#[derive(Default)]
pub struct Secrets {
    values: Mutex<BTreeMap<String, Value>>,
}

struct Value {
    stored: String,
    remembered: String,
    replaced: Option<String>,
}

impl Value {
    fn of(text: &str) -> Self {
        Self { stored: text.to_owned(), remembered: text.to_owned(), replaced: None }
    }
}

impl Secrets {
    /// A store with one secret.
    pub fn with(name: &SecretName, text: &str) -> Self {
        let secrets = Self::default();
        secrets.lock().insert(name.0.clone(), Value::of(text));
        secrets
    }

    /// Stores a new value. Readers remember the old one until they read anew, and may ask for it even then.
    pub fn rotate(&self, name: &SecretName, text: &str) {
        let mut values = self.lock();
        match values.get_mut(&name.0) {
            Some(value) => value.replaced = Some(core::mem::replace(&mut value.stored, text.to_owned())),
            None => {
                values.insert(name.0.clone(), Value::of(text));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Value>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl application::Secrets for Secrets {
    async fn current(&self, name: &SecretName) -> Result<Secret, Failure> {
        let values = self.lock();
        let value = values.get(&name.0).ok_or(Failure::Unavailable)?;
        Ok(Secret::new(value.remembered.clone()))
    }

    async fn refreshed(&self, name: &SecretName) -> Result<Secret, Failure> {
        let mut values = self.lock();
        let value = values.get_mut(&name.0).ok_or(Failure::Unavailable)?;
        value.remembered.clone_from(&value.stored);
        Ok(Secret::new(value.stored.clone()))
    }

    async fn previous(&self, name: &SecretName) -> Result<Option<Secret>, Failure> {
        let values = self.lock();
        let value = values.get(&name.0).ok_or(Failure::Unavailable)?;
        Ok(value.replaced.clone().map(Secret::new))
    }
}

#[cfg(test)]
mod tests {
    use application::Secrets as _;

    use super::*;

    #[tokio::test]
    async fn a_rotated_secret_is_seen_once_it_is_read_anew() {
        let name = SecretName("stripe".to_owned());
        let secrets = Secrets::with(&name, "old");
        secrets.rotate(&name, "new");
        assert_eq!(secrets.current(&name).await.unwrap().expose(), "old");
        assert_eq!(secrets.refreshed(&name).await.unwrap().expose(), "new");
        assert_eq!(secrets.current(&name).await.unwrap().expose(), "new");
        assert_eq!(secrets.previous(&name).await.unwrap().unwrap().expose(), "old");
        assert_eq!(secrets.current(&SecretName("other".to_owned())).await, Err(Failure::Unavailable));
    }
}
