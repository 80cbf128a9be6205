use domain::payment::GatewayName;
use domain::webhook::Mode;
use reqwest::Url;
use rustls_pki_types::ServerName;

use crate::{CertificatePin, WebhookSignature, capability};

/// Below which path certificates lie.
const FOLDER: &str = "/v1/notifications/certs/";
/// How long an id may be; PayPal's have about thirty characters.
const ID_MAX: usize = 100;

/// Where PayPal's certificates may come from, and for whom they must be.
pub(super) struct Pin {
    /// Scheme, host and port, as they stand before [`FOLDER`].
    pub(super) origin: String,
    pub(super) name: ServerName<'static>,
    pub(super) anchors: Anchors,
    mode: Mode,
}

/// Who must vouch for a certificate in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchors {
    /// The roots that this system trusts.
    OfTheSystem,
    /// Whoever serves it, which is the sandbox gateway of the local shop. It is pinned by an address that no other
    /// machine can have, so that no setting of a deployed shop leads here and finds anybody.
    OfThisMachine,
}

impl Pin {
    /// The pin that belongs to the API at an endpoint; none where its certificates are not known.
    pub(super) fn of(endpoint: &str) -> Option<Self> {
        let WebhookSignature::RsaWithCertificate { pins } = capability(GatewayName::PayPal).webhook_signature
        else {
            return None;
        };
        let url = Url::parse(endpoint).ok()?;
        if is_loopback(&url) {
            // It plays the sandbox that PayPal has.
            let played = pins.iter().find(|pin| pin.mode == Mode::Test)?;
            return Self::new(endpoint.trim_end_matches('/').to_owned(), played, Anchors::OfThisMachine);
        }
        let is_pinned =
            |pin: &&CertificatePin| url.scheme() == "https" && url.host_str() == Some(pin.api_host);
        let pin = pins.iter().find(is_pinned)?;
        Self::new(format!("https://{}", pin.certificate_host), pin, Anchors::OfTheSystem)
    }

    fn new(origin: String, pin: &CertificatePin, anchors: Anchors) -> Option<Self> {
        let name = ServerName::try_from(pin.certificate_name).ok()?;
        Some(Self { origin, name, anchors, mode: pin.mode })
    }

    pub(super) const fn mode(&self) -> Mode {
        self.mode
    }

    /// The id of a certificate, if it lies where the pin says: its address is compared as text and not followed.
    pub(super) fn certificate_id<'a>(&self, url: &'a str) -> Option<&'a str> {
        let id = url.strip_prefix(&self.origin)?.strip_prefix(FOLDER)?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        ((1..=ID_MAX).contains(&id.len()) && id.bytes().all(is_plain)).then_some(id)
    }

    /// Where the certificate of an id is fetched, below the origin.
    pub(super) fn path(id: &str) -> String {
        format!("{FOLDER}{id}")
    }
}

/// Whether an address is one of this machine itself, in figures: a name may lead anywhere.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host.parse::<core::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
