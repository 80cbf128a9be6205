use domain::webhook::Event;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A key whose other half only the sender has.
pub trait PublicKey {
    /// Whether the sender has signed this text so.
    fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool;
}

/// Bytes that only their sender can have signed. Nothing but a verification makes one.
#[derive(Clone, Copy, Debug)]
pub struct Authentic<'a>(&'a [u8]);

impl<'a> Authentic<'a> {
    /// Verifies HMAC-SHA256 with a secret key over `prefix` and the bytes; one of the signatures must be right. How long that takes does
    /// not tell how much of one was right.
    pub fn by_hmac_sha256(
        key: &[u8],
        prefix: &[u8],
        bytes: &'a [u8],
        signatures: &[[u8; 32]],
    ) -> Option<Self> {
        // A key that is empty is known to everybody.
        let key = Some(key).filter(|key| !key.is_empty())?;
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(prefix);
        mac.update(bytes);
        signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok()).then_some(Self(bytes))
    }

    /// Verifies a signature over `prefix` and the CRC-32 of the bytes, in decimal. Whoever has seen such a signature can
    /// find other bytes of the same checksum, so what is read of these may be asked after, and is no fact.
    pub fn by_signed_checksum(
        key: &impl PublicKey,
        prefix: &str,
        bytes: &'a [u8],
        signature: &[u8],
    ) -> Option<Self> {
        let text = format!("{prefix}{}", crc32fast::hash(bytes));
        key.has_signed(text.as_bytes(), signature).then_some(Self(bytes))
    }
}

/// An event that its gateway really told: it was read from authentic bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedEvent(Event);

impl VerifiedEvent {
    /// Reads the event of authentic bytes; `read` answers none for what the shop does not follow.
    ///
    /// # Errors
    /// What `read` refuses.
    pub fn read<E>(
        authentic: Authentic<'_>,
        read: impl FnOnce(&[u8]) -> Result<Option<Event>, E>,
    ) -> Result<Option<Self>, E> {
        Ok(read(authentic.0)?.map(Self))
    }

    /// The event, which from here on is as good as its store.
    pub fn into_event(self) -> Event {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test case 2 of RFC 4231.
    const SIGNATURE: [u8; 32] = [
        0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a,
        0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43,
    ];

    fn verified(secret: &str, prefix: &[u8], bytes: &[u8], signatures: &[[u8; 32]]) -> bool {
        Authentic::by_hmac_sha256(secret.as_bytes(), prefix, bytes, signatures).is_some()
    }

    #[test]
    fn the_signature_of_the_standards_own_example_is_right() {
        assert!(verified("Jefe", b"what do ya want ", b"for nothing?", &[SIGNATURE]));
        assert!(verified("Jefe", b"", b"what do ya want for nothing?", &[[0; 32], SIGNATURE]));
    }

    #[test]
    fn any_other_secret_text_or_signature_is_wrong() {
        let mut almost = SIGNATURE;
        almost[31] ^= 1;
        assert!(!verified("jefe", b"", b"what do ya want for nothing?", &[SIGNATURE]));
        assert!(!verified("Jefe", b"", b"what do ya want for nothing!", &[SIGNATURE]));
        assert!(!verified("Jefe", b"", b"what do ya want for nothing?", &[almost]));
        assert!(!verified("Jefe", b"", b"what do ya want for nothing?", &[]));
    }

    /// Signs by repeating the text.
    struct Echo;

    impl PublicKey for Echo {
        fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
            text == signature
        }
    }

    #[test]
    fn a_checksum_is_signed_in_decimal_after_what_stands_before_it() {
        // The check value of the CRC-32 that zip and PNG use.
        let verified = |prefix: &str, bytes: &[u8], signed: &str| {
            Authentic::by_signed_checksum(&Echo, prefix, bytes, signed.as_bytes()).is_some()
        };
        assert!(verified("id|time|", b"123456789", "id|time|3421780262"));
        assert!(!verified("id|time|", b"123456780", "id|time|3421780262"));
        assert!(!verified("id|tine|", b"123456789", "id|time|3421780262"));
    }

    #[test]
    fn nothing_is_authentic_by_an_empty_secret() {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"").unwrap();
        mac.update(b"x");
        let signature = mac.finalize().into_bytes().into();
        assert!(!verified("", b"", b"x", &[signature]));
    }
}
