use core::fmt;
use core::ops::RangeInclusive;
use core::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Text that is not an id: ids are 1 to 64 characters of `[A-Za-z0-9_-]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is {min} to {max} characters of A-Z, a-z, 0-9, underscore and hyphen")]
pub struct IdParseError {
    what: &'static str,
    min: usize,
    max: usize,
}

/// Whether a text has one of these lengths and none but letters, digits, underscores and hyphens, which mean nothing in
/// a key, a path or a form.
pub(crate) fn is_plain(text: &str, lengths: RangeInclusive<usize>) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    lengths.contains(&text.len()) && text.bytes().all(allowed)
}

/// Defines an id whose text cannot carry a separator, so that it can stand in a key of the database.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $min:literal..=$max:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdParseError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if is_plain(text, $min..=$max) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(IdParseError { what: $what, min: $min, max: $max })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A product of the catalog.
    ProductId, "a product id", 1..=64
);
id!(
    /// One sellable variant of a product: the stock-keeping unit.
    Sku, "a SKU", 1..=64
);
id!(
    /// A reservation. It also names the reservation's hold on each of its stock pages.
    ReservationId, "a reservation id", 1..=64
);
id!(
    /// An order.
    OrderId, "an order id", 1..=64
);
id!(
    /// The client's own name for one request, so that a repetition is recognised.
    IdempotencyKey, "an idempotency key", 16..=64
);
id!(
    /// Who asks: a guest (by the hash of the guest token) or a customer who signed in. Scopes every key and every id.
    Caller, "a caller", 1..=64
);
id!(
    /// A digest of what a request asked for, to tell a repetition from a reused key.
    Fingerprint, "a fingerprint", 1..=64
);

id!(
    /// A gateway's own id for one event that it tells the shop of.
    EventId, "an event id", 1..=255
);

id!(
    /// The name of a movement of stock outside the shop, such as the number of a delivery note.
    Reference, "a reference", 1..=64
);

/// What a customer begins with, and no guest does.
const CUSTOMER: &str = "customer-";

impl Caller {
    /// The guest who holds this token. The token itself is a secret and goes no further.
    pub fn guest(token: &[u8; 32]) -> Self {
        Self(format!("guest-{}", encode(&Sha256::digest(token))))
    }

    /// The customer whom this issuer calls so. Only a hash goes further: what an issuer calls people may be personal.
    pub fn customer(issuer: &str, subject: &str) -> Self {
        Self(format!("{CUSTOMER}{}", encode(&digest([issuer, subject]))))
    }

    /// Whether this is somebody who signed in.
    pub fn is_customer(&self) -> bool {
        self.0.starts_with(CUSTOMER)
    }
}

impl Fingerprint {
    /// The digest of a request's meaning, given as its fields in a fixed order.
    ///
    /// Fields are length-prefixed, so that moving text from one to the next changes the digest; a field that is
    /// added later must come last and be left out while it is absent, or known keys would look reused.
    pub fn of<'a>(fields: impl IntoIterator<Item = &'a str>) -> Self {
        Self(encode(&digest(fields)))
    }
}

/// What a creating request is known by: who asked, on which route, under which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKey {
    /// Who asked.
    pub caller: Caller,
    /// The client's name for the request.
    pub key: IdempotencyKey,
}

impl RequestKey {
    /// The id of the reservation that this request creates, however often it is sent.
    pub fn reservation_id(&self) -> ReservationId {
        ReservationId(self.derive("create-reservation"))
    }

    /// The id of the order that this request creates, however often it is sent.
    pub fn order_id(&self) -> OrderId {
        OrderId(self.derive("checkout"))
    }

    /// 128 bits of SHA-256: a collision is out of reach, and the id stays short where a stock page repeats it.
    fn derive(&self, operation: &str) -> String {
        let digest = digest([operation, self.caller.as_str(), self.key.as_str()]);
        encode(digest.get(..16).unwrap_or_default())
    }
}

fn digest<'a>(fields: impl IntoIterator<Item = &'a str>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for field in fields {
        hasher.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(field);
    }
    hasher.finalize().into()
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
