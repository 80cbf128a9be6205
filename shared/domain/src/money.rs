use core::fmt;
use core::str::FromStr;

use crate::Quantity;

/// An amount in minor units (cents) of one currency; never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    amount: i64,
    currency: Currency,
}

/// An ISO 4217 currency code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Why an amount could not be formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Amounts are counted from zero up.
    #[error("an amount of money is not negative")]
    Negative,
    /// The sum does not fit, or passes the largest amount that a gateway takes.
    #[error("the amount is too large")]
    TooLarge,
    /// Amounts of different currencies do not add up.
    #[error("amounts of {0} and {1} cannot be combined")]
    CurrencyMismatch(Currency, Currency),
    /// The sum of nothing has no currency.
    #[error("there is nothing to add up")]
    Nothing,
    /// Three capital letters are expected.
    #[error("a currency is an ISO 4217 code of three capital letters")]
    NotACurrency,
}

impl Money {
    /// The largest amount, in minor units. Stripe charges at most eight digits
    /// (<https://docs.stripe.com/api/payment_intents/create>, `amount`).
    pub const AMOUNT_MAX: i64 = 99_999_999;

    /// An amount in minor units.
    ///
    /// # Errors
    /// Refuses negative amounts and amounts over [`Money::AMOUNT_MAX`].
    pub fn new(amount: i64, currency: Currency) -> Result<Self, MoneyError> {
        match amount {
            ..0 => Err(MoneyError::Negative),
            0..=Self::AMOUNT_MAX => Ok(Self { amount, currency }),
            _ => Err(MoneyError::TooLarge),
        }
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self { amount: 0, currency }
    }

    /// The amount in minor units.
    pub const fn amount(self) -> i64 {
        self.amount
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum.
    ///
    /// # Errors
    /// Refuses two currencies, and sums over [`Money::AMOUNT_MAX`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        Self::new(self.amount.saturating_add(other.amount), self.currency)
    }

    /// The price of several units.
    ///
    /// # Errors
    /// Refuses products over [`Money::AMOUNT_MAX`].
    pub fn checked_times(self, quantity: Quantity) -> Result<Self, MoneyError> {
        Self::new(self.amount.saturating_mul(i64::from(quantity.units())), self.currency)
    }
}

impl Currency {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        // Only capital letters get in, so the bytes are always text.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        match *code.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(MoneyError::NotACurrency),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.amount, self.currency)
    }
}
