use domain::order;
use lambda::problem::{INVALID_REQUEST, Problem};
use serde::Deserialize;

/// The most characters of one line of an address or a contact.
const TEXT_MAX: usize = 200;

/// Whom to tell about an order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contact {
    email: String,
    phone: Option<String>,
}

/// Where an order goes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Address {
    name: String,
    line1: String,
    line2: Option<String>,
    city: String,
    postal_code: String,
    region: Option<String>,
    country: String,
}

impl Contact {
    /// The contact, if a mail can be sent there.
    pub(crate) fn read(self) -> Result<order::Contact, Problem> {
        let email = text("/contact/email", self.email)?;
        let parts = email.split_once('@');
        if parts.is_none_or(|(name, host)| name.is_empty() || !host.contains('.') || email.contains(' ')) {
            return Err(malformed("/contact/email", "expected a mail address"));
        }
        let phone = self.phone.map(|phone| text("/contact/phone", phone)).transpose()?;
        let dials =
            |phone: &String| phone.chars().all(|sign| sign.is_ascii_digit() || "+ -()./".contains(sign));
        if phone.as_ref().is_some_and(|phone| !dials(phone) || phone.len() > 32) {
            return Err(malformed("/contact/phone", "expected a telephone number"));
        }
        Ok(order::Contact { email, phone })
    }

    /// What is told apart by it.
    pub(crate) fn fields(&self) -> [String; 2] {
        [self.email.clone(), self.phone.clone().unwrap_or_default()]
    }
}

impl Address {
    /// The address, if a parcel can be sent there.
    pub(crate) fn read(self) -> Result<order::Address, Problem> {
        let country = self.country;
        if country.len() != 2 || !country.bytes().all(|letter| letter.is_ascii_uppercase()) {
            return Err(malformed("/shipping_address/country", "expected an ISO 3166-1 alpha-2 code"));
        }
        let optional = |at, value: Option<String>| value.map(|value| text(at, value)).transpose();
        Ok(order::Address {
            name: text("/shipping_address/name", self.name)?,
            line1: text("/shipping_address/line1", self.line1)?,
            line2: optional("/shipping_address/line2", self.line2)?,
            city: text("/shipping_address/city", self.city)?,
            postal_code: text("/shipping_address/postal_code", self.postal_code)?,
            region: optional("/shipping_address/region", self.region)?,
            country,
        })
    }

    /// What is told apart by it.
    pub(crate) fn fields(&self) -> [String; 7] {
        let optional = |field: &Option<String>| field.clone().unwrap_or_default();
        [
            self.name.clone(),
            self.line1.clone(),
            optional(&self.line2),
            self.city.clone(),
            self.postal_code.clone(),
            optional(&self.region),
            self.country.clone(),
        ]
    }
}

/// A text that can be printed on a label.
fn text(at: &str, text: String) -> Result<String, Problem> {
    let length = text.chars().count();
    if text.trim().is_empty() || length > TEXT_MAX {
        return Err(Problem::out_of_range(at, format!("expected 1 to {TEXT_MAX} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(malformed(at, "expected a text without control characters"));
    }
    Ok(text)
}

fn malformed(at: &str, detail: &'static str) -> Problem {
    Problem::of(INVALID_REQUEST).at(at).detail(detail)
}
