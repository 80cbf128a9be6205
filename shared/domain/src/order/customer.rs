use core::fmt;

/// Whom to tell about an order. Personal: never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// An address for mails.
    pub email: String,
    /// A number for the carrier.
    pub phone: Option<String>,
}

/// Where an order goes. Personal: never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// The recipient.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// What else finds the door.
    pub line2: Option<String>,
    /// Town.
    pub city: String,
    /// Postal code.
    pub postal_code: String,
    /// State or province.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

impl fmt::Debug for Contact {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Contact(***)")
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Address(***)")
    }
}
