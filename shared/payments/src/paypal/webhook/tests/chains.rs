use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls_pki_types::TrustAnchor;
use rustls_pki_types::pem::PemObject;

use super::super::certificate::{Bundle, anchor};
use super::super::pin::Anchors;
use super::*;

const LIVE: &str = "messageverificationcerts.paypal.com";
const PLAYED: &str = "messageverificationcerts.sandbox.paypal.com";

/// Somebody who vouches for others.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate for a name, changed as the case wants it.
    fn vouches_for(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> String {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        change(&mut params);
        params.signed_by(&KeyPair::generate().unwrap(), &self.issuer).unwrap().pem()
    }

    fn anchor(&self) -> TrustAnchor<'static> {
        let root = rustls_pki_types::CertificateDer::from_pem_slice(self.pem.as_bytes()).unwrap();
        anchor(&root).unwrap()
    }
}

fn live() -> Pin {
    Pin::of("https://api-m.paypal.com").unwrap()
}

fn is_trusted(pem: &str, anchors: &[TrustAnchor<'static>]) -> bool {
    Bundle::read(pem.as_bytes()).unwrap().trusted(&live(), anchors, at(NOW)).is_ok()
}

#[test]
fn fault_26_a_certificate_counts_only_for_the_pinned_name_in_its_time_and_by_a_trusted_root() {
    let root = Authority::new("root");
    let anchors = [root.anchor()];
    let as_it_is = |_: &mut CertificateParams| {};
    let right = root.vouches_for(LIVE, as_it_is);
    assert!(is_trusted(&right, &anchors));
    let for_servers = root
        .vouches_for(LIVE, |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]);
    assert!(is_trusted(&for_servers, &anchors));

    assert!(!is_trusted(&right, &[]), "nobody is trusted");
    for name in [PLAYED, "paypal.com", "www.paypal.com", "messageverificationcerts.paypal.com.example"] {
        assert!(!is_trusted(&root.vouches_for(name, as_it_is), &anchors), "{name}");
    }
    let expired = |params: &mut CertificateParams| params.not_after = date_time_ymd(2026, 11, 30);
    let early = |params: &mut CertificateParams| params.not_before = date_time_ymd(2026, 12, 2);
    let for_mails = |params: &mut CertificateParams| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    };
    let authority = |params: &mut CertificateParams| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    assert!(!is_trusted(&root.vouches_for(LIVE, expired), &anchors));
    assert!(!is_trusted(&root.vouches_for(LIVE, early), &anchors));
    assert!(!is_trusted(&root.vouches_for(LIVE, for_mails), &anchors));
    assert!(!is_trusted(&root.vouches_for(LIVE, authority), &anchors));

    // Whoever forges brings a root of the same name.
    let forger = Authority::new("root");
    let forged = format!("{}{}", forger.vouches_for(LIVE, as_it_is), forger.pem);
    assert!(!is_trusted(&forged, &anchors));
    let key = KeyPair::generate().unwrap();
    let itself = CertificateParams::new([LIVE.to_owned()]).unwrap().self_signed(&key).unwrap().pem();
    assert!(!is_trusted(&itself, &anchors));
}

#[test]
fn fault_26_the_roots_of_the_system_vouch_for_nobody_else() {
    let own = Authority::new("root");
    let pem = format!("{}{}", own.vouches_for(LIVE, |_| {}), own.pem);
    let certificates = Certificates::new(Arc::new(live())).unwrap();
    let answer = certificates.trusted(&Bundle::read(pem.as_bytes()).unwrap(), at(NOW)).map(|_| None);
    assert!(is_forged(&answer));
}

#[test]
fn fault_26_no_setting_of_a_deployed_shop_trusts_what_its_host_says_of_itself() {
    for (endpoint, origin, mode) in [
        ("https://api-m.paypal.com", "https://api.paypal.com", Mode::Live),
        ("https://api-m.sandbox.paypal.com", "https://api.sandbox.paypal.com", Mode::Test),
    ] {
        let pin = Pin::of(endpoint).unwrap();
        assert_eq!((pin.origin.as_str(), pin.mode(), pin.anchors), (origin, mode, Anchors::OfTheSystem));
    }
    for endpoint in ["http://127.0.0.1:3001", "http://[::1]:3001/", "https://127.8.9.1"] {
        let pin = Pin::of(endpoint).unwrap();
        assert_eq!((pin.mode(), pin.anchors), (Mode::Test, Anchors::OfThisMachine), "{endpoint}");
    }
    for endpoint in
        ["https://127.0.0.1.example", "https://[2001:db8::1]", "https://10.0.0.1", "https://paypal.com"]
    {
        assert!(Pin::of(endpoint).is_none(), "{endpoint}");
    }
}

#[test]
fn fault_26_a_certificate_that_lies_elsewhere_is_not_looked_at() {
    let pin = live();
    let right = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-90621ecd";
    assert_eq!(pin.certificate_id(right), Some("CERT-360caa42-fca2a594-90621ecd"));
    for wrong in [
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com.example/v1/notifications/certs/CERT-1",
        "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
        "https://api-m.paypal.com/v1/notifications/certs/CERT-1",
        "https://anybody@api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@example.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/",
        "https://api.paypal.com/v1/notifications/certs/../webhooks",
        "https://api.paypal.com/v1/notifications/certs/%2e%2e",
        "https://api.paypal.com/v1/notifications/certs/CERT-1?x=1",
        "https://api.paypal.com/v1/notifications/certs/CERT-1#x",
        "https://api.paypal.com/v1/notifications/webhooks/CERT-1",
        "",
    ] {
        assert_eq!(pin.certificate_id(wrong), None, "{wrong}");
    }
    assert_eq!(pin.certificate_id(&format!("{right}{}", "1".repeat(80))), None);
}
