use core::time::Duration;

use application::receive_webhook::PublicKey;
use domain::Timestamp;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::aws_lc_rs::RSA_PKCS1_2048_8192_SHA256;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage};

use super::pin::Pin;

/// How many certificates are looked at. A chain has three or four.
const CHAIN_MAX: usize = 8;

/// A certificate and those of whoever vouches for it, as they were served; nothing of it is proven yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bundle {
    own: CertificateDer<'static>,
    others: Vec<CertificateDer<'static>>,
}

/// A certificate that trusted roots vouch for, for the pinned name and at this time.
pub(super) struct Certificate<'a>(EndEntityCert<'a>);

impl Bundle {
    /// Reads PEM, in which the certificate itself stands first.
    pub(super) fn read(pem: &[u8]) -> Option<Self> {
        let certificates = CertificateDer::pem_slice_iter(pem).take(CHAIN_MAX);
        let mut certificates = certificates.collect::<Result<Vec<_>, _>>().ok()?.into_iter();
        Some(Self { own: certificates.next()?, others: certificates.collect() })
    }

    /// The root that stands last, where whoever serves the bundle is trusted to say who vouches for it.
    pub(super) fn last(&self) -> Option<TrustAnchor<'static>> {
        anchor(self.others.last()?)
    }

    /// The certificate, if one of the roots vouches for it, it is for the pinned name, and it is valid now. Whether it
    /// was revoked is not asked.
    pub(super) fn trusted(
        &self,
        pin: &Pin,
        anchors: &[TrustAnchor<'static>],
        now: Timestamp,
    ) -> Result<Certificate<'_>, webpki::Error> {
        let certificate = EndEntityCert::try_from(&self.own)?;
        let since_epoch = Duration::from_millis(now.as_millis().unsigned_abs());
        certificate.verify_for_usage(
            ALL_VERIFICATION_ALGS,
            anchors,
            &self.others,
            UnixTime::since_unix_epoch(since_epoch),
            // What it is made for is a server, as its name says.
            KeyUsage::server_auth(),
            None,
            None,
        )?;
        certificate.verify_is_valid_for_subject_name(&pin.name)?;
        Ok(Certificate(certificate))
    }
}

impl PublicKey for Certificate<'_> {
    fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        self.0.verify_signature(RSA_PKCS1_2048_8192_SHA256, text, signature).is_ok()
    }
}

/// A root as those that it vouches for are verified with; none where it cannot be read.
pub(super) fn anchor(root: &CertificateDer<'_>) -> Option<TrustAnchor<'static>> {
    Some(webpki::anchor_from_trusted_cert(root).ok()?.to_owned())
}
