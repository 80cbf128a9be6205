use core::fmt;
use core::str::FromStr;

use domain::payment::GatewayName;
use domain::{Caller, Currency};
use lambda::wire::Parsed;
use payments::MethodKind;
use serde::{Deserialize, Serialize};

/// What is to be paid, as far as the client knows it yet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    currency: Option<Parsed<Currency>>,
    country: Option<Parsed<Country>>,
}

/// An ISO 3166-1 alpha-2 code.
#[derive(Clone, Debug)]
struct Country(String);

/// Text that is no code of a country.
#[derive(Clone, Copy, Debug)]
struct NotACountry;

impl Query {
    /// Only gateways that take this currency.
    pub(crate) fn currency(&self) -> Option<Currency> {
        self.currency.map(|currency| currency.0)
    }

    /// Only methods that shoppers of this country have.
    pub(crate) fn country(&self) -> Option<&str> {
        self.country.as_ref().map(|country| country.0.0.as_str())
    }
}

impl FromStr for Country {
    type Err = NotACountry;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_code = text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_uppercase());
        if is_code { Ok(Self(text.to_owned())) } else { Err(NotACountry) }
    }
}

impl fmt::Display for NotACountry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected an ISO 3166-1 alpha-2 code")
    }
}

/// A gateway, and what can be paid with there.
#[derive(Debug, Serialize)]
pub(crate) struct PaymentOption<'a> {
    gateway: &'static str,
    methods: Vec<&'static str>,
    public_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    shopper_reference: Option<&'a str>,
}

impl<'a> PaymentOption<'a> {
    /// Nothing for a gateway that has no method to offer.
    pub(crate) fn shown(
        gateway: GatewayName,
        methods: &[MethodKind],
        public_key: &'a str,
        caller: Option<&'a Caller>,
    ) -> Option<Self> {
        let methods: Vec<_> = methods.iter().map(|method| method.as_str()).collect();
        let shopper_reference = caller.filter(|_| gateway.knows_shoppers()).map(Caller::as_str);
        let is_offered = !methods.is_empty();
        is_offered.then(|| Self { gateway: gateway.as_str(), methods, public_key, shopper_reference })
    }
}
