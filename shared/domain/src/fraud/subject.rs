use crate::order::Address;
use crate::payment::PaymentMethod;
use crate::{Caller, Fingerprint};

/// What orders are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// Who orders.
    Customer,
    /// Where it goes.
    Address,
    /// With what it is paid.
    Payment,
}

impl SubjectKind {
    /// The word in a key.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Address => "address",
            Self::Payment => "payment",
        }
    }
}

/// A customer, an address or a way to pay, known by a digest only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// Which of them.
    pub kind: SubjectKind,
    /// SHA-256 of it.
    pub digest: Fingerprint,
}

/// What the names of Stripe's test cards begin with (<https://docs.stripe.com/testing>). They are everybody's, so that
/// they say nothing about anybody; a live account takes none of them.
const SHARED_TEST_CARD: &str = "pm_card_";

impl Subject {
    /// Who orders.
    pub fn customer(caller: &Caller) -> Self {
        Self::of(SubjectKind::Customer, [caller.as_str()])
    }

    /// Where an order goes, however it is spelled: case, spaces and punctuation do not count, nor does the recipient.
    pub fn address(address: &Address) -> Self {
        let Address { name: _, line1, line2, city, postal_code, region: _, country } = address;
        let fields =
            [country.as_str(), postal_code, city, line1, line2.as_deref().unwrap_or_default()].map(plain);
        Self::of(SubjectKind::Address, fields.iter().map(String::as_str))
    }

    /// With what an order is paid, where something stands for it.
    pub fn payment(method: &PaymentMethod) -> Option<Self> {
        let token = method.token()?.expose();
        let is_shared = token.starts_with(SHARED_TEST_CARD);
        (!is_shared).then(|| Self::of(SubjectKind::Payment, [method.gateway().as_str(), token]))
    }

    fn of<'a>(kind: SubjectKind, fields: impl IntoIterator<Item = &'a str>) -> Self {
        Self { kind, digest: Fingerprint::of(core::iter::once(kind.as_str()).chain(fields)) }
    }
}

/// The letters and digits of a text.
fn plain(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
