use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use application::Failure;
use domain::Timestamp;
use reqwest::StatusCode;
use rustls_pki_types::TrustAnchor;

use super::certificate::{Bundle, Certificate, anchor};
use super::pin::{Anchors, Pin};
use crate::line::{self, Exchange, Line};
use crate::{SettingError, WebhookError};

/// How long a fetch may take, so that a webhook is answered well within the time of its function.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
/// How many certificates are kept. PayPal signs with one for years.
const KEPT_MAX: usize = 4;
/// How many fetches begin in a minute: whoever forges signatures must not make the shop fetch more.
const FETCHES_MAX: u32 = 10;
const FETCHES_PERIOD: Duration = Duration::from_secs(60);

/// The certificates that PayPal signs with, fetched once each.
pub(super) struct Certificates {
    line: Line,
    pin: Arc<Pin>,
    system: OnceLock<Vec<TrustAnchor<'static>>>,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    kept: BTreeMap<String, Arc<Bundle>>,
    /// Since when fetches are counted, and how many there were.
    fetches: Option<(Timestamp, u32)>,
}

impl Certificates {
    pub(super) fn new(pin: Arc<Pin>) -> Result<Self, SettingError> {
        let line = Line::new(&pin.origin, FETCH_TIMEOUT)?;
        Ok(Self { line, pin, system: OnceLock::new(), memory: Mutex::default() })
    }

    /// The certificate of an id, as it is kept or as it is served now.
    pub(super) async fn bundle(&self, id: &str, now: Timestamp) -> Result<Arc<Bundle>, WebhookError> {
        if let Some(kept) = self.memory().kept.get(id) {
            return Ok(Arc::clone(kept));
        }
        if !self.memory().may_fetch(now) {
            return Err(Failure::Throttled.into());
        }
        match line::send(self.line.get(&Pin::path(id))).await {
            Exchange::Answered { status: StatusCode::OK, body: Some(body) } => {
                let bundle = Bundle::read(&body).ok_or(Failure::Unreadable("PayPal's certificate"))?;
                Ok(Arc::new(bundle))
            }
            Exchange::Answered { status: StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND, .. } => {
                Err(WebhookError::NotAuthentic("PayPal has no such certificate"))
            }
            unserved @ (Exchange::NotSent | Exchange::Lost | Exchange::Answered { .. }) => {
                tracing::warn!(status = unserved.status(), "PayPal does not serve its certificate");
                Err(Failure::Unavailable.into())
            }
        }
    }

    /// The certificate, if it is trusted now.
    pub(super) fn trusted<'a>(
        &self,
        bundle: &'a Bundle,
        now: Timestamp,
    ) -> Result<Certificate<'a>, WebhookError> {
        let own;
        let anchors = match self.pin.anchors {
            Anchors::OfTheSystem => self.system.get_or_init(of_the_system).as_slice(),
            Anchors::OfThisMachine => {
                own = Vec::from_iter(bundle.last());
                own.as_slice()
            }
        };
        bundle.trusted(&self.pin, anchors, now).map_err(|reason| {
            tracing::warn!(%reason, "PayPal's certificate is not trusted");
            WebhookError::NotAuthentic("its certificate is not trusted")
        })
    }

    /// Keeps a certificate that was trusted.
    pub(super) fn keep(&self, id: &str, bundle: &Arc<Bundle>) {
        let mut memory = self.memory();
        if memory.kept.len() >= KEPT_MAX && !memory.kept.contains_key(id) {
            memory.kept.clear();
        }
        memory.kept.entry(id.to_owned()).or_insert_with(|| Arc::clone(bundle));
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn may_fetch(&mut self, now: Timestamp) -> bool {
        let counted = self.fetches.filter(|(since, _)| now.is_within(FETCHES_PERIOD, *since));
        let (since, count) = counted.unwrap_or((now, 0));
        self.fetches = Some((since, count.saturating_add(1)));
        count < FETCHES_MAX
    }
}

/// The roots that every other connection of this process relies on too.
fn of_the_system() -> Vec<TrustAnchor<'static>> {
    let loaded = rustls_native_certs::load_native_certs();
    for failure in &loaded.errors {
        tracing::error!(%failure, "roots that the system trusts cannot be read");
    }
    loaded.certs.iter().filter_map(anchor).collect()
}
