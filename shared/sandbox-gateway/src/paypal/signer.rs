use std::fmt;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize, SigningKey,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Below which path its certificate is served.
const FOLDER: &str = "/v1/notifications/certs/";
/// For whom the certificates of PayPal's own sandbox are.
const NAME: &str = "messageverificationcerts.sandbox.paypal.com";

/// What PayPal's events are signed with here: a key and a certificate that are made when they are first needed, and end
/// with the gateway.
#[derive(Default)]
pub struct PayPalSigner {
    made: OnceLock<Result<Made, NotMade>>,
}

/// The key could not be made, or does not sign.
#[derive(Clone, Debug, thiserror::Error)]
#[error("PayPal's side of the sandbox cannot sign: {0}")]
pub struct NotMade(String);

struct Made {
    /// The certificate's.
    id: String,
    key: KeyPair,
    /// The certificate, and after it the root that vouches for it.
    pem: String,
}

impl PayPalSigner {
    /// The headers that PayPal would send with a body to the webhook of this id, now. `address` is where the certificate
    /// is served.
    ///
    /// # Errors
    /// When the key could not be made, or does not sign.
    pub fn headers(
        &self,
        address: &str,
        webhook_id: &str,
        body: &[u8],
    ) -> Result<[(&'static str, String); 5], NotMade> {
        let made = self.made()?;
        let time = OffsetDateTime::now_utc().replace_nanosecond(0).map_err(NotMade::because)?;
        let time = time.format(&Rfc3339).map_err(NotMade::because)?;
        let checksum = crc32fast::hash(body);
        // One transmission of one body: an id of its own for each try would need chance that nothing here has.
        let id = format!("{checksum:08x}-{}", made.id);
        let text = format!("{id}|{time}|{webhook_id}|{checksum}");
        let signature = made.key.sign(text.as_bytes()).map_err(NotMade::because)?;
        Ok([
            ("PAYPAL-TRANSMISSION-ID", id),
            ("PAYPAL-TRANSMISSION-TIME", time),
            ("PAYPAL-CERT-URL", format!("{address}{FOLDER}{}", made.id)),
            ("PAYPAL-AUTH-ALGO", "SHA256withRSA".to_owned()),
            ("PAYPAL-TRANSMISSION-SIG", STANDARD.encode(signature)),
        ])
    }

    /// The certificate of an id, as PEM; none of another id.
    pub(crate) fn certificate(&self, id: &str) -> Result<Option<&str>, NotMade> {
        let made = self.made()?;
        Ok((made.id == id).then_some(made.pem.as_str()))
    }

    fn made(&self) -> Result<&Made, NotMade> {
        self.made.get_or_init(|| Made::now().map_err(NotMade::because)).as_ref().map_err(Clone::clone)
    }
}

impl Made {
    fn now() -> Result<Self, rcgen::Error> {
        let root_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut root = CertificateParams::default();
        root.distinguished_name.push(DnType::CommonName, "The root of the sandbox");
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let root_certificate = root.self_signed(&root_key)?;

        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let mut own = CertificateParams::new([NAME.to_owned()])?;
        own.distinguished_name.push(DnType::CommonName, NAME);
        own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let id = own.key_identifier(&key).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let certificate = own.signed_by(&key, &Issuer::new(root, root_key))?;
        let pem = format!("{}{}", certificate.pem(), root_certificate.pem());
        Ok(Self { id: format!("CERT-{id}"), key, pem })
    }
}

impl NotMade {
    fn because(reason: impl fmt::Display) -> Self {
        Self(reason.to_string())
    }
}
